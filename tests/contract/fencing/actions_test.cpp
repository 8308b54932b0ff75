// fence_netpdu against a simulated PDU. The relays are the judge, not the agent's word.
#include "tests/support/pdu_simulation.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace twinsite {
namespace {

using ::testing::HasSubstr;
using testing::PduSimulation;

TEST(Actions, off_switches_every_outlet_of_the_node) {
    const PduSimulation pdu("apc-rpdu");
    const auto run = pdu.fence("action=off\nplug=1,2");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.out, "Success: Powered OFF\n");
    EXPECT_FALSE(pdu.is_on(1));
    EXPECT_FALSE(pdu.is_on(2));
    EXPECT_TRUE(pdu.is_on(3));
}

TEST(Actions, reboot_leaves_the_outlets_on) {
    const PduSimulation pdu("apc-rpdu2");
    const auto run = pdu.fence("plug=1,2");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_TRUE(pdu.is_on(1));
    EXPECT_TRUE(pdu.is_on(2));
}

TEST(Actions, status_is_on_while_one_supply_is_on) {
    const PduSimulation pdu("apc-rpdu2");
    ASSERT_EQ(pdu.fence("action=off\nplug=1").exit_code, 0);
    EXPECT_EQ(pdu.fence("action=status\nplug=1").exit_code, 2);
    EXPECT_EQ(pdu.fence("action=status\nplug=1,2").exit_code, 0);
    EXPECT_EQ(pdu.fence("action=status\nplug=2").exit_code, 0);
}

TEST(Actions, off_waits_for_a_slow_relay) {
    const PduSimulation pdu("apc-rpdu2", {"--relay-delay", "700"});
    const auto run = pdu.fence("action=off\nplug=2");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(pdu.is_on(2));
    EXPECT_GE(run.took, Milliseconds(700));
}

TEST(Actions, a_table_index_is_not_an_outlet_number) {
    const PduSimulation pdu("apc-rpdu2", {"--row-offset", "4"});
    EXPECT_EQ(pdu.fence("action=off\nplug=2").exit_code, 0);
    EXPECT_FALSE(pdu.is_on(2));
    EXPECT_TRUE(pdu.is_on(6));
}

TEST(Actions, names_are_taken_whole_before_they_are_split) {
    const PduSimulation pdu(
        "apc-rpdu", {"--outlet-name", "3=web,a", "--outlet-name", "4=web", "--outlet-name", "5=a"});
    EXPECT_EQ(pdu.fence("action=off\nplug=web,a").exit_code, 0);
    EXPECT_FALSE(pdu.is_on(3));
    EXPECT_TRUE(pdu.is_on(4));
    EXPECT_TRUE(pdu.is_on(5));
    EXPECT_EQ(pdu.fence("action=off\nplug=web,5").exit_code, 0);
    EXPECT_FALSE(pdu.is_on(4));
    EXPECT_FALSE(pdu.is_on(5));
}

TEST(Actions, a_name_that_two_outlets_have_is_refused) {
    const PduSimulation pdu("apc-rpdu", {"--outlet-name", "1=web", "--outlet-name", "2=web"});
    const auto run = pdu.fence("action=off\nplug=web");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("outlets 1, 2 are all named \"web\": give their numbers"));
    EXPECT_TRUE(pdu.is_on(1));
    EXPECT_TRUE(pdu.is_on(2));
}

TEST(Actions, an_outlet_that_does_not_exist_is_never_off) {
    const PduSimulation pdu("apc-rpdu");
    for (const char* version : {"1", "2c"}) {
        const auto run = pdu.fence(std::string("action=off\nplug=9\nsnmp_version=") + version);
        EXPECT_EQ(run.exit_code, 1);
        EXPECT_THAT(run.err, HasSubstr("outlet 9 is unknown (the device has no such outlet)"));
    }
    EXPECT_EQ(pdu.fence("action=status\nplug=9").exit_code, 1);
}

TEST(Actions, list_is_one_word_per_name) {
    const PduSimulation pdu("apc-rpdu", {"--outlets", "5", "--outlet-name", "2=web server, rack 3",
                                         "--outlet-name", "3=off", "--outlet-name", "4=invalid"});
    EXPECT_EQ(pdu.fence("action=list").out,
              "1,Outlet_1\n2,web_server__rack_3\n3,outlet_3\n4,outlet_4\n5,Outlet_5\n");
    ASSERT_EQ(pdu.fence("action=off\nplug=web_server__rack_3").exit_code, 0);
    EXPECT_FALSE(pdu.is_on(2));
    EXPECT_THAT(pdu.fence("action=list-status\nseparator=;").out,
                HasSubstr("2;web_server__rack_3;OFF\n"));
}

TEST(Actions, monitor_notices_missing_write_access) {
    const PduSimulation pdu("apc-rpdu2");
    EXPECT_EQ(pdu.fence("action=monitor").exit_code, 0);
    const auto run = pdu.fence("action=monitor\ncommunity=public");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("no write access"));
    EXPECT_EQ(pdu.fence("action=off\nplug=1\ncommunity=public").exit_code, 1);
    EXPECT_TRUE(pdu.is_on(1));
}

TEST(Actions, monitor_notices_missing_write_access_over_http) {
    const std::string netio = "ssl=0\nmodel=netio-json\naction=monitor\n";
    const PduSimulation pdu("netio-json");
    EXPECT_EQ(pdu.fence(netio).exit_code, 0);
    EXPECT_TRUE(pdu.is_on(1)); // nothing was switched
    const PduSimulation read_only("netio-json", {"--fault", "read-only"});
    const auto run = read_only.fence(netio);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("refuses the user or password"));
}

TEST(Actions, snmp_3_is_resynchronised_when_the_engines_time_jumps) {
    const PduSimulation pdu("apc-rpdu2", {"--fault", "skew=1000"});
    const auto run = pdu.fence("snmp_version=3\nusername=fencer\nsnmp_auth_prot=SHA-256\n"
                               "snmp_priv_prot=AES\naction=off\nplug=1,2\npassword_file=" +
                               pdu.secret_file());
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(pdu.is_on(1) || pdu.is_on(2));
}

TEST(Actions, an_answer_that_lacks_a_value_is_none) {
    // Its last value is that of an optional object, which may be missing but not be left out.
    const PduSimulation pdu("apc-rpdu2", {"--fault", "truncate"});
    const auto run = pdu.fence("model=apc-rpdu2\naction=status\nplug=1,2");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("about other objects than it was asked for"));
}

TEST(Actions, snmp_3_proves_who_asks) {
    const PduSimulation pdu("apc-rpdu2");
    const std::string user = "snmp_version=3\nusername=fencer\nsnmp_auth_prot=SHA-256\n"
                             "snmp_priv_prot=AES\n";
    EXPECT_EQ(pdu.fence(user + "action=off\nplug=1\npassword_file=" + pdu.secret_file()).exit_code,
              0);
    EXPECT_FALSE(pdu.is_on(1));
    const auto wrong = pdu.fence(user + "action=off\nplug=2\npassword=something-else");
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("rejects the SNMPv3 user"));
    EXPECT_TRUE(pdu.is_on(2));
}

TEST(Actions, a_device_that_does_not_answer_is_no_success) {
    const auto run = testing::run_fence_agent(
        "ip=127.0.0.1\nipport=1\nlogin_timeout=1\naction=off\nplug=1\nmodel=apc-rpdu\nmodel_dir=" +
        std::string(TWINSITE_TEST_MODELS));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("no answer from 127.0.0.1 port 1"));
}

/// As a device behind a cut link: what is sent to it is lost, and nobody says so.
class SilentDevice {
public:
    SilentDevice()
        : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        auto* name = reinterpret_cast<sockaddr*>(&address_);
        EXPECT_EQ(::bind(socket_.get(), name, size), 0);
        EXPECT_EQ(::getsockname(socket_.get(), name, &size), 0);
    }
    [[nodiscard]] int port() const { return ntohs(address_.sin_port); }

private:
    FileDescriptor socket_;
    sockaddr_in address_{};
};

TEST(Actions, a_silent_device_is_given_up_after_its_patience_whatever_the_version) {
    const SilentDevice device;
    for (const char* version :
         {"snmp_version=1\ncommunity=public", "snmp_version=2c\ncommunity=public",
          "snmp_version=3\nusername=one\nsnmp_auth_prot=SHA-256\nsnmp_priv_prot=AES\n"
          "password=some-password"}) {
        const SystemClock clock;
        const TimePoint began = clock.now();
        const auto run = testing::run_fence_agent(
            fmt::format("ip=127.0.0.1\nipport={}\nlogin_timeout=2\naction=off\nplug=1\n{}",
                        device.port(), version));
        EXPECT_EQ(run.exit_code, 1);
        EXPECT_THAT(run.err, HasSubstr("no answer from 127.0.0.1 port")) << version;
        EXPECT_LT(clock.now() - began, std::chrono::seconds(8)) << version;
    }
}

} // namespace
} // namespace twinsite
