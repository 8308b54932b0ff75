// The client over net-snmp's single-session API: no globals are shared between two clients.
#include "net_snmp.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace twinsite::power {

namespace {

struct CloseSession {
    void operator()(void* session) const { snmp_sess_close(session); }
};
using Session = std::unique_ptr<void, CloseSession>;

struct FreePdu {
    void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

Pdu make_pdu(int command) {
    return Pdu(snmp_pdu_create(command));
}

void add_null(netsnmp_pdu& pdu, const Oid& oid) {
    const auto native = net_snmp::to_native(oid);
    snmp_add_null_var(&pdu, native.data(), native.size());
}

std::vector<VarBind> bindings_of(const netsnmp_pdu& pdu) {
    std::vector<VarBind> all;
    for (const variable_list* variable = pdu.variables; variable != nullptr;
         variable = variable->next_variable) {
        all.push_back(net_snmp::from_native(*variable));
    }
    return all;
}

/// One question and what became of it.
struct Exchange {
    bool over = false;
    Pdu answer;
    int problem = SNMPERR_TIMEOUT;
};

/// How often the library repeats a request: the deadline ends it.
constexpr int endless = 1000;

/// What went wrong between us and the device, as opposed to what it answered.
Error session_error(int number, const std::string& device) {
    const std::string text = snmp_api_errstring(number);
    switch (number) {
    case SNMPERR_TIMEOUT:
        return {ErrorKind::unreachable, fmt::format("no answer from {}", device)};
    case SNMPERR_AUTHENTICATION_FAILURE:
    case SNMPERR_UNKNOWN_USER_NAME:
    case SNMPERR_UNSUPPORTED_SEC_LEVEL:
    case SNMPERR_USM_AUTHENTICATIONFAILURE:
    case SNMPERR_USM_UNKNOWNSECURITYNAME:
    case SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL:
    case SNMPERR_USM_DECRYPTIONERROR:
    case SNMPERR_DECRYPTION_ERR:
        return {ErrorKind::permission, fmt::format("{} rejects the SNMPv3 user: {}", device, text)};
    case SNMPERR_BAD_SENDTO:
    case SNMPERR_NO_SOCKET:
        return {ErrorKind::unreachable,
                fmt::format("nothing can be sent to {}: {}", device, std::strerror(errno))};
    default:
        return {ErrorKind::protocol, fmt::format("SNMP with {} failed: {}", device, text)};
    }
}

/// What the device answered to a set it did not perform.
Error set_error(long status, const VarBind& binding) {
    const std::string what =
        fmt::format("the device answered {} to {} = {}", snmp_errstring(static_cast<int>(status)),
                    binding.oid.text(), to_text(binding.value));
    switch (status) {
    case SNMP_ERR_NOSUCHNAME:
    case SNMP_ERR_READONLY:
    case SNMP_ERR_NOACCESS:
    case SNMP_ERR_NOTWRITABLE:
    case SNMP_ERR_AUTHORIZATIONERROR:
    case SNMP_ERR_NOCREATION:
        return {ErrorKind::permission, what + ": no write access"};
    case SNMP_ERR_BADVALUE:
    case SNMP_ERR_WRONGTYPE:
    case SNMP_ERR_WRONGLENGTH:
    case SNMP_ERR_WRONGENCODING:
    case SNMP_ERR_WRONGVALUE:
    case SNMP_ERR_INCONSISTENTVALUE:
    case SNMP_ERR_INCONSISTENTNAME:
        return {ErrorKind::conflict, what};
    default:
        return {ErrorKind::protocol, what};
    }
}

class NetSnmpClient final : public SnmpClient {
public:
    NetSnmpClient(SnmpTarget target, std::string peer, net_snmp::Keys keys, Clock& clock)
        : target_(std::move(target))
        , peer_(std::move(peer))
        , device_(fmt::format("{} port {}", target_.address, target_.port))
        , keys_(std::move(keys))
        , clock_(clock) {}

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
            const auto answer = ask(build, deadline);
            if (!answer) {
                return fail(answer.error());
            }
            if ((*answer)->errstat == SNMP_ERR_NOERROR) {
                const auto got = bindings_of(**answer);
                known.insert(known.end(), got.begin(), got.end());
                break;
            }
            const auto at = static_cast<std::size_t>((*answer)->errindex);
            if ((*answer)->errstat != SNMP_ERR_NOSUCHNAME || at == 0 || at > wanted.size()) {
                return fail(ErrorKind::protocol,
                            fmt::format("{} answered {} to a question", device_,
                                        snmp_errstring(static_cast<int>((*answer)->errstat))));
            }
            wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(at - 1));
        }
        return in_order(oids, known);
    }

    Result<std::vector<VarBind>> next(const Oid& oid, unsigned count,
                                      const Deadline& deadline) override {
        const bool bulk = target_.version != SnmpVersion::v1;
        const auto build = [&] {
            Pdu pdu = make_pdu(bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);
            if (bulk) {
                pdu->non_repeaters = 0;
                pdu->max_repetitions = static_cast<long>(count);
            }
            add_null(*pdu, oid);
            return pdu;
        };
        const auto answer = ask(build, deadline);
        if (!answer) {
            return fail(answer.error());
        }
        if ((*answer)->errstat == SNMP_ERR_NOSUCHNAME) {
            return std::vector<VarBind>{};
        }
        if ((*answer)->errstat != SNMP_ERR_NOERROR) {
            return fail(ErrorKind::protocol,
                        fmt::format("{} answered {} to a walk", device_,
                                    snmp_errstring(static_cast<int>((*answer)->errstat))));
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
        const auto answer = ask(build, deadline);
        if (!built) {
            return built;
        }
        if (!answer) {
            return fail(answer.error());
        }
        if ((*answer)->errstat != SNMP_ERR_NOERROR) {
            const auto at = static_cast<std::size_t>(
                std::clamp<long>((*answer)->errindex, 1, static_cast<long>(values.size())));
            return fail(set_error((*answer)->errstat, values[at - 1]));
        }
        return {};
    }

private:
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

    /// Send until answered. The library repeats the same request, so that a late answer to an
    /// earlier copy counts too, and drops answers to other requests.
    template <typename Build>
    Result<Pdu> ask(Build build, const Deadline& deadline) {
        const Deadline give_up = deadline.within(clock_, target_.patience);
        while (!give_up.passed(clock_)) {
            const auto opened = open(std::min(target_.first_try, give_up.left(clock_)));
            if (opened) {
                auto answer = exchange(build(), give_up);
                if (answer || answer.error().kind != ErrorKind::unreachable) {
                    return answer;
                }
            } else if (opened.error().kind != ErrorKind::unreachable) {
                return fail(opened.error());
            }
            // Perhaps refused at once (no route), or by a device that lost its clock.
            clock_.pause(std::min(give_up.left(clock_), Milliseconds(50)));
        }
        return fail(session_error(SNMPERR_TIMEOUT, device_));
    }

    /// The library's own waiting (snmp_sess_synch_response) never ends when it gives up a request
    /// after a report it does not believe; so the wait is ours. Error unreachable: ask anew.
    Result<Pdu> exchange(Pdu request, const Deadline& give_up) {
        exchange_ = {};
        if (snmp_sess_async_send(session_.get(), request.get(), &NetSnmpClient::received,
                                 &exchange_) == 0) {
            int number = SNMPERR_GENERR;
            snmp_sess_error(session_.get(), nullptr, &number, nullptr);
            close();
            return fail(session_error(number, device_)); // the request is still ours
        }
        static_cast<void>(request.release());
        while (!exchange_.over) {
            if (give_up.passed(clock_) || !wait_a_little(give_up.left(clock_))) {
                close();
                return fail(session_error(SNMPERR_TIMEOUT, device_));
            }
        }
        if (!exchange_.answer) {
            return fail(session_error(exchange_.problem, device_));
        }
        return std::move(exchange_.answer);
    }

    /// False when the library waits for nothing any more.
    bool wait_a_little(Milliseconds limit) {
        int count = 0;
        int idle = 0;
        fd_set ready;
        FD_ZERO(&ready);
        timeval wait{.tv_sec = limit.count() / 1000, .tv_usec = (limit.count() % 1000) * 1000};
        if (snmp_sess_select_info(session_.get(), &count, &ready, &wait, &idle); idle != 0) {
            return false;
        }
        if (::select(count, &ready, nullptr, nullptr, &wait) > 0) {
            snmp_sess_read(session_.get(), &ready);
        } else {
            snmp_sess_timeout(session_.get());
        }
        return true;
    }

    static int received(int operation, netsnmp_session* /*session*/, int /*id*/, netsnmp_pdu* pdu,
                        void* data) {
        auto& exchange = *static_cast<Exchange*>(data);
        if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
            pdu->command == SNMP_MSG_RESPONSE) {
            exchange.answer.reset(snmp_clone_pdu(pdu));
            exchange.over = true;
        } else if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
                   pdu->command == SNMP_MSG_REPORT) {
            exchange.problem = snmpv3_get_report_type(pdu);
            // After a report about the clock the library sends again by itself, once.
            exchange.over = exchange.problem != SNMPERR_NOT_IN_TIME_WINDOW;
        } else if (operation == NETSNMP_CALLBACK_OP_TIMED_OUT ||
                   operation == NETSNMP_CALLBACK_OP_SEC_ERROR ||
                   operation == NETSNMP_CALLBACK_OP_SEND_FAILED) {
            exchange.problem = operation == NETSNMP_CALLBACK_OP_SEC_ERROR
                                   ? SNMPERR_AUTHENTICATION_FAILURE
                                   : SNMPERR_TIMEOUT;
            exchange.over = true;
        }
        return 1;
    }

    /// What the library learned of the device's clock goes too: it may have been wrong.
    void close() {
        if (session_) {
            const netsnmp_session* session = snmp_sess_session(session_.get());
            if (session->securityEngineIDLen != 0) {
                free_enginetime(session->securityEngineID,
                                static_cast<unsigned>(session->securityEngineIDLen));
            }
        }
        session_.reset();
    }

    static long microseconds(Milliseconds duration) {
        return static_cast<long>(std::max<std::int64_t>(duration.count(), 1) * 1000);
    }

    /// For version 3 this asks the device for its engine, so it can time out.
    Status open(Milliseconds patience) {
        if (session_) {
            return {};
        }
        netsnmp_session wanted{};
        snmp_sess_init(&wanted);
        wanted.peername = peer_.data();
        wanted.timeout = microseconds(patience);
        wanted.retries = 0; // of the question for the engine: the caller repeats it
        describe(wanted);
        session_.reset(snmp_sess_open(&wanted));
        if (!session_) {
            const int number = wanted.s_snmp_errno == 0 ? snmp_errno : wanted.s_snmp_errno;
            return fail(session_error(number, device_));
        }
        snmp_sess_session(session_.get())->retries = endless;
        snmp_sess_session(session_.get())->timeout = microseconds(target_.first_try);
        return {};
    }

    void describe(netsnmp_session& wanted) {
        if (target_.version != SnmpVersion::v3) {
            wanted.version = target_.version == SnmpVersion::v1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
            wanted.community = reinterpret_cast<u_char*>(target_.community.data());
            wanted.community_len = target_.community.size();
            return;
        }
        wanted.version = SNMP_VERSION_3;
        wanted.securityModel = SNMP_SEC_MODEL_USM;
        wanted.securityLevel = net_snmp::native_level(target_.user.level);
        wanted.securityName = target_.user.name.data();
        wanted.securityNameLen = target_.user.name.size();
        wanted.securityAuthProto = const_cast<oid*>(keys_.auth_protocol);
        wanted.securityAuthProtoLen = keys_.auth_protocol_length;
        std::copy(keys_.auth.begin(), keys_.auth.end(), wanted.securityAuthKey);
        wanted.securityAuthKeyLen = keys_.auth.size();
        wanted.securityPrivProto = const_cast<oid*>(keys_.priv_protocol);
        wanted.securityPrivProtoLen = keys_.priv_protocol_length;
        std::copy(keys_.priv.begin(), keys_.priv.end(), wanted.securityPrivKey);
        wanted.securityPrivKeyLen = keys_.priv.size();
    }

    SnmpTarget target_;
    std::string peer_;
    std::string device_;
    net_snmp::Keys keys_;
    Clock& clock_;
    Session session_;
    Exchange exchange_; ///< outlives every request of the session that points to it
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
    net_snmp::initialise("twinsite");
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
    return std::make_unique<NetSnmpClient>(target, std::move(*peer), std::move(keys), clock);
}

} // namespace twinsite::power
