#include "ocf/agent.hpp"

#include <gtest/gtest.h>

#include <array>

namespace twinsite::ocf {
namespace {

const Description description{.name = "sample",
                              .shortdesc = "A <sample>",
                              .longdesc = "A sample & more.",
                              .parameters = {},
                              .actions = {{.name = "start", .timeout = 20},
                                          {.name = "monitor", .timeout = 20, .interval = 10}}};

int call(const char* action, const AgentFactory& factory) {
    const std::array<const char*, 2> argv{"sample", action};
    return run(description, 2, argv.data(), factory);
}

TEST(Agent, metadata_contacts_nothing) {
    EXPECT_EQ(call("meta-data",
                   [](const Request&) -> ActionTable {
                       ADD_FAILURE() << "the agent was built";
                       return {};
                   }),
              0);
    EXPECT_NE(metadata(description).find("A &lt;sample&gt;"), std::string::npos);
}

TEST(Agent, an_unknown_action_is_unimplemented) {
    EXPECT_EQ(call("dance", [](const Request&) { return ActionTable{}; }), 3);
}

TEST(Agent, the_exit_code_is_the_outcomes) {
    const auto answer = [](ExitCode code) {
        return [code](const Request&) {
            return ActionTable{{"monitor", [code] { return Outcome::of(code); }}};
        };
    };
    EXPECT_EQ(call("monitor", answer(ExitCode::not_running)), 7);
    EXPECT_EQ(call("monitor", answer(ExitCode::success)), 0);
}

TEST(Agent, a_bug_is_an_error_with_a_reason) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(
        call("start", [](const Request&) -> ActionTable { throw std::logic_error("surprise"); }),
        1);
    EXPECT_NE(
        ::testing::internal::GetCapturedStderr().find("ocf-exit-reason:a bug in sample: surprise"),
        std::string::npos);
}

} // namespace
} // namespace twinsite::ocf
