#include "tests/support/ocf_agent_run.hpp"

#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace twinsite::testing {

namespace {

constexpr std::string_view reason_prefix = "ocf-exit-reason:";
constexpr std::string_view installed_agents = "/usr/lib/ocf/resource.d/twinsite";

std::string last_reason(std::string_view text) {
    std::string reason;
    for (const std::string_view line : lines(text)) {
        if (line.starts_with(reason_prefix)) {
            reason = line.substr(reason_prefix.size());
        }
    }
    return reason;
}

Result<process::Output> run_here(const process::Command& command) {
    return process::SystemCommandRunner().run(command,
                                              Deadline::after(SystemClock(), Milliseconds(60'000)));
}

::testing::AssertionResult xmllint_accepts(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"xmllint", "--noout", "--nonet"});
    const auto lint = run_here({.argv = std::move(arguments), .input = {}, .environment = {}});
    if (!lint) {
        return ::testing::AssertionFailure() << lint.error().message;
    }
    return lint->ok() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << lint->err;
}

std::string shell_word(std::string_view text) {
    std::string word = "'";
    for (const char c : text) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

std::string tester_script(const OcfTester& how) {
    std::string script =
        how.prepare.empty() ? "" : fmt::format("set -e\n{}\nset +e\n", how.prepare);
    script += "exec ocf-tester -n test_" + how.agent;
    for (const auto& [name, value] : how.parameters) {
        script += " -o " + shell_word(name + "=" + value);
    }
    return script + fmt::format(" {}/{}\n", installed_agents, how.agent);
}

} // namespace

std::filesystem::path agent_program(std::string_view name) {
    return std::filesystem::path(TWINSITE_TEST_PROGRAM_DIR) / name;
}

AgentRun run_agent(std::string_view name, const std::string& action, const Settings& parameters,
                   const Settings& environment) {
    process::Command command{
        .argv = {agent_program(name).string(), action},
        .input = {},
        .environment = {{"OCF_RESOURCE_INSTANCE", fmt::format("test_{}", name)},
                        {"OCF_RA_VERSION_MAJOR", "1"},
                        {"OCF_RA_VERSION_MINOR", "1"}}};
    for (const auto& [parameter, value] : parameters) {
        command.environment.emplace_back("OCF_RESKEY_" + parameter, value);
    }
    command.environment.insert(command.environment.end(), environment.begin(), environment.end());
    const auto output = run_here(command);
    if (!output) {
        return {.exit_code = -1, .out = {}, .err = output.error().message, .reason = {}};
    }
    return {.exit_code = output->exit_code,
            .out = output->out,
            .err = output->err,
            .reason = last_reason(output->err)};
}

void expect_valid_metadata(std::string_view name) {
    const AgentRun run = run_agent(name, "meta-data");
    ASSERT_EQ(run.exit_code, 0) << run.err;
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const ScratchDirectory folder;
    const auto file = folder.write("metadata.xml", run.out);
    EXPECT_TRUE(xmllint_accepts(
        {"--relaxng", (cached_root() / "usr/share/pcs/data/ocf-1.1.rng").string(), file.string()}));
    // The document names the DTD without a folder, so it is looked for beside it.
    std::filesystem::copy_file(cached_root() / "usr/share/resource-agents/ra-api-1.dtd",
                               folder.path() / "ra-api-1.dtd");
    EXPECT_TRUE(xmllint_accepts({"--valid", file.string()}));
}

void expect_ocf_tester_passes(const OcfTester& how) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    std::vector<Bind> binds = how.binds;
    binds.emplace_back(TWINSITE_TEST_PROGRAM_DIR, installed_agents);
    const auto output = run_in_root({"/bin/sh", "-c", tester_script(how)}, binds, how.patience);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->exit_code, 0) << output->out << output->err;
    EXPECT_NE(output->out.find("passed all tests"), std::string::npos) << output->out;
}

} // namespace twinsite::testing
