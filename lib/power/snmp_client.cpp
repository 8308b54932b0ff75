// The client's questions, and how it reads their answers.
#include "net_snmp_errors.hpp"
#include "net_snmp_library.hpp"
#include "net_snmp_session.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace twinsite::power {

namespace {

using net_snmp::Pdu;

Pdu make_pdu(int command) {
    return Pdu(net_snmp::library().create_pdu(command));
}

void add_null(netsnmp_pdu& pdu, const Oid& oid) {
    const auto native = net_snmp::to_native(oid);
    net_snmp::library().add_null_var(&pdu, native.data(), native.size());
}

std::vector<VarBind> bindings_of(const netsnmp_pdu& pdu) {
    std::vector<VarBind> all;
    for (const variable_list* variable = pdu.variables; variable != nullptr;
         variable = variable->next_variable) {
        all.push_back(net_snmp::from_native(*variable));
    }
    return all;
}

class NetSnmpClient final : public SnmpClient {
public:
    explicit NetSnmpClient(net_snmp::Session session)
        : session_(std::move(session)) {}

    Result<std::vector<VarBind>> get(std::span<const Oid> oids, const Deadline& deadline) override {
        std::vector<Oid> wanted(oids.begin(), oids.end());
        std::vector<VarBind> known;
        // SNMPv1 refuses a whole request for one absent object: leave it out and ask again.
        while (!wanted.empty()) {
            const auto build = [&] {
                Pdu pdu = make_pdu(SNMP_MSG_GET);
                std::for_each(wanted.begin(), wanted.end(),
                              [&](const Oid& oid) { add_null(*pdu, oid); });
                return pdu;
            };
            const auto answer = session_.ask(build, deadline);
            if (!answer) {
                return fail(answer.error());
            }
            if ((*answer)->errstat == SNMP_ERR_NOERROR) {
                const auto got = bindings_of(**answer);
                if (!answers_all(wanted, got)) {
                    return fail(ErrorKind::protocol,
                                fmt::format("{} answered about other objects than it was asked for",
                                            session_.device()));
                }
                known.insert(known.end(), got.begin(), got.end());
                break;
            }
            const auto at = static_cast<std::size_t>((*answer)->errindex);
            if ((*answer)->errstat != SNMP_ERR_NOSUCHNAME || at == 0 || at > wanted.size()) {
                return fail(ErrorKind::protocol,
                            fmt::format("{} answered {} to a question", session_.device(),
                                        net_snmp::status_name((*answer)->errstat)));
            }
            wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(at - 1));
        }
        return in_order(oids, known);
    }

    Result<std::vector<VarBind>> next(const Oid& oid, unsigned count,
                                      const Deadline& deadline) override {
        const bool bulk = session_.target().version != SnmpVersion::v1;
        const auto build = [&] {
            Pdu pdu = make_pdu(bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);
            if (bulk) {
                pdu->non_repeaters = 0;
                pdu->max_repetitions = static_cast<long>(count);
            }
            add_null(*pdu, oid);
            return pdu;
        };
        const auto answer = session_.ask(build, deadline);
        if (!answer) {
            return fail(answer.error());
        }
        if ((*answer)->errstat == SNMP_ERR_NOSUCHNAME) {
            return std::vector<VarBind>{};
        }
        if ((*answer)->errstat != SNMP_ERR_NOERROR) {
            return fail(ErrorKind::protocol,
                        fmt::format("{} answered {} to a walk", session_.device(),
                                    net_snmp::status_name((*answer)->errstat)));
        }
        auto got = bindings_of(**answer);
        const auto end = std::find_if(got.begin(), got.end(), [](const VarBind& binding) {
            return std::holds_alternative<Missing>(binding.value);
        });
        got.erase(end, got.end());
        return got;
    }

    Status set(std::span<const VarBind> values, const Deadline& deadline) override {
        Status built;
        const auto build = [&] {
            Pdu pdu = make_pdu(SNMP_MSG_SET);
            for (const VarBind& value : values) {
                if (const auto added = net_snmp::append(*pdu, value); !added) {
                    built = added;
                }
            }
            return pdu;
        };
        const auto answer = session_.ask(build, deadline);
        if (!built) {
            return built;
        }
        if (!answer) {
            return fail(answer.error());
        }
        if ((*answer)->errstat != SNMP_ERR_NOERROR) {
            const auto at = static_cast<std::size_t>(
                std::clamp<long>((*answer)->errindex, 1, static_cast<long>(values.size())));
            return fail(net_snmp::set_error((*answer)->errstat, values[at - 1]));
        }
        return {};
    }

private:
    /// An object that a device does not have is in its answer too (RFC 3416, 4.2.1): one that is
    /// left out was lost, and may be the one that says "locked".
    static bool answers_all(const std::vector<Oid>& wanted, const std::vector<VarBind>& got) {
        return std::all_of(wanted.begin(), wanted.end(), [&](const Oid& oid) {
            return std::any_of(got.begin(), got.end(),
                               [&](const VarBind& one) { return one.oid == oid; });
        });
    }

    static Result<std::vector<VarBind>> in_order(std::span<const Oid> oids,
                                                 const std::vector<VarBind>& known) {
        std::vector<VarBind> all;
        for (const Oid& oid : oids) {
            const auto found = std::find_if(known.begin(), known.end(),
                                            [&](const VarBind& one) { return one.oid == oid; });
            all.push_back(found == known.end() ? VarBind{oid, Missing{}} : *found);
        }
        return all;
    }

    net_snmp::Session session_;
};

/// net-snmp's own form of an address: resolved here, so that a name cannot select another
/// transport ("unix:", "tcp:", "alias:").
Result<std::string> peer_name(const SnmpTarget& target) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_family = target.family == 4 ? AF_INET : target.family == 6 ? AF_INET6 : AF_UNSPEC;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(target.address.c_str(), nullptr, &hints, &found);
    if (error != 0) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("the device's address \"{}\" does not resolve: {}", target.address,
                                ::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(found->ai_addr, found->ai_addrlen, host.data(), host.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0) {
        return fail(ErrorKind::internal, "an address has no numbers");
    }
    return found->ai_family == AF_INET6 ? fmt::format("udp6:[{}]:{}", host.data(), target.port)
                                        : fmt::format("udp:{}:{}", host.data(), target.port);
}

} // namespace

Result<std::unique_ptr<SnmpClient>> open_snmp(const SnmpTarget& target, Clock& clock) {
    if (const auto ready = net_snmp::initialise("twinsite"); !ready) {
        return fail(ready.error());
    }
    net_snmp::Keys keys;
    if (target.version == SnmpVersion::v3) {
        auto made = net_snmp::make_keys(target.user);
        if (!made) {
            return fail(made.error());
        }
        keys = std::move(*made);
    }
    auto peer = peer_name(target);
    if (!peer) {
        return fail(peer.error());
    }
    return std::make_unique<NetSnmpClient>(
        net_snmp::Session(target, std::move(*peer), std::move(keys), clock));
}

} // namespace twinsite::power
