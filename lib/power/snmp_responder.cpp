#include "net_snmp.hpp"

#include <twinsite/power/snmp_responder.hpp>

#include <fmt/format.h>
#include <sys/select.h>

#include <algorithm>
#include <array>

namespace twinsite::power {

namespace {

struct CloseSession {
    void operator()(void* session) const { snmp_sess_close(session); }
};

struct FreePdu {
    void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

struct Later {
    TimePoint when;
    Pdu pdu;
};

void set_boots(std::uint32_t boots) {
    std::string before = fmt::format("{}", boots - 1); // it is read as that of the last start
    engineBoots_conf("engineBoots", before.data());
    std::array<u_char, MAX_ENGINEID_LENGTH> engine{};
    const std::size_t length = snmpv3_get_engineID(engine.data(), engine.size());
    set_enginetime(engine.data(), static_cast<u_int>(length), boots,
                   static_cast<u_int>(snmpv3_local_snmpEngineTime()), TRUE);
}

/// For a line of net-snmp's configuration language, which has no safe form for every text.
bool quotable(std::string_view text) {
    return text.find_first_of("\"\\\r\n") == std::string_view::npos;
}

/// The library localises the keys to this engine.
Status add_user(const SnmpV3User& user) {
    if (const auto keys = net_snmp::make_keys(user); !keys) {
        return fail(keys.error());
    }
    if (!quotable(user.name) || !quotable(user.auth_password) || !quotable(user.priv_password)) {
        return fail(ErrorKind::invalid_config,
                    "quotes and backslashes in a simulated user's name or passwords");
    }
    std::string line = fmt::format("\"{}\"", user.name);
    if (user.level != SecurityLevel::no_auth_no_priv) {
        line += fmt::format(" {} \"{}\"", user.auth_protocol, user.auth_password);
    }
    if (user.level == SecurityLevel::auth_priv) {
        line += fmt::format(" {} \"{}\"", user.priv_protocol, user.priv_password);
    }
    usm_parse_create_usmUser("createUser", line.data());
    return {};
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

class NetSnmpResponder final : public SnmpResponder {
public:
    NetSnmpResponder(ResponderOptions options, Handler handler)
        : options_(std::move(options))
        , handler_(std::move(handler)) {}

    Status open() {
        netsnmp_transport* transport = netsnmp_transport_open_server(
            "twinsite",
            fmt::format("udp{}:{}", options_.address.starts_with('[') ? "6" : "", options_.address)
                .c_str());
        if (transport == nullptr) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} cannot be listened on: it is taken or not an address of "
                                    "this host",
                                    options_.address));
        }
        netsnmp_session wanted{};
        snmp_sess_init(&wanted);
        wanted.peername = SNMP_DEFAULT_PEERNAME;
        wanted.version = SNMP_DEFAULT_VERSION;
        wanted.community_len = SNMP_DEFAULT_COMMUNITY_LEN;
        wanted.retries = SNMP_DEFAULT_RETRIES;
        wanted.timeout = SNMP_DEFAULT_TIMEOUT;
        wanted.callback = &NetSnmpResponder::received;
        wanted.callback_magic = this;
        wanted.isAuthoritative = SNMP_SESS_UNKNOWNAUTH;
        session_.reset(snmp_sess_add(&wanted, transport, nullptr, nullptr));
        if (!session_) {
            return fail(ErrorKind::internal, "an SNMP session could not be made");
        }
        return {};
    }

    void serve(Milliseconds duration) override {
        send_due();
        Milliseconds wait = duration;
        for (const Later& later : later_) {
            const auto left = std::chrono::ceil<Milliseconds>(later.when - clock_.now());
            wait = std::clamp(left, Milliseconds::zero(), wait);
        }
        int count = 0;
        int block = 0;
        fd_set ready;
        FD_ZERO(&ready);
        timeval limit{.tv_sec = wait.count() / 1000, .tv_usec = (wait.count() % 1000) * 1000};
        timeval unused{};
        snmp_sess_select_info(session_.get(), &count, &ready, &unused, &block);
        if (::select(count, &ready, nullptr, nullptr, &limit) > 0) {
            snmp_sess_read(session_.get(), &ready);
        }
        send_due();
    }

    void change_boots(int more) override {
        const auto now = static_cast<std::int64_t>(snmpv3_local_snmpEngineBoots());
        set_boots(static_cast<std::uint32_t>(std::max<std::int64_t>(now + more, 1)));
    }

private:
    static int received(int operation, netsnmp_session* /*session*/, int /*id*/, netsnmp_pdu* pdu,
                        void* self) {
        if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
            static_cast<NetSnmpResponder*>(self)->answer(*pdu);
        }
        return 1;
    }

    /// Nobody answers a wrong community; a v3 user got here only with the right keys.
    [[nodiscard]] std::optional<bool> may_write(const netsnmp_pdu& pdu) const {
        if (pdu.version == SNMP_VERSION_3) {
            const std::string name(pdu.securityName, pdu.securityNameLen);
            for (const SnmpV3User& user : options_.users) {
                if (user.name == name && pdu.securityLevel >= net_snmp::native_level(user.level)) {
                    return true;
                }
            }
            return std::nullopt;
        }
        const std::string community(pdu.community, pdu.community + pdu.community_len);
        if (contains(options_.write_communities, community)) {
            return true;
        }
        if (contains(options_.read_communities, community)) {
            return false;
        }
        return std::nullopt;
    }

    static std::optional<SnmpOperation> operation_of(const netsnmp_pdu& pdu) {
        switch (pdu.command) {
        case SNMP_MSG_GET:
            return SnmpOperation::get;
        case SNMP_MSG_GETNEXT:
            return SnmpOperation::next;
        case SNMP_MSG_GETBULK:
            return SnmpOperation::bulk;
        case SNMP_MSG_SET:
            return SnmpOperation::set;
        default:
            return std::nullopt;
        }
    }

    void answer(netsnmp_pdu& pdu) {
        const auto write = may_write(pdu);
        const auto operation = operation_of(pdu);
        if (!write || !operation) {
            return;
        }
        SnmpRequest request{.operation = *operation,
                            .bindings = {},
                            .v1 = pdu.version == SNMP_VERSION_1,
                            .may_write = *write};
        for (const variable_list* variable = pdu.variables; variable != nullptr;
             variable = variable->next_variable) {
            request.bindings.push_back(net_snmp::from_native(*variable));
        }
        if (*operation == SnmpOperation::bulk) {
            request.repetitions =
                static_cast<unsigned>(std::clamp<long>(pdu.max_repetitions, 1, 256));
        }
        const SnmpAnswer reply = handler_(request);
        for (unsigned copy = 0; copy < reply.copies; ++copy) {
            later_.push_back({clock_.now() + reply.delay, response(pdu, reply)});
        }
        send_due();
    }

    static Pdu response(netsnmp_pdu& pdu, const SnmpAnswer& reply) {
        Pdu out(snmp_clone_pdu(&pdu));
        out->command = SNMP_MSG_RESPONSE;
        out->errstat = static_cast<long>(reply.error);
        out->errindex = static_cast<long>(reply.error_index);
        snmp_free_varbind(out->variables);
        out->variables = nullptr;
        for (const VarBind& binding : reply.bindings) {
            static_cast<void>(net_snmp::append(*out, binding));
        }
        return out;
    }

    void send_due() {
        for (auto later = later_.begin(); later != later_.end();) {
            if (later->when > clock_.now()) {
                ++later;
                continue;
            }
            if (snmp_sess_send(session_.get(), later->pdu.get()) != 0) {
                static_cast<void>(later->pdu.release()); // the library has freed it
            }
            later = later_.erase(later);
        }
    }

    ResponderOptions options_;
    Handler handler_;
    SystemClock clock_;
    std::vector<Later> later_;
    std::unique_ptr<void, CloseSession> session_;
};

} // namespace

Result<std::unique_ptr<SnmpResponder>> SnmpResponder::open(const ResponderOptions& options,
                                                           Handler handler) {
    if (const auto ready = net_snmp::initialise("pdu-simulator"); !ready) {
        return fail(ready.error());
    }
    setup_engineID(nullptr, options.name.c_str());
    set_boots(options.engine_boots);
    for (const SnmpV3User& user : options.users) {
        if (const auto added = add_user(user); !added) {
            return fail(added.error());
        }
    }
    auto responder = std::make_unique<NetSnmpResponder>(options, std::move(handler));
    if (const auto opened = responder->open(); !opened) {
        return fail(opened.error());
    }
    return responder;
}

} // namespace twinsite::power
