// The cases that resource-agents installs for IPaddr2, run against vip. Where vip answers otherwise
// on purpose, the expected answer is changed here and nowhere else.
#include "tests/host/vip/world.hpp"

#include <cstdlib>

namespace twinsite::testing {
namespace {

/// What to change in a case file: the agent, and what follows each of these titles.
constexpr const char* adapt = R"awk(
/^\tAgent / { print "\tAgent vip"; next }
/^\tAgentRoot / { print "\tAgentRoot /usr/lib/ocf/resource.d/twinsite"; next }
/^CASE / { title = $0 }
# A missing interface is this node's fault alone: 6 would ban the resource from every node. And
# validate-all at level 0 must not look at the node.
title ~ /set invalid 'OCF_RESKEY_nic'/ { sub(/start OCF_ERR_CONFIGURED/, "start OCF_ERR_GENERIC")
                                         sub(/validate-all OCF_ERR_CONFIGURED/,
                                             "validate-all OCF_SUCCESS") }
# The interface is that of the connected route the address lies in; a prefix length that is given
# need not be the route's.
title ~ /"params with force cidr_netmask \(base netmask/ && /start OCF_ERR_GENERIC/ {
    print "\tAgentRun start OCF_SUCCESS"; print "\tAgentRun stop OCF_SUCCESS"; next }
{ print }
)awk";

class Ocft : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (std::getenv("TWINSITE_INSIDE_ROOT") == nullptr) {
            GTEST_SKIP() << root_is_missing().value_or("not inside the cached root");
        }
        const auto made = shell(R"(set -e
            mkdir -p /run/resource-agents /tmp/cases
            for n in 0 1; do
                ip link add eth$n type veth peer name switch$n
                ip link set switch$n up
                ip link set eth$n up
            done)");
        ASSERT_EQ(made.exit_code, 0) << made.err;
    }
    void TearDown() override {
        static_cast<void>(shell("ip link delete eth0; ip link delete eth1; rm -rf /tmp/cases"));
    }
};

TEST_P(Ocft, cases_pass) {
    const std::string name = GetParam();
    process::Command command{.argv = {"/bin/bash", "-c",
                                      "awk \"$ADAPT\" /usr/share/resource-agents/ocft/configs/" +
                                          name + " >/tmp/cases/" + name +
                                          " && ocft make -d /tmp/cases " + name + " && ocft test " +
                                          name},
                             .input = {},
                             .environment = {{"ADAPT", adapt}}};
    const auto output = process::SystemCommandRunner().run(
        command, Deadline::after(SystemClock(), Milliseconds(550'000)));
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->exit_code, 0) << output->err;
    EXPECT_NE(output->out.find("normal start"), std::string::npos) << output->out << output->err;
    EXPECT_EQ(output->out.find("FAILED"), std::string::npos) << output->out;
    EXPECT_EQ(output->err.find("ERROR"), std::string::npos) << output->err;
}

INSTANTIATE_TEST_SUITE_P(Installed, Ocft, ::testing::Values("IPaddr2", "IPaddr2v4", "IPaddr2v6"));

} // namespace
} // namespace twinsite::testing
