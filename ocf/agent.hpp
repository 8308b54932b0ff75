// The frame of every agent's main: request in, one action, exit code and reason out.
#pragma once

#include "ocf/description.hpp"
#include "ocf/exit_code.hpp"
#include "ocf/request.hpp"

#include <twinsite/base/result.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace twinsite::ocf {

/// Pacemaker cuts the reason there, in bytes.
inline constexpr std::size_t reason_limit = 128;

/// How an action ended. REASON is shown by crm_mon: one sentence, at most 128 characters.
struct Outcome {
    ExitCode code = ExitCode::success;
    std::string reason;

    static Outcome ok() { return {}; }
    static Outcome of(ExitCode code, std::string reason = {}) { return {code, std::move(reason)}; }
    static Outcome of(const Error& error) { return {exit_code_of(error.kind), error.message}; }
};

/// success, or the error's exit code and message.
Outcome outcome_of(const Status& status);

using Action = std::function<Outcome()>;
using ActionTable = std::vector<std::pair<std::string, Action>>;

/// Builds the agent for one request. It is not called for meta-data, usage or unknown actions, so
/// that those contact nothing.
using AgentFactory = std::function<ActionTable(const Request&)>;

/// The whole of main(): returns the process's exit code. The only catch-all of an agent.
int run(const Description& description, int argc, const char* const* argv,
        const AgentFactory& factory);

} // namespace twinsite::ocf
