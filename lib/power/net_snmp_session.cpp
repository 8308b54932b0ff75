#include "net_snmp_session.hpp"

#include "net_snmp_errors.hpp"
#include "net_snmp_library.hpp"

#include <fmt/format.h>
#include <sys/select.h>

#include <algorithm>

namespace twinsite::power::net_snmp {

namespace {

/// How often the library repeats a request: the deadline ends it.
constexpr int endless = 1000;

long microseconds(Milliseconds duration) {
    return static_cast<long>(std::max<std::int64_t>(duration.count(), 1) * 1000);
}

} // namespace

void FreePdu::operator()(netsnmp_pdu* pdu) const {
    library().free_pdu(pdu);
}

void CloseSession::operator()(void* session) const {
    library().close(session);
}

Session::Session(SnmpTarget target, std::string peer, Keys keys, Clock& clock)
    : target_(std::move(target))
    , peer_(std::move(peer))
    , device_(fmt::format("{} port {}", target_.address, target_.port))
    , keys_(std::move(keys))
    , clock_(clock) {}

Result<Pdu> Session::ask(const std::function<Pdu()>& build, const Deadline& deadline) {
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
Result<Pdu> Session::exchange(Pdu request, const Deadline& give_up) {
    exchange_ = {};
    // Version 3: send() itself asks for the device's engine first, and waits for it, when open()
    // got no answer. That question is repeated by our caller, in its time.
    netsnmp_session& session = *library().session(session_.get());
    session.retries = 0;
    const int sent = library().send(session_.get(), request.get(), &Session::received, &exchange_);
    session.retries = endless;
    if (sent == 0) {
        int number = SNMPERR_GENERR;
        library().session_error(session_.get(), nullptr, &number, nullptr);
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
bool Session::wait_a_little(Milliseconds limit) {
    int count = 0;
    int idle = 0;
    fd_set ready;
    FD_ZERO(&ready);
    timeval wait{.tv_sec = limit.count() / 1000, .tv_usec = (limit.count() % 1000) * 1000};
    if (library().select_info(session_.get(), &count, &ready, &wait, &idle); idle != 0) {
        return false;
    }
    if (::select(count, &ready, nullptr, nullptr, &wait) > 0) {
        library().read(session_.get(), &ready);
    } else {
        library().timeout(session_.get());
    }
    return true;
}

int Session::received(int operation, netsnmp_session* /*session*/, int /*id*/, netsnmp_pdu* pdu,
                      void* data) {
    auto& exchange = *static_cast<Exchange*>(data);
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu->command == SNMP_MSG_RESPONSE) {
        exchange.answer.reset(library().clone_pdu(pdu));
        exchange.over = true;
    } else if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
               pdu->command == SNMP_MSG_REPORT) {
        exchange.problem = library().report_type(pdu);
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
void Session::close() {
    if (session_) {
        const netsnmp_session* session = library().session(session_.get());
        if (session->securityEngineIDLen != 0) {
            library().free_enginetime(session->securityEngineID,
                                      static_cast<unsigned>(session->securityEngineIDLen));
        }
    }
    session_.reset();
}

/// For version 3 this asks the device for its engine once; without an answer there is a session all
/// the same.
Status Session::open(Milliseconds patience) {
    if (session_) {
        return {};
    }
    netsnmp_session wanted{};
    library().init_session(&wanted);
    wanted.peername = peer_.data();
    wanted.timeout = microseconds(patience);
    wanted.retries = 0;
    describe(wanted);
    session_.reset(library().open(&wanted));
    if (!session_) {
        const int number = wanted.s_snmp_errno == 0 ? *library().last_error : wanted.s_snmp_errno;
        return fail(session_error(number, device_));
    }
    library().session(session_.get())->timeout = microseconds(target_.first_try);
    return {};
}

void Session::describe(netsnmp_session& wanted) {
    if (target_.version != SnmpVersion::v3) {
        wanted.version = target_.version == SnmpVersion::v1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
        wanted.community = reinterpret_cast<u_char*>(target_.community.data());
        wanted.community_len = target_.community.size();
        return;
    }
    wanted.version = SNMP_VERSION_3;
    wanted.securityModel = SNMP_SEC_MODEL_USM;
    wanted.securityLevel = native_level(target_.user.level);
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

} // namespace twinsite::power::net_snmp
