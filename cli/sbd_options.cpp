#include "cli/sbd_options.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/site/check_live.hpp>

#include <optional>

namespace twinsite::cli {

namespace {

/// sbd(8)
constexpr std::int64_t default_seconds = 5;

/// The last assignment counts, as for the shell that reads this file.
std::int64_t watchdog_timeout(std::string_view text) {
    constexpr std::string_view name = "SBD_WATCHDOG_TIMEOUT=";
    std::int64_t seconds = default_seconds;
    for (const std::string_view whole : lines(text)) {
        const std::string_view line = trim(whole);
        if (!line.starts_with(name)) {
            continue;
        }
        const auto words = split(line.substr(name.size()), "\"' \t#");
        if (const auto number = parse_integer(words.empty() ? "" : words[0], 1, 86'400)) {
            seconds = *number;
        }
    }
    return seconds;
}

} // namespace

std::vector<site::Finding> check_sbd_here(const site::Topology& topology, const std::string& node,
                                          const std::filesystem::path& root) {
    if (topology.node(node) == nullptr) {
        return {};
    }
    std::optional<std::int64_t> seconds;
    for (const char* file : {"etc/sysconfig/sbd", "etc/default/sbd"}) {
        const auto text = read_file(root / file);
        if (text) {
            seconds = watchdog_timeout(*text);
        } else if (text.error().kind != ErrorKind::not_found) {
            return {};
        }
    }
    return site::check_sbd(topology, node, seconds);
}

} // namespace twinsite::cli
