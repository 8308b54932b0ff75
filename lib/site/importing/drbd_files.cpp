// DRBD's resource files: which device, disks, addresses and port a resource has.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

namespace twinsite::site::importing {

namespace {

/// Words, quoted or not, and the three marks of DRBD's grammar.
std::vector<std::string> tokens(std::string_view text) {
    std::vector<std::string> tokens;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (c == '{' || c == '}' || c == ';') {
            tokens.emplace_back(1, c);
            ++at;
        } else if (c == '"') {
            const std::size_t end = std::min(text.find('"', at + 1), text.size());
            tokens.emplace_back(text.substr(at + 1, end - at - 1));
            at = end + 1;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at;
        } else {
            const std::size_t end = std::min(text.find_first_of(" \t\r\n{};#\"", at), text.size());
            tokens.emplace_back(text.substr(at, end - at));
            at = end;
        }
    }
    return tokens;
}

class DrbdReader {
public:
    explicit DrbdReader(Working& work)
        : work_(work) {}

    void read(std::string_view text) {
        std::vector<std::string> words;
        for (std::string& token : tokens(text)) {
            if (token == "{") {
                open(words);
            } else if (token == ";") {
                statement(words);
            } else if (token == "}") {
                close();
            } else {
                words.push_back(std::move(token));
                continue;
            }
            words.clear();
        }
        sections_.clear();
    }

private:
    Working& work_;
    std::vector<std::vector<std::string>> sections_;

    [[nodiscard]] const std::vector<std::string>* section(std::string_view name) const {
        for (const auto& words : sections_) {
            if (words.size() > 1 && words.front() == name) {
                return &words;
            }
        }
        return nullptr;
    }

    void open(const std::vector<std::string>& words) {
        sections_.push_back(words);
        if (words.size() < 2) {
            return;
        }
        if (words.front() == "resource" && sections_.size() == 1) {
            work_.drbd.push_back({words[1], {}, 0, {}, {}});
        } else if (words.front() == "on" && section("resource") != nullptr) {
            work_.drbd.back().disks.push_back({words[1], {}, {}});
        } else if (words.front() == "volume" && words[1] != "0" && section("resource") != nullptr) {
            work_.not_placed(fmt::format("DRBD resource {}", work_.drbd.back().name),
                             fmt::format("a LUN has one volume, this one has volume {}", words[1]),
                             "Make a resource of its own of each volume.");
        }
    }

    void statement(const std::vector<std::string>& words) {
        const auto* volume = section("volume");
        if (section("resource") == nullptr || words.size() < 2 ||
            (volume != nullptr && (*volume)[1] != "0")) {
            return;
        }
        DrbdResource& resource = work_.drbd.back();
        const bool in_net = !sections_.back().empty() && sections_.back().front() == "net";
        if (words[0] == "protocol" && (in_net || sections_.size() == 1)) {
            resource.protocol = words[1];
        } else if (words[0] == "device") {
            const bool minor = words.size() > 2 && words[words.size() - 2] == "minor";
            resource.device = minor || words[1] == "minor" ? "/dev/drbd" + words.back() : words[1];
        } else if (words[0] == "disk") {
            disk(resource, words[1]);
        } else if (words[0] == "address" && section("on") != nullptr) {
            address(resource, words.back());
        }
    }

    /// Outside of "on HOST" it holds for every host that names none.
    void disk(DrbdResource& resource, const std::string& path) {
        (section("on") != nullptr ? resource.disks.back().disk : common_disk_) = path;
    }

    void close() {
        if (sections_.size() == 1 && section("resource") != nullptr) {
            for (DrbdDisk& each : work_.drbd.back().disks) {
                each.disk = each.disk.empty() ? common_disk_ : each.disk;
            }
            common_disk_.clear();
        }
        if (!sections_.empty()) {
            sections_.pop_back();
        }
    }

    static void address(DrbdResource& resource, const std::string& endpoint) {
        const auto colon = endpoint.rfind(':');
        if (colon == std::string::npos) {
            return;
        }
        std::string ip = endpoint.substr(0, colon);
        if (ip.starts_with('[') && ip.ends_with(']')) {
            ip = ip.substr(1, ip.size() - 2);
        }
        resource.disks.back().address = ip;
        resource.port = parse_integer(endpoint.substr(colon + 1), 1, 65535).value_or(0);
    }

    std::string common_disk_;
};

} // namespace

void read_drbd_files(Working& work) {
    for (const std::string& text : work.sources.drbd) {
        DrbdReader(work).read(text);
    }
}

} // namespace twinsite::site::importing
