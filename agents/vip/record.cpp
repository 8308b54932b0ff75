#include "agents/vip/record.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

Result<network::AssignedAddress> parse_address(std::string_view text, unsigned interface) {
    const auto slash = text.find('/');
    const auto address = network::parse_ip_address(text.substr(0, slash));
    if (!address || slash == std::string_view::npos) {
        return fail(ErrorKind::protocol, "no address");
    }
    const auto prefix = parse_integer(text.substr(slash + 1), 0, address->bits());
    if (!prefix) {
        return fail(ErrorKind::protocol, "no prefix length");
    }
    return network::AssignedAddress{
        .interface = interface, .address = *address, .prefix = static_cast<unsigned>(*prefix)};
}

Status take_line(Record& record, const std::vector<std::string>& words) {
    if (words.size() == 3 && words[0] == "interface") {
        const auto index = parse_integer(words[1], 1, INT32_MAX);
        if (!index) {
            return fail(ErrorKind::protocol, "no interface number");
        }
        record.interface = static_cast<unsigned>(*index);
        record.interface_name = words[2];
        return {};
    }
    if (words.size() == 2 && words[0] == "address") {
        return parse_address(words[1], record.interface).map([&](const auto& address) {
            record.addresses.push_back(address);
        });
    }
    return fail(ErrorKind::protocol, "an unknown line");
}

std::string file_name(std::string_view resource) {
    std::string name = fmt::format("twinsite-vip-{}", resource);
    std::replace(name.begin(), name.end(), '/', '_');
    return name;
}

} // namespace

std::string to_text(const Record& record) {
    std::string text = fmt::format("interface {} {}\n", record.interface, record.interface_name);
    for (const auto& address : record.addresses) {
        text += fmt::format("address {}/{}\n", address.address.text(), address.prefix);
    }
    return text;
}

Result<Record> parse_record(std::string_view text) {
    Record record;
    for (const std::string_view line : lines(text)) {
        if (auto taken = take_line(record, split(line)); !taken) {
            return fail(taken.error());
        }
    }
    if (record.interface == 0) {
        return fail(ErrorKind::protocol, "no interface line");
    }
    return record;
}

RecordFile::RecordFile(std::filesystem::path directory, std::string_view resource)
    : path_(std::move(directory) / file_name(resource)) {}

std::optional<Record> RecordFile::read() const {
    const auto text = read_file(path_);
    if (!text) {
        if (text.error().kind != ErrorKind::not_found) {
            log::warning("{}", text.error().message);
        }
        return std::nullopt;
    }
    auto record = parse_record(*text);
    if (!record) {
        log::warning("{} is damaged: {}; going by the parameters", path_.string(),
                     record.error().message);
        return std::nullopt;
    }
    return std::move(*record);
}

Status RecordFile::write(const Record& record) const {
    std::error_code ignored;
    std::filesystem::create_directories(path_.parent_path(), ignored);
    return replace_file(path_, to_text(record), 0644);
}

void RecordFile::remove() const {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

} // namespace twinsite::vip
