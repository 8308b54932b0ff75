// ocf:twinsite:iscsi-target: decides what each action does with the engine's observation.
#pragma once

#include "agents/iscsi-target/backing_watch.hpp"
#include "agents/iscsi-target/network_check.hpp"
#include "ocf/agent.hpp"
#include "ocf/request.hpp"

#include <twinsite/target/engine.hpp>

namespace twinsite::iscsi_target {

class Agent {
public:
    Agent(const ocf::Request& request, target::Engine& engine, NetworkCheck& network,
          BackingWatch& backing, target::Progress progress)
        : request_(request)
        , engine_(engine)
        , network_(network)
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

    /// FAILURE, after what start made is gone: initiators must not reach it.
    ocf::Outcome undone(const std::string& iqn, ocf::Outcome failure);

    const ocf::Request& request_;
    target::Engine& engine_;
    NetworkCheck& network_;
    BackingWatch& backing_;
    target::Progress progress_;
};

} // namespace twinsite::iscsi_target
