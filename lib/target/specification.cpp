#include <twinsite/base/text.hpp>
#include <twinsite/target/specification.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace twinsite::target {

namespace {

constexpr std::size_t longest_name = 223; // RFC 7143, 4.2.7.1
constexpr std::size_t longest_secret = 255;
constexpr std::size_t longest_path = 490; // LIO: SE_UDEV_PATH_LEN and FD_MAX_DEV_NAME, less "\n"

bool printable_only(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

Error bad(std::string message) {
    return {ErrorKind::invalid_config, std::move(message)};
}

Result<std::string> numeric_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> binary{};
    std::array<char, INET6_ADDRSTRLEN> shortest{};
    const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    if (::inet_pton(family, text.c_str(), binary.data()) != 1 ||
        ::inet_ntop(family, binary.data(), shortest.data(), shortest.size()) == nullptr) {
        return fail(bad(fmt::format("\"{}\" is not a numeric IP address", printable(text))));
    }
    return std::string(shortest.data());
}

/// ADDRESS, ADDRESS:PORT, [ADDRESS], [ADDRESS]:PORT; an unbracketed IPv6 address has no port.
Result<Portal> parse_portal(const std::string& text) {
    std::string address = text;
    std::string port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string::npos ||
            (end + 1 < text.size() && (text[end + 1] != ':' || end + 2 == text.size()))) {
            return fail(bad(fmt::format("\"{}\" is not [ADDRESS]:PORT", printable(text))));
        }
        address = text.substr(1, end - 1);
        port = end + 1 < text.size() ? text.substr(end + 2) : "";
        if (address.find(':') == std::string::npos) {
            return fail(bad(fmt::format("\"{}\" is not an IPv6 address", printable(address))));
        }
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        address = text.substr(0, text.find(':'));
        port = text.substr(text.find(':') + 1);
        if (port.empty()) {
            return fail(bad(fmt::format("\"{}\" has no port after the colon", printable(text))));
        }
    }
    const auto number = port.empty() ? Result<std::int64_t>(3260) : parse_integer(port, 1, 65535);
    if (!number) {
        return fail(number.error().in("port of portal " + printable(text)));
    }
    return numeric_address(address).map([&](std::string shortest) {
        return Portal{std::move(shortest), static_cast<std::uint16_t>(*number)};
    });
}

Result<Lun> parse_lun(const std::string& word) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
        return fail(bad(fmt::format("\"{}\" is not NUMBER=PATH", printable(word))));
    }
    const auto number =
        parse_integer(word.substr(0, equals), 0, static_cast<std::int64_t>(highest_lun));
    if (!number) {
        return fail(number.error().in("LUN number"));
    }
    std::string path = word.substr(equals + 1);
    if (!path.starts_with('/') || path.find(',') != std::string::npos || !printable_only(path) ||
        path.size() > longest_path) {
        return fail(bad(
            fmt::format("LUN {}: \"{}\" is not a usable absolute path", *number, printable(path))));
    }
    return Lun{.number = static_cast<std::uint64_t>(*number), .path = std::move(path)};
}

} // namespace

std::string Portal::text() const {
    return ipv6() ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

Status check_iscsi_name(std::string_view name) {
    const bool typed =
        name.starts_with("iqn.") || name.starts_with("eui.") || name.starts_with("naa.");
    if (!typed || name.size() < 5 || name.size() > longest_name) {
        return fail(bad(fmt::format("\"{}\" is not an iSCSI name: iqn.YYYY-MM.DOMAIN:NAME, "
                                    "eui.HEX or naa.HEX",
                                    printable(name))));
    }
    const auto odd = std::find_if_not(name.begin(), name.end(), name_character);
    if (odd != name.end()) {
        return fail(bad(fmt::format("\"{}\": iSCSI names have only a-z 0-9 - . and :, not \"{}\"",
                                    printable(name), printable(std::string(1, *odd)))));
    }
    return {};
}

Result<std::vector<Lun>> parse_luns(std::string_view text) {
    std::vector<Lun> luns;
    for (const std::string& word : split(text)) {
        auto lun = parse_lun(word);
        if (!lun) {
            return fail(lun.error());
        }
        for (const Lun& other : luns) {
            if (other.number == lun->number) {
                return fail(bad(fmt::format("LUN {} is given twice", lun->number)));
            }
            if (other.path == lun->path) {
                return fail(bad(fmt::format("{} is given twice: as LUN {} and {}", lun->path,
                                            other.number, lun->number)));
            }
        }
        luns.push_back(std::move(*lun));
    }
    if (luns.empty()) {
        return fail(bad("no LUN is given"));
    }
    std::sort(luns.begin(), luns.end(),
              [](const Lun& a, const Lun& b) { return a.number < b.number; });
    return luns;
}

Result<std::vector<Portal>> parse_portals(std::string_view text) {
    std::vector<Portal> portals;
    for (const std::string& word : split(text)) {
        auto portal = parse_portal(word);
        if (!portal) {
            return fail(portal.error());
        }
        if (std::find(portals.begin(), portals.end(), *portal) != portals.end()) {
            return fail(bad(fmt::format("portal {} is given twice", portal->text())));
        }
        portals.push_back(std::move(*portal));
    }
    if (portals.empty()) {
        return fail(bad("no portal is given"));
    }
    return portals;
}

Result<std::vector<Initiator>> parse_initiators(std::string_view text) {
    std::vector<Initiator> initiators;
    for (std::string& word : split(text)) {
        if (auto checked = check_iscsi_name(word); !checked) {
            return fail(checked.error());
        }
        if (std::none_of(initiators.begin(), initiators.end(),
                         [&](const Initiator& other) { return other.name == word; })) {
            initiators.push_back({.name = std::move(word)});
        }
    }
    return initiators;
}

Result<Switches> parse_switches(std::string_view text, const std::vector<std::string>& known) {
    Switches switches;
    for (const std::string& word : split(text)) {
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        if (equals == std::string::npos || equals + 1 == word.size()) {
            return fail(bad(fmt::format("\"{}\" is not NAME=VALUE", printable(word))));
        }
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string near = nearest(name, known);
            return fail(bad(fmt::format("\"{}\" is not known{}", printable(name),
                                        near.empty() ? "" : ": did you mean " + near + "?")));
        }
        std::string value = word.substr(equals + 1);
        if (!printable_only(value) || value.size() > 64) {
            return fail(bad(fmt::format("the value of {} is not usable", name)));
        }
        switches[name] = std::move(value);
    }
    return switches;
}

Status parse_initiator_credentials(std::string_view text, std::vector<Initiator>& initiators) {
    std::size_t number = 0;
    for (const std::string_view line : lines(text)) {
        ++number;
        const auto words = split(line.substr(0, line.find('#')));
        if (words.empty()) {
            continue;
        }
        const auto fail_here = [&](std::string_view why) {
            return fail(bad(fmt::format("line {}: {}", number, why)));
        };
        if (words.size() != 3 && words.size() != 5) {
            return fail_here("not INITIATOR USER PASSWORD [USER PASSWORD]");
        }
        const auto initiator =
            std::find_if(initiators.begin(), initiators.end(),
                         [&](const Initiator& one) { return one.name == words[0]; });
        if (initiator == initiators.end()) {
            return fail_here("the initiator is not among allowed_initiators");
        }
        initiator->incoming = {words[1], words[2]};
        if (words.size() == 5) {
            initiator->outgoing = {words[3], words[4]};
        }
        for (const Credentials& one : {initiator->incoming, initiator->outgoing}) {
            if (auto checked = check_credentials(one); !one.empty() && !checked) {
                return fail_here(checked.error().message);
            }
        }
    }
    return {};
}

Status check_user(std::string_view user) {
    if (user.empty() || user.size() > longest_secret || !printable_only(user)) {
        return fail(bad("the CHAP user name is empty, too long or has blanks"));
    }
    return {};
}

Status check_credentials(const Credentials& credentials) {
    if (auto user = check_user(credentials.user); !user) {
        return user;
    }
    if (credentials.password.empty() || credentials.password.size() > longest_secret ||
        !printable_only(credentials.password) || credentials.password == "NULL") {
        return fail(bad("the CHAP password is empty, longer than 255 bytes, or has characters "
                        "that are not printable ASCII"));
    }
    return {};
}

const std::vector<std::string>& alua_states() {
    static const std::vector<std::string> states{"active/optimized", "active/nonoptimized",
                                                 "standby", "unavailable"};
    return states;
}

} // namespace twinsite::target
