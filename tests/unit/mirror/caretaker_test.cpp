#include "agents/mirror/caretaker.hpp"
#include "agents/mirror/promotion_ban.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FakeCluster final : public process::CommandRunner {
public:
    bool reachable = true;
    std::string answer;
    std::vector<process::Command> asked;

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        asked.push_back(command);
        return process::Output{reachable ? 0 : 102, answer, reachable ? "" : "not connected"};
    }
};

class CaretakerOfRed : public ::testing::Test {
protected:
    LocalCaretaker caretaker() {
        return {"red", folders, cluster, clock, [this] { return now; }, plan};
    }
    std::string look(const Observation& seen) {
        return join(caretaker().look_after(seen, assess(seen, ScoreTable{}), deadline), "; ");
    }
    void remember(const std::function<void(Memory&)>& change) {
        EXPECT_TRUE(file().update(change, clock, deadline));
    }
    [[nodiscard]] MemoryFile file() const { return {folders.state, "red"}; }

    /// The link watcher's process, and what it noted last.
    void watched(const std::string& process, const std::string& mark) {
        static_cast<void>(scratch.write("run/red.watcher", process + "\n"));
        static_cast<void>(scratch.write("run/red.link", "up 0 5 " + mark + "\n"));
    }
    static Observation whole() { return testing::FakeMirror::connected(); }
    static Observation alone() {
        auto seen = testing::FakeMirror::connected(Role::primary);
        seen.peers[0].connection = Connection::stand_alone;
        seen.peers[0].volumes[0].disk = Disk::unknown;
        return seen;
    }

    testing::ScratchDirectory scratch;
    Folders folders{scratch.path() / "state", scratch.path() / "run", scratch.path() / "devices"};
    testing::FakeClock clock;
    Deadline deadline = Deadline::after(clock, Milliseconds(5000));
    FakeCluster cluster;
    UnixTime now = 1000;
    CarePlan plan;
};

TEST_F(CaretakerOfRed, a_whole_mirror_without_a_past_costs_nothing) {
    EXPECT_EQ(look(whole()), "");
    EXPECT_THAT(cluster.asked, IsEmpty());
}

TEST_F(CaretakerOfRed, notes_when_it_last_saw_a_promoted_peer) {
    look(testing::FakeMirror::connected(Role::secondary, Role::primary));
    now = 2000;
    auto lost = whole();
    lost.peers[0].connection = Connection::connecting;
    look(lost);
    const auto contact = read_contact(folders, "red").value();
    EXPECT_EQ(contact.at, 1000);
    EXPECT_EQ(contact.peer, Role::primary);
    auto unsure = testing::FakeMirror::connected(Role::secondary, Role::unknown);
    look(unsure);
    EXPECT_EQ(read_contact(folders, "red").value().peer, Role::primary);
    look(whole());
    EXPECT_EQ(read_contact(folders, "red").value().at, 2000);
    EXPECT_EQ(read_contact(folders, "red").value().peer, Role::secondary);
}

TEST_F(CaretakerOfRed, a_ban_is_lifted_when_both_sides_are_whole_and_not_before) {
    remember([](Memory& memory) { memory.banned_node = "rz2-a"; });
    look(alone());
    for (const auto& command : cluster.asked) {
        EXPECT_EQ(command.input, "");
    }
    cluster.asked.clear();
    look(whole());
    ASSERT_THAT(cluster.asked, SizeIs(1));
    EXPECT_EQ(cluster.asked[0].text(), "cibadmin --delete --xpath "
                                       "//rsc_location[@id='twinsite-mirror-fence-red' and "
                                       "@node='rz2-a']")
        << "never one that bans this side";
    EXPECT_EQ(file().load().value().banned_node, "");
    look(whole());
    EXPECT_THAT(cluster.asked, SizeIs(1));
}

TEST_F(CaretakerOfRed, a_ban_that_could_not_be_lifted_is_tried_again) {
    remember([](Memory& memory) { memory.banned_node = "rz2-a"; });
    cluster.reachable = false;
    look(whole());
    EXPECT_EQ(file().load().value().banned_node, "rz2-a");
    cluster.reachable = true;
    look(whole());
    EXPECT_EQ(file().load().value().banned_node, "");
}

TEST_F(CaretakerOfRed, a_split_brain_is_shown_until_it_is_over) {
    const SplitBrain split{
        .detected = 500, .generation = "1:2:3:4", .role = Role::primary, .out_of_sync_kib = 3072};
    remember([&](Memory& memory) { memory.split_brain = split; });
    EXPECT_THAT(look(alone()), HasSubstr("SPLIT BRAIN since"));
    EXPECT_THAT(cluster.asked[0].text(), HasSubstr("cibadmin --query --xpath"));
    EXPECT_THAT(cluster.asked[1].text(), HasSubstr("--update=500 1:2:3:4 Primary 3072"));
    cluster.answer = "<xpath-query>\n<nvpair id=\"status-1-mirror-split-red\" "
                     "name=\"mirror-split-red\" value=\"500 1:2:3:4 Primary 3072\"/>\n"
                     "<nvpair id=\"status-2-mirror-split-red\" name=\"mirror-split-red\" "
                     "value=\"501 8:2:9:0 Secondary 16\"/>\n</xpath-query>\n";
    look(alone());
    EXPECT_THAT(cluster.asked[3].text(), HasSubstr("Primary 3072 0000000000000002"));
    EXPECT_EQ(file().load().value().split_brain->ancestor, "0000000000000002");
    cluster.answer.clear();
    cluster.reachable = false;
    look(whole());
    EXPECT_TRUE(file().load().value().split_brain) << "else the attribute would stay for ever";
    cluster.reachable = true;
    EXPECT_EQ(look(whole()), "");
    EXPECT_THAT(cluster.asked.back().text(), HasSubstr("--delete"));
    EXPECT_FALSE(file().load().value().split_brain);
}

TEST_F(CaretakerOfRed, standing_alone_is_no_split_brain_by_itself) {
    EXPECT_EQ(look(alone()), "");
}

TEST_F(CaretakerOfRed, remembers_the_last_roles_and_survives_a_damaged_file) {
    static_cast<void>(scratch.write("state/red.json", "{ damaged"));
    EXPECT_EQ(file().load().error().kind, ErrorKind::protocol);
    EXPECT_THAT(look(alone()), HasSubstr("was damaged"));
    caretaker().note_role(Role::primary, deadline);
    EXPECT_THAT(look(alone()), HasSubstr("was damaged")) << "a new file does not know it either";
    EXPECT_EQ(look(whole()), "");
    EXPECT_EQ(look(alone()), "");
    for (int i = 0; i < 40; ++i) {
        now = i;
        caretaker().note_role(i % 2 == 0 ? Role::primary : Role::secondary, deadline);
    }
    const auto roles = file().load().value().roles;
    ASSERT_THAT(roles, SizeIs(remembered_roles));
    EXPECT_EQ(roles.back(), (RoleChange{39, Role::secondary}));
}

TEST_F(CaretakerOfRed, a_refusal_is_told_once) {
    static_cast<void>(scratch.write("run/red.refusal", "the peer may have\nnewer data\n"));
    EXPECT_EQ(caretaker().take_refusal(), "the peer may have?newer data");
    EXPECT_EQ(caretaker().take_refusal(), "");
}

TEST_F(CaretakerOfRed, both_copies_are_compared_when_it_is_time_and_the_result_is_shown) {
    auto seen = testing::FakeMirror::connected(Role::primary);
    now = 100L * 86400;
    EXPECT_EQ(look(seen), "");
    EXPECT_THAT(cluster.asked, IsEmpty());
    plan.verify.every_days = 7;
    look(seen);
    EXPECT_THAT(cluster.asked, IsEmpty()) << "nobody watches the link";
    watched("17", "17.1000.1");
    look(seen);
    ASSERT_THAT(cluster.asked, SizeIs(1));
    EXPECT_EQ(cluster.asked[0].text(), "drbdadm verify red");
    seen.peers[0].volumes[0].replication = Replication::verify;
    look(seen);
    seen.peers[0].volumes[0].replication = Replication::established;
    seen.peers[0].volumes[0].out_of_sync_kib = 8;
    EXPECT_THAT(look(seen), HasSubstr("verify found 8 KiB that differ"));
    EXPECT_EQ(file().load().value().verified, now);
    now += 3600;
    EXPECT_THAT(look(seen), HasSubstr("8 KiB")) << "until it was resynced";
    seen.peers[0].volumes[0].out_of_sync_kib = 0;
    EXPECT_EQ(look(seen), "");
    EXPECT_THAT(cluster.asked, SizeIs(1));
    now += 7L * 86400;
    look(seen);
    EXPECT_THAT(cluster.asked, SizeIs(2));
}

TEST_F(CaretakerOfRed, a_comparison_that_was_cut_off_does_not_count) {
    remember([&](Memory& memory) { memory.verify_begun = 900; });
    look(alone());
    EXPECT_EQ(file().load().value().verified, 0);
    EXPECT_EQ(file().load().value().verify_begun, 0);
}

TEST_F(CaretakerOfRed, a_comparison_that_was_cut_off_between_two_looks_is_made_again) {
    const auto seen = testing::FakeMirror::connected(Role::primary);
    now = 100L * 86400;
    plan.verify.every_days = 7;
    // The link healed; the watcher was replaced and has seen nothing yet; the node was up again.
    for (const auto& [watcher, note] :
         {std::pair{"17", "17.1000.3"}, std::pair{"", "17.1000.1"}, std::pair{"99", "17.1000.1"}}) {
        watched("17", "17.1000.1");
        look(seen);
        EXPECT_EQ(file().load()->verify_begun, now);
        watched(watcher, note);
        look(seen);
        EXPECT_EQ(file().load()->verified, 0) << watcher << " " << note;
        EXPECT_EQ(file().load()->verify_begun, 0);
    }
}

TEST_F(CaretakerOfRed, an_asynchronous_peer_that_is_behind_is_shown) {
    auto seen = testing::FakeMirror::connected(Role::primary);
    seen.peers[0].volumes[0].out_of_sync_kib = 5000;
    caretaker().note_options({.protocol = "A", .port = 1});
    EXPECT_EQ(look(seen), "");
    EXPECT_EQ(cluster.asked.at(0).text(),
              "attrd_updater --quiet --name=mirror-behind-red --update=5000");
    plan.most_behind_kib = 4096;
    EXPECT_THAT(look(seen), HasSubstr("5000 KiB behind"));
    caretaker().note_options({.protocol = "C", .port = 1});
    EXPECT_EQ(look(seen), "");
}

TEST_F(CaretakerOfRed, what_a_peer_was_behind_is_no_longer_told_after_a_demotion) {
    const std::string gone = "attrd_updater --quiet --name=mirror-behind-red --delete";
    caretaker().note_options({.protocol = "A", .port = 1});
    look(testing::FakeMirror::connected(Role::primary));
    cluster.asked.clear();
    cluster.reachable = false;
    look(whole());
    cluster.reachable = true;
    look(whole());
    look(whole());
    ASSERT_THAT(cluster.asked, SizeIs(2)) << "until it is gone, and not again";
    EXPECT_EQ(cluster.asked[1].text(), gone);
    look(testing::FakeMirror::connected(Role::primary));
    cluster.asked.clear();
    caretaker().withdraw(deadline);
    ASSERT_THAT(cluster.asked, SizeIs(1)) << "also at a stop without a monitor in between";
    EXPECT_EQ(cluster.asked[0].text(), gone);
}

TEST_F(CaretakerOfRed, who_uses_the_device_hears_of_a_lost_disk) {
    const auto told = [&] { return block::noted_worry(folders.devices, "147:0"); };
    look(whole());
    EXPECT_EQ(told(), "");
    auto seen = testing::FakeMirror::connected(Role::primary);
    seen.volumes[0].disk = Disk::diskless;
    look(seen);
    EXPECT_EQ(told(), "the mirror's own disk is lost (Diskless)");
    seen.volumes[0].client = true; // without a disk on purpose
    look(seen);
    EXPECT_EQ(told(), "");
}

TEST_F(CaretakerOfRed, an_accepted_loss_is_accepted_once) {
    remember([](Memory& memory) { memory.loss_accepted = true; });
    look(alone());
    EXPECT_TRUE(file().load()->loss_accepted);
    cluster.asked.clear();
    look(whole());
    EXPECT_FALSE(file().load()->loss_accepted);
    ASSERT_THAT(cluster.asked, SizeIs(1));
    EXPECT_EQ(cluster.asked[0].text(),
              "attrd_updater --quiet --name=mirror-accept-loss-red --delete");
}

TEST_F(CaretakerOfRed, a_flapping_link_is_shown) {
    const auto promoted = testing::FakeMirror::connected(Role::primary);
    static_cast<void>(scratch.write("run/red.link", "lost 1 5 17.1000.2\n"));
    EXPECT_EQ(look(promoted), "");
    static_cast<void>(scratch.write("run/red.link", "flapping 4 5 17.1000.9\n"));
    EXPECT_THAT(look(promoted), HasSubstr("flapping: lost 4 times"));
    EXPECT_EQ(look(whole()), "") << "the promoted side shows it";
}

TEST_F(CaretakerOfRed, a_split_brain_that_follows_another_trouble_is_told_anew_once) {
    const std::string split = "SPLIT BRAIN since yesterday";
    EXPECT_FALSE(caretaker().must_be_told_anew(""));
    EXPECT_FALSE(caretaker().must_be_told_anew("not replicated"));
    EXPECT_TRUE(caretaker().must_be_told_anew(split));
    EXPECT_FALSE(caretaker().must_be_told_anew(split));
    EXPECT_FALSE(caretaker().must_be_told_anew(split));
    EXPECT_FALSE(caretaker().must_be_told_anew(""));
    EXPECT_FALSE(caretaker().must_be_told_anew(split)) << "the code changes by itself";
}

TEST_F(CaretakerOfRed, names_that_are_not_plain_reach_no_xml) {
    EXPECT_FALSE(place_ban("red", "clone\"/><x", "rz1-a", cluster, deadline));
    EXPECT_FALSE(place_ban("red", "clone", "a b", cluster, deadline));
    EXPECT_FALSE(lift_ban("red", "a' or @node='b", cluster, deadline));
    EXPECT_THAT(cluster.asked, IsEmpty());
}

} // namespace
} // namespace twinsite::mirror
