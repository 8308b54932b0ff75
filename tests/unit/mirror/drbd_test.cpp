// The adapter against a command runner that answers as drbd-utils do.
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/proc_drbd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace twinsite::mirror {
namespace {

using ::testing::HasSubstr;

constexpr const char* version84 = "version: 8.4.11 (api:1/proto:86-101)\nsrcversion: 059B1B47\n";

class FakeTools final : public process::CommandRunner {
public:
    std::map<std::string, process::Output> answers;
    std::vector<std::string> asked;
    std::set<std::string> hanging;
    std::vector<Milliseconds> given; ///< the time for each

    Result<process::Output> run(const process::Command& command,
                                const Deadline& deadline) override {
        asked.push_back(command.text());
        given.push_back(deadline.left(SystemClock{}));
        if (hanging.contains(command.text())) {
            return fail(ErrorKind::timeout, command.argv[0] + " did not end in time");
        }
        const auto answer = answers.find(command.text());
        if (answer == answers.end()) {
            return fail(ErrorKind::not_installed, command.argv[0] + ": not found");
        }
        return answer->second;
    }
};

class DrbdAdapter : public ::testing::Test {
protected:
    Drbd drbd(const char* version) {
        if (version != nullptr) {
            static_cast<void>(scratch.write("drbd", version));
        }
        return {"red", tools, Drbd::Paths{scratch.path() / "drbd"}};
    }

    testing::ScratchDirectory scratch;
    testing::FakeClock clock;
    Deadline deadline = Deadline::after(clock, Milliseconds(5000));
    FakeTools tools;
};

TEST_F(DrbdAdapter, without_the_module_nothing_is_configured_and_nothing_is_run) {
    EXPECT_FALSE(drbd(nullptr).observe(deadline).value().configured);
    EXPECT_TRUE(tools.asked.empty());
}

TEST_F(DrbdAdapter, asks_8_4_for_events_and_9_for_json) {
    tools.answers["drbdsetup events2 --now --statistics red"] = {0, "exists -\n", ""};
    EXPECT_FALSE(drbd(version84).observe(deadline).value().configured);
    tools.answers["drbdsetup status --json"] = {0, R"([{"name":"red","role":"Secondary"}])", ""};
    EXPECT_TRUE(
        drbd("version: 9.1.4 (api:2/proto:110-121)\n").observe(deadline).value().configured);
}

TEST_F(DrbdAdapter, an_older_drbd_is_refused_and_nothing_is_run) {
    for (const char* old : {"version: 8.3.16 (api:88/proto:86-97)\n", "version: 8.0.14\n"}) {
        const auto error = drbd(old).observe(deadline).error();
        EXPECT_EQ(error.kind, ErrorKind::not_installed) << old;
        EXPECT_THAT(error.message, HasSubstr("8.4 or 9"));
        EXPECT_FALSE(drbd(old).bring_up(deadline));
    }
    EXPECT_TRUE(tools.asked.empty());
}

TEST_F(DrbdAdapter, a_configuration_that_cannot_be_read_is_this_nodes_alone) {
    tools.answers["drbdadm sh-dev red"] = {10, "", "/etc/drbd.d/red.res:7: Parse error"};
    EXPECT_EQ(drbd(version84).check_configured(deadline).error().kind, ErrorKind::not_installed);
}

TEST_F(DrbdAdapter, what_it_cannot_understand_is_not_stopped) {
    EXPECT_EQ(drbd("nonsense").observe(deadline).error().kind, ErrorKind::protocol);
    tools.answers["drbdsetup events2 --now --statistics red"] = {20, "", "kernel says no"};
    EXPECT_FALSE(drbd(version84).observe(deadline));
    tools.answers["drbdsetup events2 --now --statistics red"] = {0, "", ""};
    EXPECT_FALSE(drbd(version84).observe(deadline));
}

constexpr const char* events84 = "drbdsetup events2 --now --statistics red";
constexpr const char* proc84 = R"(version: 8.4.11 (api:1/proto:86-101)
srcversion: 059B1B47

 1: cs:Unconfigured
 7: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C r-----
    ns:3072 nr:0 dw:3072 dr:2104 al:1 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:12
)";

TEST_F(DrbdAdapter, a_kernel_that_does_not_answer_is_looked_at_through_proc) {
    tools.hanging.insert(events84);
    tools.answers["drbdadm sh-minor red"] = {0, "7\n", ""};
    const auto seen = drbd(proc84).observe(deadline).value();
    EXPECT_TRUE(seen.configured);
    EXPECT_EQ(seen.role, Role::primary);
    EXPECT_EQ(seen.volumes.at(0).disk, Disk::up_to_date);
    EXPECT_EQ(seen.peers.at(0).connection, Connection::connected);
    EXPECT_EQ(seen.peers.at(0).volumes.at(0).out_of_sync_kib, 12U);
    EXPECT_THAT(seen.detour, HasSubstr("did not answer drbdsetup within 6 s"));
}

TEST_F(DrbdAdapter, what_proc_does_not_show_stays_unknown) {
    tools.hanging.insert(events84);
    for (const char* minor : {"1\n", "2\n", "", "7\n8\n"}) {
        tools.answers["drbdadm sh-minor red"] = {0, minor, ""};
        const auto seen = drbd(proc84).observe(deadline);
        ASSERT_FALSE(seen) << minor;
        EXPECT_EQ(seen.error().kind, ErrorKind::timeout);
    }
    // Only silence is a reason: an answer that says no is believed.
    tools.hanging.clear();
    tools.answers[events84] = {20, "", "kernel says no"};
    tools.answers["drbdadm sh-minor red"] = {0, "7\n", ""};
    EXPECT_FALSE(drbd(proc84).observe(deadline));
}

TEST(ProcDrbd, knows_the_states_between_connected_and_alone) {
    const auto seen = [](const std::string& state) {
        return parse_proc_drbd(
            " 0: " + state + " C s-----\n\t[>....] sync'ed: 1.6%\n    ns:0 oos:8\n", {0});
    };
    const auto alone = seen("cs:StandAlone ro:Secondary/Unknown ds:UpToDate/DUnknown").value();
    EXPECT_EQ(alone.peers[0].connection, Connection::stand_alone);
    EXPECT_EQ(alone.peers[0].volumes[0].replication, Replication::off);
    EXPECT_EQ(alone.suspended, "yes");
    const auto target = seen("cs:SyncTarget ro:Secondary/Primary ds:Inconsistent/UpToDate").value();
    EXPECT_EQ(target.peers[0].connection, Connection::connected);
    EXPECT_EQ(target.peers[0].volumes[0].replication, Replication::sync_target);
    EXPECT_EQ(target.peers[0].volumes[0].out_of_sync_kib, 8U);
    EXPECT_EQ(
        seen("cs:WFConnection ro:Primary/Unknown ds:UpToDate/DUnknown").value().peers[0].connection,
        Connection::connecting);
    EXPECT_FALSE(seen("cs:Conn"));
    EXPECT_FALSE(
        parse_proc_drbd(" 0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate", {0}));
}

TEST_F(DrbdAdapter, a_refusal_names_the_kernels_reason_and_not_the_wrapper) {
    tools.answers["drbdadm primary red"] = {
        17, "",
        "0: State change failed: (-2) Need access to UpToDate data\n"
        "Command 'drbdsetup-84 primary 0' terminated with exit code 17\n"};
    const auto error = drbd(version84).promote(deadline).error();
    EXPECT_EQ(error.kind, ErrorKind::conflict);
    EXPECT_THAT(error.message, HasSubstr("Need access to UpToDate data"));
}

TEST_F(DrbdAdapter, a_module_that_cannot_be_loaded_is_not_installed) {
    tools.answers["modprobe drbd"] = {1, "", "modprobe: FATAL: Module drbd not found"};
    const auto error = drbd(nullptr).bring_up(deadline).error();
    EXPECT_EQ(error.kind, ErrorKind::not_installed);
    EXPECT_THAT(error.message, HasSubstr("Module drbd not found"));
}

TEST_F(DrbdAdapter, a_resource_whose_file_is_gone_can_still_be_taken_down) {
    tools.answers["drbdadm down red"] = {1, "",
                                         "'red' not defined in your config (for this host)."};
    tools.answers["drbdsetup down red"] = {0, "", ""};
    EXPECT_TRUE(drbd(version84).bring_down(deadline));
}

TEST_F(DrbdAdapter, held_back_io_is_released_on_every_volume) {
    Observation seen;
    seen.volumes = {{.volume = 0, .minor = 3}, {.volume = 1, .minor = 4}};
    tools.answers["drbdsetup resume-io 3"] = {0, "", ""};
    tools.answers["drbdsetup resume-io 4"] = {0, "", ""};
    EXPECT_TRUE(drbd(version84).resume_io(seen, deadline));
    EXPECT_EQ(tools.asked.size(), 2U);
    tools.answers["drbdsetup resume-io 4"] = {11, "", "4: State change failed"};
    EXPECT_EQ(drbd(version84).resume_io(seen, deadline).error().kind, ErrorKind::conflict);
}

TEST_F(DrbdAdapter, a_drbdadm_that_hangs_leaves_time_for_the_way_around_it) {
    tools.hanging.insert("drbdadm down red");
    tools.answers["drbdsetup down red"] = {0, "", ""};
    const SystemClock real;
    EXPECT_TRUE(drbd(version84).bring_down(Deadline::after(real, Milliseconds(20000))));
    ASSERT_EQ(tools.given.size(), 2U);
    EXPECT_LT(tools.given[0], Milliseconds(15000));
    EXPECT_GT(tools.given[1], Milliseconds(15000));
}

TEST_F(DrbdAdapter, generations_are_asked_for_by_minor_on_8_4_and_by_peer_on_9) {
    tools.answers[events84] = {0,
                               "exists resource name:red role:Secondary suspended:no\n"
                               "exists connection name:red peer-node-id:0 conn-name:peer "
                               "connection:Connecting role:Unknown\n"
                               "exists device name:red volume:0 minor:7 disk:UpToDate\n"
                               "exists peer-device name:red peer-node-id:0 conn-name:peer volume:0 "
                               "replication:Off peer-disk:DUnknown\nexists -\n",
                               ""};
    auto eight = drbd(version84);
    tools.answers["drbdsetup get-gi 7"] = {0, "A:B:C:D:1:1:0:0:0:0\n", ""};
    EXPECT_EQ(eight.generation(eight.observe(deadline).value(), deadline).value().substr(13, 6),
              "00A:00");
    // drbd-utils 9: CTX_PEER_DEVICE, and drbdtool_common.c's dt_print_v9_uuids().
    tools.answers["drbdsetup status --json"] = {
        0, R"([{"name":"red","role":"Secondary","devices":[{"volume":0,"minor":7,
              "disk-state":"UpToDate"}],"connections":[{"peer-node-id":2,"name":"rz2-a",
              "connection-state":"Connecting","peer-role":"Unknown","peer_devices":[]}]}])",
        ""};
    auto nine = drbd("version: 9.1.4 (api:2/proto:110-121)\n");
    tools.answers["drbdsetup get-gi red 2 0"] = {0, "1A:B:C:D:1:1:0:0:0:0:0:1:0:0:0:0\n", ""};
    EXPECT_EQ(nine.generation(nine.observe(deadline).value(), deadline).value().substr(13, 6),
              "01A:00");
}

TEST(DrbdResourceName, is_a_name_and_nothing_else) {
    for (const char* good : {"red", "r0", "lun-1_a.b"}) {
        EXPECT_TRUE(check_resource_name(good)) << good;
    }
    for (const char* bad : {"", "all", "-r", ".", "../x", "a b", "a/0", "a:b", "a;b"}) {
        EXPECT_FALSE(check_resource_name(bad)) << bad;
    }
}

} // namespace
} // namespace twinsite::mirror
