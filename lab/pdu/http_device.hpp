// PDUs as HTTP shows them: the families of HTTP models, each in its own words.
#pragma once

#include "faults.hpp"
#include "http_server.hpp"
#include "relays.hpp"

#include <string>
#include <vector>

namespace twinsite::pdu {

class HttpDevice {
public:
    HttpDevice(std::string family, std::vector<Fault> faults, Relays& relays)
        : family_(std::move(family))
        , faults_(std::move(faults))
        , relays_(relays) {}

    [[nodiscard]] static bool knows(const std::string& family);
    HttpReply answer(const HttpCall& call);

private:
    HttpReply netio(const HttpCall& call);
    HttpReply gude(const HttpCall& call);
    HttpReply shelly(const HttpCall& call);
    HttpReply redfish(const HttpCall& call);
    /// The status of the reply to a command.
    /// The HTTP status of a command that switches nothing.
    int leave(std::int64_t outlet);
    int command(std::int64_t outlet, bool on);
    /// The state in the family's words, or a fault's.
    [[nodiscard]] std::string state(unsigned outlet, const std::string& on, const std::string& off);
    [[nodiscard]] const Fault* find(FaultKind kind, unsigned outlet) const;

    std::string family_;
    std::vector<Fault> faults_;
    Relays& relays_;
    unsigned answers_ = 0;
    unsigned looks_ = 0;
};

} // namespace twinsite::pdu
