// ocf:twinsite:iscsi-target: decides what each action does with the engine's observation.
#pragma once

#include "ocf/agent.hpp"
#include "ocf/request.hpp"

#include <twinsite/target/engine.hpp>

namespace twinsite::iscsi_target {

class Agent {
public:
    Agent(const ocf::Request& request, target::Engine& engine, target::Progress progress)
        : request_(request)
        , engine_(engine)
        , progress_(std::move(progress)) {}

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome monitor();
    ocf::Outcome validate();

private:
    const ocf::Request& request_;
    target::Engine& engine_;
    target::Progress progress_;
};

} // namespace twinsite::iscsi_target
