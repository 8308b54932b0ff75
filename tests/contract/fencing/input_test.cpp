// What fence_netpdu takes and refuses before it touches a device.
#include "tests/support/in_root.hpp"
#include "tests/support/pdu_simulation.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/process/command.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite {
namespace {

using ::testing::HasSubstr;
using testing::PduSimulation;
using testing::run_fence_agent;

TEST(Input, plug_and_port_must_not_contradict_each_other) {
    const PduSimulation pdu("apc-rpdu", {"--outlet-name", "5=node1"});
    // Pacemaker adds port=<node> where the user set plug and no host map.
    EXPECT_EQ(pdu.fence("action=off\nplug=1\nport=node7\nnodename=node7").exit_code, 0);
    EXPECT_FALSE(pdu.is_on(1));
    // The same outlet, said twice.
    EXPECT_EQ(pdu.fence("action=off\nport=5\nplug=node1\nnodename=x").exit_code, 0);
    // Different outlets: nobody may guess.
    for (const char* port : {"3\nnodename=node7", "node1\nnodename=node1", "77\nnodename=node7"}) {
        const auto run = pdu.fence(std::string("action=off\nplug=2\nport=") + port);
        EXPECT_EQ(run.exit_code, 1) << port;
    }
    EXPECT_TRUE(pdu.is_on(2));
    EXPECT_TRUE(pdu.is_on(3));
}

TEST(Input, an_unknown_key_is_a_warning_and_an_unknown_option_an_error) {
    const PduSimulation pdu("apc-rpdu");
    const auto run = pdu.fence("action=status\nplug=1\npower_timeot=3\nnodeid=4\n# comment\n\n");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.err, HasSubstr("parameter \"power_timeot\" is not known and ignored; is it "
                                   "power_timeout?"));
    const auto option = run_fence_agent("", {"--power-timeot=3"});
    EXPECT_EQ(option.exit_code, 1);
    EXPECT_THAT(option.err, HasSubstr("\"--power-timeot=3\" is not an option"));
    EXPECT_EQ(run_fence_agent("", {"status"}).exit_code, 1);
}

TEST(Input, malformed_values_are_named_and_touch_nothing) {
    const PduSimulation pdu("apc-rpdu");
    const std::string long_value(4096, 'x');
    for (const std::string& bad :
         {std::string("power_timeout=-1"), std::string("power_timeout=soon"),
          std::string("ipport=0"), std::string("ipport=99999"), std::string("method=maybe"),
          std::string("snmp_version=4"), std::string("action=dance"), "plug=" + long_value,
          "ip=" + long_value, "model=" + long_value, std::string("plug=,"), std::string("plug="),
          std::string("plug=-1"), std::string("plug=1,,9,"), std::string("plug=1.2.3"),
          std::string("ip=unix:/tmp/x"), std::string("ip=")}) {
        const auto run = pdu.fence("action=off\nplug=1\nlogin_timeout=1\n" + bad);
        EXPECT_EQ(run.exit_code, 1) << bad.substr(0, 60);
        EXPECT_FALSE(run.err.empty()) << bad.substr(0, 60);
        EXPECT_LT(run.err.size(), 600U);
    }
    for (unsigned outlet = 1; outlet <= 8; ++outlet) {
        EXPECT_TRUE(pdu.is_on(outlet)) << outlet;
    }
}

TEST(Input, secrets_stay_out_of_messages) {
    const PduSimulation pdu("apc-rpdu");
    const auto run = pdu.fence(
        "action=off\nplug=1\nsnmp_version=3\nusername=fencer\nverbose=1\n"
        "password=top-secret-word\nsnmp_priv_prot=AES\nsnmp_priv_passwd=other-secret-word");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.err.find("secret-word"), std::string::npos) << run.err;
    const testing::ScratchDirectory scratch;
    const auto open =
        pdu.fence("action=off\nplug=1\nsnmp_version=3\nusername=fencer\npassword_file=" +
                  scratch.write("open", "top-secret-word\n", 0644).string());
    EXPECT_THAT(open.err, HasSubstr("can be read by others"));
}

TEST(Input, a_script_can_hold_the_password) {
    const PduSimulation pdu("apc-rpdu");
    const testing::ScratchDirectory scratch;
    const auto script =
        scratch.write("script", "#!/bin/sh\necho " + PduSimulation::secret() + "\n", 0700);
    const auto run = pdu.fence("action=off\nplug=1\nsnmp_version=3\nusername=fencer\n"
                               "snmp_auth_prot=SHA-256\nsnmp_priv_prot=AES\npassword_script=" +
                               script.string());
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(pdu.is_on(1));
}

TEST(Input, the_last_value_wins_and_quotes_are_removed) {
    const PduSimulation pdu("apc-rpdu");
    EXPECT_EQ(pdu.fence("action=on\nACTION=x\naction=\"off\"\nplug=4\nplug=\"6\"").exit_code, 0);
    EXPECT_TRUE(pdu.is_on(4));
    EXPECT_FALSE(pdu.is_on(6));
}

TEST(Metadata, is_valid_for_fence_agents_and_pcs) {
    if (const auto why = testing::root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const testing::ScratchDirectory scratch;
    const auto file = scratch.write("metadata.xml", run_fence_agent("", {"-o", "metadata"}).out);
    process::SystemCommandRunner runner;
    for (const char* schema :
         {"usr/share/cluster/relaxng/metadata.rng", "usr/share/pcs/data/ocf-1.0.rng"}) {
        const auto valid = runner.run({{"xmllint", "--noout", "--relaxng",
                                        (testing::cached_root() / schema).string(), file.string()},
                                       {},
                                       {}},
                                      Deadline::after(SystemClock(), Milliseconds(20'000)));
        ASSERT_TRUE(valid) << valid.error().message;
        EXPECT_EQ(valid->exit_code, 0) << valid->err;
    }
}

TEST(Metadata, is_the_same_whoever_asks) {
    const auto by_option = run_fence_agent("", {"--action=metadata"});
    EXPECT_EQ(by_option.exit_code, 0);
    EXPECT_EQ(run_fence_agent("action=meta-data\n").out, by_option.out);
    EXPECT_EQ(run_fence_agent("action=METADATA\n").out, by_option.out);
    EXPECT_THAT(run_fence_agent("action=manpage\n").out, HasSubstr(".TH FENCE_NETPDU 8"));
    EXPECT_THAT(run_fence_agent("", {"--help"}).out, HasSubstr("-a, --ip=[ip]"));
}

} // namespace
} // namespace twinsite
