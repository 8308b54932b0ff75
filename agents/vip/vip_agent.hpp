// ocf:twinsite:vip: an address that answers on one node only.
#pragma once

#include "agents/vip/release.hpp"
#include "agents/vip/takeover.hpp"
#include "ocf/agent.hpp"

namespace twinsite::vip {

class VipAgent {
public:
    VipAgent(const ocf::Request& request, const Tools& tools)
        : request_(request)
        , tools_(tools)
        , observer_(tools.network, tools.record) {}

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome monitor();
    ocf::Outcome reload();
    ocf::Outcome validate();

private:
    Result<Observation> look(const Settings& settings, bool with_prefixes) const;
    [[nodiscard]] bool is_foreign(const Assessment& assessment) const;
    ocf::Outcome report_stopped(const Observation& seen, const Assessment& assessment);
    ocf::Outcome check_running(const Settings& settings, const Observation& seen);
    ocf::Outcome check_companions();
    std::optional<Record> remember_again(const Settings& settings, const Observation& seen);
    ocf::Outcome check_guard(const Settings& settings, const Observation& seen);
    ocf::Outcome check_neighbours(const Settings& settings, const network::Interface& interface);

    const ocf::Request& request_;
    Tools tools_;
    Observer observer_;
};

} // namespace twinsite::vip
