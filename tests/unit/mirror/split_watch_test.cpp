// A split brain that DRBD's handler did not report, seen from both sides of one cluster.
#include "agents/mirror/caretaker.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace twinsite::mirror {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 8.4.11 at a real cut: both had the first, then each side wrote.
constexpr const char* together =
    "DFC5D0D2036FAAA0:0000000000000000:0000000000000000:0000000000000000";
constexpr const char* home_alone =
    "9F67CDCA1CEE2C1D:DFC5D0D2036FAAA1:0000000000000000:0000000000000000";
constexpr const char* away_alone =
    "1111222233334445:DFC5D0D2036FAAA1:0000000000000000:0000000000000000";
constexpr const char* foreign =
    "ABCDABCDABCDABCC:0000000000000000:1234123412341234:0000000000000000";

/// NODE/NAME to value: the transient attributes of the cluster.
using Attributes = std::map<std::string, std::string>;

/// One node's commands.
class Node final : public process::CommandRunner {
public:
    Node(std::string name, Attributes& attributes)
        : name_(std::move(name))
        , attributes_(attributes) {}

    std::string generation;
    std::vector<std::string> asked;

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        asked.push_back(command.text());
        if (command.text() == "drbdsetup get-gi 0") {
            return process::Output{0, generation + ":1:1:0:0:0:0\n", ""};
        }
        if (command.argv[0] == "cibadmin") {
            std::string out;
            for (const auto& [key, value] : attributes_) {
                out += fmt::format("<nvpair name=\"{}\" value=\"{}\"/>\n",
                                   key.substr(key.find('/') + 1), value);
            }
            return process::Output{0, out, ""};
        }
        return attribute(command.argv);
    }

private:
    process::Output attribute(const std::vector<std::string>& words) {
        std::string key;
        for (const std::string& word : words) {
            if (word.starts_with("--name=")) {
                key = name_ + "/" + word.substr(7);
            } else if (word.starts_with("--update=")) {
                attributes_[key] = word.substr(9);
            } else if (word == "--delete") {
                attributes_.erase(key);
            }
        }
        return {0, fmt::format("value=\"{}\"\n", attributes_[key]), ""};
    }

    std::string name_;
    Attributes& attributes_;
};

class Side {
public:
    Side(const std::string& name, const char* generation, Attributes& attributes,
         const UnixTime& now)
        : node(name, attributes)
        , now_(now) {
        node.generation = generation;
    }

    LocalCaretaker caretaker() {
        return {"red", folders(), node, clock, [this] { return now_; }};
    }
    std::string look(const Observation& seen) {
        return join(caretaker().look_after(seen, assess(seen, ScoreTable{}), deadline()), "; ");
    }
    std::string held_back(const Observation& seen) {
        return caretaker().held_back(seen, deadline());
    }
    [[nodiscard]] Memory memory() { return MemoryFile(folders().state, "red").load().value(); }
    void reboot() { std::filesystem::remove_all(folders().run); }

    Node node;

private:
    [[nodiscard]] Folders folders() const {
        return {scratch.path() / "state", scratch.path() / "run", scratch.path() / "devices"};
    }
    [[nodiscard]] Deadline deadline() const { return Deadline::after(clock, Milliseconds(20000)); }

    const UnixTime& now_;
    testing::ScratchDirectory scratch;
    testing::FakeClock clock;
};

Observation apart(Role role, Connection connection = Connection::connecting,
                  std::uint64_t written = 0) {
    auto seen = testing::FakeMirror::connected(role, Role::unknown);
    seen.peers[0].connection = connection;
    seen.peers[0].volumes[0] = {
        .replication = Replication::off, .disk = Disk::unknown, .out_of_sync_kib = written};
    return seen;
}

class SplitWatching : public ::testing::Test {
protected:
    UnixTime now = 1'700'000'000;
    Attributes attributes;
    Side home{"rz1-a", home_alone, attributes, now};
    Side away{"rz2-a", together, attributes, now};
};

TEST_F(SplitWatching, a_side_that_is_only_behind_is_no_split_brain) {
    EXPECT_EQ(home.look(apart(Role::primary, Connection::connecting, 8)), "");
    EXPECT_EQ(away.look(apart(Role::secondary)), "");
    now += SplitWatch::look_interval;
    EXPECT_EQ(home.look(apart(Role::primary, Connection::connecting, 8)), "");
    EXPECT_EQ(away.held_back(apart(Role::secondary)), "");
}

TEST_F(SplitWatching, two_sides_written_apart_are_found_recorded_and_shown_on_both) {
    home.caretaker().note_role(Role::primary, Deadline(TimePoint::max()));
    home.look(apart(Role::primary, Connection::stand_alone, 3072));
    away.node.generation = away_alone;
    EXPECT_THAT(away.look(apart(Role::secondary, Connection::connecting, 16)),
                HasSubstr("SPLIT BRAIN since"));
    now += SplitWatch::look_interval;
    const std::string told = home.look(apart(Role::primary, Connection::stand_alone, 3072));
    EXPECT_THAT(told, HasSubstr("SPLIT BRAIN since"));
    EXPECT_THAT(told, HasSubstr("Primary here since 2023-11-1"));
    EXPECT_EQ(home.memory().split_brain->ancestor, "DFC5D0D2036FAAA0");
    EXPECT_EQ(away.memory().split_brain->out_of_sync_kib, 16U);
    EXPECT_EQ(
        attributes["rz1-a/mirror-split-red"],
        fmt::format("{} {} Primary 3072 DFC5D0D2036FAAA0 Primary@1700000000", now, home_alone));
}

TEST_F(SplitWatching, a_marker_that_only_the_other_side_has_is_enough) {
    attributes["rz1-a/mirror-split-red"] = fmt::format("500 {} Primary 3072", home_alone);
    away.node.generation = away_alone;
    EXPECT_THAT(away.look(apart(Role::secondary)), HasSubstr("SPLIT BRAIN since"));
}

TEST_F(SplitWatching, the_side_that_waits_for_a_connection_is_kept_from_promotion) {
    home.look(apart(Role::primary, Connection::stand_alone));
    away.node.generation = away_alone;
    const auto waiting = apart(Role::secondary);
    EXPECT_EQ(away.held_back(waiting), "") << "not yet found";
    away.look(waiting);
    EXPECT_THAT(away.held_back(waiting), HasSubstr("twinsite resolve red"));
    away.reboot();
    EXPECT_THAT(away.held_back(waiting), HasSubstr("twinsite resolve red"));
    attributes.clear(); // the other node is gone
    EXPECT_THAT(away.held_back(waiting), HasSubstr("twinsite go-live"));
    for (const std::string& stale : {std::string("true"), std::to_string(now - 7200)}) {
        attributes["rz2-a/mirror-accept-loss-red"] = stale;
        EXPECT_NE(away.held_back(waiting), "") << stale;
    }
    attributes["rz2-a/mirror-accept-loss-red"] = std::to_string(now - 60);
    EXPECT_EQ(away.held_back(waiting), "");
    EXPECT_TRUE(away.memory().loss_accepted);
}

TEST_F(SplitWatching, the_other_sides_acceptance_is_not_ours) {
    home.look(apart(Role::primary, Connection::stand_alone));
    away.node.generation = away_alone;
    away.look(apart(Role::secondary));
    attributes["rz1-a/mirror-accept-loss-red"] = std::to_string(now);
    EXPECT_NE(away.held_back(apart(Role::secondary)), "");
}

TEST_F(SplitWatching, once_connected_again_the_survivor_may_be_promoted_also_during_the_resync) {
    attributes["rz2-a/mirror-split-red"] = fmt::format("500 {} Primary 16", away_alone);
    const auto waiting = apart(Role::secondary);
    home.look(waiting);
    EXPECT_NE(home.held_back(waiting), "");
    auto resyncing = testing::FakeMirror::connected();
    resyncing.peers[0].volumes[0].replication = Replication::negotiating;
    home.look(resyncing);
    EXPECT_NE(home.held_back(waiting), "") << "the handshake may still refuse";
    resyncing.peers[0].volumes[0].replication = Replication::sync_source;
    resyncing.peers[0].volumes[0].disk = Disk::inconsistent;
    EXPECT_EQ(home.look(resyncing), "");
    EXPECT_EQ(home.held_back(waiting), "") << "the link is lost again: ours is the copy that was "
                                              "chosen";
}

TEST_F(SplitWatching, generations_are_shown_while_apart_and_cost_nothing_while_nothing_changes) {
    const auto waiting = apart(Role::secondary);
    away.look(waiting);
    EXPECT_THAT(away.node.asked,
                ElementsAre("drbdsetup get-gi 0",
                            fmt::format("attrd_updater --quiet --name=mirror-generation-red "
                                        "--update={}",
                                        together),
                            HasSubstr("cibadmin --query --xpath")));
    away.node.asked.clear();
    now += 9;
    away.look(waiting);
    EXPECT_THAT(away.node.asked, IsEmpty());
    away.look(apart(Role::primary));
    EXPECT_THAT(away.node.asked, Contains("drbdsetup get-gi 0")) << "the role has changed";
    away.node.asked.clear();
    away.node.generation = away_alone;
    away.look(apart(Role::primary, Connection::connecting, 4));
    EXPECT_EQ(attributes["rz2-a/mirror-generation-red"], away_alone) << "it has written";
    away.node.asked.clear();
    away.look(testing::FakeMirror::connected());
    away.look(testing::FakeMirror::connected());
    EXPECT_THAT(away.node.asked,
                ElementsAre("attrd_updater --quiet --name=mirror-generation-red --delete"));
}

TEST_F(SplitWatching, strangers_count_only_where_the_kernel_refused_them) {
    attributes["rz1-a/mirror-generation-red"] = foreign;
    EXPECT_EQ(away.look(apart(Role::secondary)), "");
    EXPECT_THAT(away.look(apart(Role::secondary, Connection::stand_alone)),
                HasSubstr("SPLIT BRAIN"));
    EXPECT_EQ(away.memory().split_brain->ancestor, "none");
}

TEST_F(SplitWatching, a_kernel_that_does_not_answer_is_not_asked_again) {
    auto waiting = apart(Role::secondary);
    waiting.detour = "the kernel did not answer drbdsetup within 6 s";
    away.look(waiting);
    EXPECT_THAT(away.node.asked, IsEmpty());
}

} // namespace
} // namespace twinsite::mirror
