// What every agent's contract tests need: the built binary run as Pacemaker's executor runs it, its
// metadata against the installed schemas, and ocf-tester.
#pragma once

#include "tests/support/in_root.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace twinsite::testing {

struct AgentRun {
    int exit_code = -1; ///< -1: it could not be run, or did not end within a minute
    std::string out;
    std::string err;
    std::string reason; ///< text of the last ocf-exit-reason line, as Pacemaker takes it
};

using Settings = std::map<std::string, std::string>;

/// The built agent NAME (vm, mirror, iscsi-target, vip).
std::filesystem::path agent_program(std::string_view name);

/// One action. PARAMETERS become OCF_RESKEY_NAME, also those of Pacemaker ("CRM_meta_interval");
/// ENVIRONMENT is passed as it is ("OCF_CHECK_LEVEL"). The instance is called "test_NAME".
AgentRun run_agent(std::string_view name, const std::string& action,
                   const Settings& parameters = {}, const Settings& environment = {});

/// A test's whole body: meta-data exits 0 without any parameter, and is valid against pcs'
/// ocf-1.1.rng and the DTD of resource-agents. Skips when the root is missing.
void expect_valid_metadata(std::string_view name);

/// How ocf-tester is run: inside the cached root, the agent at its installed place.
struct OcfTester {
    std::string agent;
    Settings parameters;
    /// Shell text run first in the same namespaces, as root: make interfaces, files, services.
    std::string prepare{};
    std::vector<Bind> binds{};
    Milliseconds patience{120'000};
};

/// A test's whole body: ocf-tester passes. Skips when the root is missing.
void expect_ocf_tester_passes(const OcfTester& how);

} // namespace twinsite::testing
