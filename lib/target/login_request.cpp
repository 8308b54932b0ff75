#include <twinsite/base/text.hpp>
#include <twinsite/target/login_check.hpp>

#include <fmt/format.h>

#include <array>

namespace twinsite::target {

namespace {

constexpr std::string_view own_initiator = "iqn.2026-11.twinsite:login-check";

using Field = std::pair<std::string_view, std::string LoginRequest::*>;
constexpr std::array<Field, 4> plain_fields{{{"portal", &LoginRequest::portal},
                                             {"iqn", &LoginRequest::iqn},
                                             {"initiator", &LoginRequest::initiator},
                                             {"serial", &LoginRequest::serial}}};

std::string* field_of(LoginRequest& request, std::string_view name) {
    for (const auto& [known, member] : plain_fields) {
        if (known == name) {
            return &(request.*member);
        }
    }
    if (name == "user") {
        return &request.incoming.user;
    }
    if (name == "password") {
        return &request.incoming.password;
    }
    if (name == "target_user") {
        return &request.outgoing.user;
    }
    return name == "target_password" ? &request.outgoing.password : nullptr;
}

/// A portal on every address is reached through the node's own.
std::string reachable(const Portal& portal) {
    Portal local = portal;
    if (portal.address == "0.0.0.0") {
        local.address = "127.0.0.1";
    } else if (portal.address == "::") {
        local.address = "::1";
    }
    return local.text();
}

} // namespace

bool libiscsi_reads_proof(std::string_view user) {
    constexpr std::size_t around =
        std::string_view("CHAP_N=").size() + 1 + std::string_view("CHAP_R=0x").size() + 32 + 1;
    return (user.size() + around) % 4 == 0;
}

std::string to_text(const LoginRequest& request) {
    return fmt::format("portal {}\niqn {}\nlun {}\ninitiator {}\nserial {}\nuser {}\npassword {}\n"
                       "target_user {}\ntarget_password {}\n",
                       request.portal, request.iqn, request.lun, request.initiator, request.serial,
                       request.incoming.user, request.incoming.password, request.outgoing.user,
                       request.outgoing.password);
}

Result<LoginRequest> parse_login_request(std::string_view text) {
    LoginRequest request;
    for (const std::string_view line : lines(text)) {
        const auto blank = line.find(' ');
        const std::string_view name = line.substr(0, blank);
        const std::string_view value =
            blank == std::string_view::npos ? "" : line.substr(blank + 1);
        if (name == "lun") {
            const auto number = parse_integer(value, 0, static_cast<std::int64_t>(highest_lun));
            if (!number) {
                return fail(number.error().in("lun"));
            }
            request.lun = static_cast<std::uint64_t>(*number);
        } else if (std::string* field = field_of(request, name)) {
            *field = value;
        } else {
            return fail(ErrorKind::invalid_config,
                        fmt::format("\"{}\" is not known", printable(name)));
        }
    }
    if (request.portal.empty() || request.iqn.empty()) {
        return fail(ErrorKind::invalid_config, "portal and iqn are needed");
    }
    return request;
}

namespace {

LoginRequest login_request(const Specification& wanted, const Portal& portal, const Lun& lun) {
    LoginRequest request{.portal = reachable(portal),
                         .iqn = wanted.iqn,
                         .lun = lun.number,
                         .initiator = std::string(own_initiator),
                         .incoming = wanted.incoming,
                         .outgoing = wanted.outgoing,
                         .serial = lun.identity.serial};
    if (!wanted.initiators.empty()) {
        const Initiator& first = wanted.initiators.front();
        request.initiator = first.name;
        if (!first.incoming.empty()) {
            request.incoming = first.incoming;
        }
        if (!first.outgoing.empty()) {
            request.outgoing = first.outgoing;
        }
    }
    return request;
}

} // namespace

std::vector<LoginRequest> login_requests(const Specification& wanted) {
    std::vector<LoginRequest> requests;
    for (const Portal& portal : wanted.portals) {
        const bool first = &portal == &wanted.portals.front();
        for (const Lun& lun : wanted.luns) {
            if (first || &lun == &wanted.luns.front()) {
                requests.push_back(login_request(wanted, portal, lun));
            }
        }
    }
    return requests;
}

} // namespace twinsite::target
