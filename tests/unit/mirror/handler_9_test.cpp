// DRBD 9's handlers. No DRBD 9 was at hand: the environment is what its kernel module
// (drbd_nl.c, drbd_khelper) and drbdadm (drbdadm_main.c, setenv_node_id_and_uname) set, read from
// their sources.
#include "agents/mirror/handler/handler.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>

namespace twinsite::mirror {
namespace {

using ::testing::HasSubstr;

/// Set for one test, and then as before.
class HandlerEnvironment : public ::testing::Test {
protected:
    using Variables = std::map<std::string, std::string>;

    void TearDown() override { set({}); }

    static void set(const Variables& variables) {
        for (const char* name : {"DRBD_RESOURCE", "DRBD_PEER", "DRBD_PEER_NODE_ID",
                                 "DRBD_MY_NODE_ID", "DRBD_NODE_ID_0", "DRBD_NODE_ID_1"}) {
            ::unsetenv(name);
        }
        for (const auto& [name, value] : variables) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
    }
    static Result<HandlerCall> called(const char* event) {
        const std::array<const char*, 2> arguments{"drbd-handler", event};
        return HandlerCall::from(arguments);
    }

    const Variables nine{{"DRBD_RESOURCE", "red"},
                         {"DRBD_MY_NODE_ID", "1"},
                         {"DRBD_PEER_NODE_ID", "0"},
                         {"DRBD_NODE_ID_0", "rz2-a"},
                         {"DRBD_NODE_ID_1", "rz1-a"}};
};

TEST_F(HandlerEnvironment, the_peer_of_8_4_has_a_name_and_that_of_9_a_number) {
    set({{"DRBD_RESOURCE", "red"}, {"DRBD_PEER", "rz2-b"}});
    EXPECT_EQ(called("fence-peer").value().peer, "rz2-b");
    set(nine);
    EXPECT_EQ(called("fence-peer").value().peer, "rz2-a");
    EXPECT_EQ(called("unfence-peer").value().peer, "rz2-a");
}

TEST_F(HandlerEnvironment, a_peer_that_cannot_be_named_is_an_error_where_it_matters) {
    for (const Variables& variables :
         {Variables{{"DRBD_RESOURCE", "red"}},
          Variables{{"DRBD_RESOURCE", "red"}, {"DRBD_PEER_NODE_ID", "0"}},
          Variables{{"DRBD_RESOURCE", "red"}, {"DRBD_PEER_NODE_ID", "-1"}},
          Variables{
              {"DRBD_RESOURCE", "red"}, {"DRBD_PEER_NODE_ID", "x"}, {"DRBD_NODE_ID_0", "a"}}}) {
        set(variables);
        EXPECT_THAT(called("fence-peer").error().message, HasSubstr("DRBD_PEER_NODE_ID"));
        EXPECT_FALSE(called("unfence-peer"));
        EXPECT_TRUE(called("split-brain")) << "its record does not need the name";
    }
    // Two names for one node id ("on a b { }"): neither is known to be the cluster's.
    set({{"DRBD_RESOURCE", "red"}, {"DRBD_PEER_NODE_ID", "0"}, {"DRBD_NODE_ID_0", "rz2-a rz2-b"}});
    EXPECT_FALSE(called("fence-peer"));
}

class BannedCluster final : public process::CommandRunner {
public:
    std::string banned;
    std::vector<std::string> lifted;

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        if (command.text().starts_with("cibadmin --delete")) {
            lifted.push_back(command.input);
            return process::Output{0, "", ""};
        }
        return process::Output{
            0,
            fmt::format("<pacemaker-result><nodes><node name=\"rz2-a\" online=\"true\"/></nodes>"
                        "<bans><ban id=\"twinsite-mirror-fence-red\" node=\"{}\"/></bans>"
                        "</pacemaker-result>",
                        banned),
            ""};
    }
};

class Unfencing : public HandlerEnvironment {
protected:
    /// How many bans EVENT lifts on rz1-a while NODE is banned.
    std::size_t lifted_by(const char* event, const std::string& node) {
        set(nine);
        auto call = called(event).value();
        call.own_node = "rz1-a";
        BannedCluster cluster;
        cluster.banned = node;
        testing::FakeClock clock;
        testing::FakeMirror drbd;
        EXPECT_EQ(Handler(call, {drbd,
                                 cluster,
                                 clock,
                                 [] { return UnixTime{1000}; },
                                 {scratch.path() / "state", scratch.path() / "run",
                                  scratch.path() / "devices"}})
                      .run(),
                  0);
        return cluster.lifted.size();
    }
    testing::ScratchDirectory scratch;
};

// unfence-peer runs where the copy is good, once the peer's is too (drbd_should_unfence);
// after-resync-target runs on the side that was resynced.
TEST_F(Unfencing, each_event_lifts_the_ban_of_the_side_it_speaks_of) {
    EXPECT_EQ(lifted_by("unfence-peer", "rz2-a"), 1U);
    EXPECT_EQ(lifted_by("unfence-peer", "rz1-a"), 0U) << "we may be the stale one";
    EXPECT_EQ(lifted_by("after-resync-target", "rz1-a"), 1U);
    EXPECT_EQ(lifted_by("after-resync-target", "rz2-a"), 0U);
}

} // namespace
} // namespace twinsite::mirror
