#include "lib/config/value_checks.hpp"

#include <twinsite/base/text.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace twinsite::config {

namespace {

bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool only(std::string_view text, std::string_view extra) {
    return std::all_of(text.begin(), text.end(), [extra](char c) {
        return is_alnum(c) || extra.find(c) != std::string_view::npos;
    });
}

} // namespace

std::string wrong_name(std::string_view text) {
    constexpr std::size_t longest = 63;
    if (text.empty() || text.size() > longest || !is_alnum(text.front()) || !only(text, "-_.")) {
        return fmt::format("\"{}\" is no usable name: up to {} letters, digits, '-', '_' and '.', "
                           "beginning with a letter or digit",
                           printable(text), longest);
    }
    return {};
}

std::string wrong_ip(std::string_view text) {
    const std::string ip(text);
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (::inet_pton(AF_INET, ip.c_str(), bytes.data()) == 1 ||
        ::inet_pton(AF_INET6, ip.c_str(), bytes.data()) == 1) {
        return {};
    }
    return fmt::format("\"{}\" is no IP address", printable(text));
}

std::string wrong_host(std::string_view text) {
    if (wrong_ip(text).empty()) {
        return {};
    }
    if (text.empty() || text.size() > 253 || !is_alnum(text.front()) || !only(text, "-.")) {
        return fmt::format("\"{}\" is neither an IP address nor a host name", printable(text));
    }
    return {};
}

std::string wrong_absolute_path(std::string_view text) {
    if (text.empty() || text.front() != '/' ||
        text.find_first_of(" \t\"'\\;{}#") != std::string_view::npos) {
        return fmt::format("\"{}\" is no absolute path without blanks and quotes", printable(text));
    }
    return {};
}

std::string wrong_iscsi_name(std::string_view text) {
    constexpr std::size_t longest = 223; // RFC 3720
    const bool prefix =
        text.starts_with("iqn.") || text.starts_with("eui.") || text.starts_with("naa.");
    if (!prefix || text.size() > longest || text.size() < 5 || !only(text, "-.:_")) {
        return fmt::format("\"{}\" is no iSCSI name (iqn.YYYY-MM.reversed.domain:name)",
                           printable(text));
    }
    return {};
}

std::string wrong_drbd_device(std::string_view text) {
    constexpr std::string_view prefix = "/dev/drbd";
    constexpr std::int64_t highest_minor = 1048575;
    if (!text.starts_with(prefix) || !parse_integer(text.substr(prefix.size()), 0, highest_minor)) {
        return fmt::format("\"{}\" is no DRBD device of the form /dev/drbdN", printable(text));
    }
    return {};
}

std::string wrong_word(std::string_view text) {
    if (text.empty() || text.find_first_of(" \t\"'\\;{}#<>&$`|") != std::string_view::npos) {
        return fmt::format("\"{}\" must be one word without quotes and special characters",
                           printable(text));
    }
    return {};
}

std::string wrong_window(std::string_view text) {
    const auto minute = [](std::string_view clock) {
        return clock.size() == 5 && clock[2] == ':' && parse_integer(clock.substr(0, 2), 0, 23) &&
               parse_integer(clock.substr(3), 0, 59);
    };
    if (text.size() != 11 || text[5] != '-' || !minute(text.substr(0, 5)) ||
        !minute(text.substr(6)) || text.substr(0, 5) == text.substr(6)) {
        return fmt::format("\"{}\" is no window of the form 22:00-05:00", printable(text));
    }
    return {};
}

} // namespace twinsite::config
