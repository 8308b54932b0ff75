// ocf:twinsite:iscsi-target: decides what each action does with the engine's observation.
#pragma once

#include "agents/iscsi-target/backing_watch.hpp"
#include "agents/iscsi-target/local_addresses.hpp"
#include "agents/iscsi-target/network_check.hpp"
#include "ocf/agent.hpp"
#include "ocf/request.hpp"

#include <twinsite/target/engine.hpp>

namespace twinsite::iscsi_target {

class Agent {
public:
    Agent(const ocf::Request& request, target::Engine& engine, NetworkCheck& network,
          LocalAddresses& addresses, BackingWatch& backing, target::Progress progress)
        : request_(request)
        , engine_(engine)
        , network_(network)
        , addresses_(addresses)
        , backing_(backing)
        , progress_(std::move(progress)) {}

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome monitor();
    ocf::Outcome validate();

private:
    /// SECRETS: whether WANTED's passwords could be read.
    ocf::Outcome judge(const target::Specification& wanted, const target::Exported& found,
                       const Status& secrets);

    /// Those of WANTED's portals that nobody can connect to; none when that is not known.
    std::vector<target::Portal> absent(const target::Specification& wanted);

    /// What is degraded about a target that is as configured; "" when nothing is.
    std::string worry(const target::Specification& wanted, const target::Exported& found);

    /// FAILURE, after what start made is gone: initiators must not reach it.
    ocf::Outcome undone(const std::string& iqn, ocf::Outcome failure);

    const ocf::Request& request_;
    target::Engine& engine_;
    NetworkCheck& network_;
    LocalAddresses& addresses_;
    BackingWatch& backing_;
    target::Progress progress_;
};

} // namespace twinsite::iscsi_target
