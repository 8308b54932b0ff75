// One conversation with a device, over net-snmp's single-session API: no globals are shared between
// two of them. Private to lib/power.
#pragma once

#include "net_snmp.hpp"

#include <twinsite/base/deadline.hpp>

#include <functional>
#include <memory>
#include <string>

namespace twinsite::power::net_snmp {

struct FreePdu {
    void operator()(netsnmp_pdu* pdu) const;
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

struct CloseSession {
    void operator()(void* session) const;
};

class Session {
public:
    /// PEER is the device in the library's own form.
    Session(SnmpTarget target, std::string peer, Keys keys, Clock& clock);

    /// Sends what BUILD makes until it is answered. The library repeats the same request, so that
    /// a late answer to an earlier copy counts too, and drops answers to other requests.
    Result<Pdu> ask(const std::function<Pdu()>& build, const Deadline& deadline);

    [[nodiscard]] const SnmpTarget& target() const { return target_; }
    /// The device in messages.
    [[nodiscard]] const std::string& device() const { return device_; }

private:
    /// One question and what became of it.
    struct Exchange {
        bool over = false;
        Pdu answer;
        int problem = SNMPERR_TIMEOUT;
    };

    Result<Pdu> exchange(Pdu request, const Deadline& give_up);
    bool wait_a_little(Milliseconds limit);
    static int received(int operation, netsnmp_session* session, int id, netsnmp_pdu* pdu,
                        void* data);
    Status open(Milliseconds patience);
    void describe(netsnmp_session& wanted);
    void close();

    SnmpTarget target_;
    std::string peer_;
    std::string device_;
    Keys keys_;
    Clock& clock_;
    std::unique_ptr<void, CloseSession> session_;
    Exchange exchange_; ///< outlives every request of the session that points to it
};

} // namespace twinsite::power::net_snmp
