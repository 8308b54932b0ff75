#include "agents/vip/record.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::IpAddress;
using network::Route;
using network::Rule;
using Words = std::vector<std::string>;

struct Network {
    IpAddress address;
    unsigned prefix;
};

/// "ADDRESS/PREFIX"
Result<Network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = network::parse_ip_address(text.substr(0, slash));
    if (!address || slash == std::string_view::npos) {
        return fail(ErrorKind::protocol, "no address");
    }
    const auto prefix = parse_integer(text.substr(slash + 1), 0, address->bits());
    if (!prefix) {
        return fail(ErrorKind::protocol, "no prefix length");
    }
    return Network{.address = *address, .prefix = static_cast<unsigned>(*prefix)};
}

Result<std::uint32_t> parse_number(const std::string& text) {
    return parse_integer(text, 0, UINT32_MAX).map([](auto value) {
        return static_cast<std::uint32_t>(value);
    });
}

Result<std::optional<IpAddress>> parse_optional(const std::string& text) {
    if (text == "-") {
        return std::optional<IpAddress>{};
    }
    return network::parse_ip_address(text).map(
        [](const IpAddress& address) { return std::optional<IpAddress>(address); });
}

std::string optional_text(const std::optional<IpAddress>& address) {
    return address ? address->text() : "-";
}

Status damaged() {
    return fail(ErrorKind::protocol, "a line makes no sense");
}

Status take_interface(Record& record, const Words& words) {
    const auto index = parse_integer(words[1], 1, INT32_MAX);
    if (!index) {
        return damaged();
    }
    record.interface = static_cast<unsigned>(*index);
    record.interface_name = words[2];
    return {};
}

Status take_address(Record& record, const Words& words) {
    const auto network = parse_network(words[1]);
    if (!network) {
        return damaged();
    }
    record.addresses.push_back(
        {.interface = record.interface, .address = network->address, .prefix = network->prefix});
    return {};
}

Status take_route(Record& record, const Words& words) {
    const auto network = parse_network(words[1]);
    const auto gateway = parse_optional(words[2]);
    const auto source = parse_optional(words[3]);
    const auto metric = parse_number(words[4]);
    const auto table = parse_number(words[5]);
    if (!network || !gateway || !source || !metric || !table) {
        return damaged();
    }
    record.routes.push_back({.destination = network->address,
                             .prefix = network->prefix,
                             .interface = record.interface,
                             .gateway = *gateway,
                             .source = *source,
                             .metric = *metric,
                             .table = *table});
    return {};
}

Status take_rule(Record& record, const Words& words) {
    const auto network = parse_network(words[1]);
    const auto table = parse_number(words[2]);
    const auto priority = parse_number(words[3]);
    if (!network || !table || !priority) {
        return damaged();
    }
    record.rules.push_back({.source = network->address,
                            .prefix = network->prefix,
                            .table = *table,
                            .priority = *priority});
    return {};
}

Status take_label(Record& record, const Words& words) {
    const auto network = parse_network(words[1]);
    const auto label = parse_number(words[2]);
    if (!network || !label) {
        return damaged();
    }
    record.labels.push_back({.prefix = network->address, .bits = network->prefix, .label = *label});
    return {};
}

Status take_waiting(Record& record, const Words& words) {
    const auto network = parse_network(words[1]);
    const auto index = parse_integer(words[2], 1, INT32_MAX);
    const auto scope = parse_integer(words[3], 0, UINT8_MAX);
    if (!network || !index || !scope) {
        return damaged();
    }
    record.waiting.push_back({.interface = static_cast<unsigned>(*index),
                              .address = network->address,
                              .prefix = network->prefix,
                              .scope = static_cast<network::Scope>(*scope),
                              .label = words[4] == "-" ? "" : words[4]});
    return {};
}

Status take_line(Record& record, const Words& words) {
    struct Line {
        std::string_view name;
        std::size_t words;
        Status (*take)(Record&, const Words&);
    };
    static constexpr std::array lines{
        Line{"interface", 3, take_interface}, Line{"address", 2, take_address},
        Line{"route", 6, take_route},         Line{"rule", 4, take_rule},
        Line{"label", 3, take_label},         Line{"waiting", 5, take_waiting}};
    for (const Line& line : lines) {
        if (words.size() == line.words && words[0] == line.name) {
            return line.take(record, words);
        }
    }
    return damaged();
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
    for (const Route& route : record.routes) {
        text += fmt::format("route {}/{} {} {} {} {}\n", route.destination.text(), route.prefix,
                            optional_text(route.gateway), optional_text(route.source), route.metric,
                            route.table);
    }
    for (const Rule& rule : record.rules) {
        text += fmt::format("rule {}/{} {} {}\n", rule.source.text(), rule.prefix, rule.table,
                            rule.priority);
    }
    for (const network::AddressLabel& label : record.labels) {
        text += fmt::format("label {}/{} {}\n", label.prefix.text(), label.bits, label.label);
    }
    for (const AssignedAddress& address : record.waiting) {
        text += fmt::format("waiting {}/{} {} {} {}\n", address.address.text(), address.prefix,
                            address.interface, static_cast<unsigned>(address.scope),
                            address.label.empty() ? "-" : address.label);
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

RecordFile::RecordFile(const std::filesystem::path& directory, std::string_view resource)
    : path_(directory / file_name(resource)) {}

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
