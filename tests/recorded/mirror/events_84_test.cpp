// Real answers of `drbdsetup events2 --now --statistics red` (drbd-utils 9.22, kernel 8.4.11).
#include <twinsite/base/file.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/events.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

std::string recorded(std::string_view name) {
    return read_file(std::filesystem::path(TWINSITE_RECORDED) / name).value();
}

Observation parsed(std::string_view name) {
    return parse_events(recorded(name), "red").value();
}

TEST(RecordedDrbd84, connected_and_promoted) {
    const auto seen = parsed("8.4.11-connected-primary.txt");
    EXPECT_EQ(seen, (Observation{.configured = true,
                                 .role = Role::primary,
                                 .suspended = {},
                                 .volumes = {{.disk = Disk::up_to_date, .size_kib = 65496}},
                                 .peers = {{.name = "peer",
                                            .connection = Connection::connected,
                                            .role = Role::secondary,
                                            .volumes = {{.replication = Replication::established,
                                                         .disk = Disk::up_to_date}}}}}));
    EXPECT_EQ(assess(seen, ScoreTable{}), (Assessment{State::promoted, 10000, false, ""}));
}

TEST(RecordedDrbd84, absent_is_positive_evidence) {
    EXPECT_FALSE(parsed("8.4.11-absent.txt").configured);
    EXPECT_FALSE(parse_events(recorded("8.4.11-connected-primary.txt"), "blue").value().configured);
}

TEST(RecordedDrbd84, an_answer_that_was_cut_off_is_no_answer) {
    std::string cut = recorded("8.4.11-connected-primary.txt");
    cut.resize(cut.rfind("exists -"));
    EXPECT_EQ(parse_events(cut, "red").error().kind, ErrorKind::protocol);
    EXPECT_FALSE(parse_events("", "red"));
}

TEST(RecordedDrbd84, the_link_is_cut) {
    const auto seen = parsed("8.4.11-cut-secondary.txt");
    EXPECT_EQ(seen.peers[0].connection, Connection::connecting);
    EXPECT_EQ(seen.peers[0].volumes[0].disk, Disk::unknown);
    EXPECT_EQ(assess(seen, ScoreTable{}).score, 1000);
}

TEST(RecordedDrbd84, new_metadata_and_no_peer) {
    EXPECT_EQ(assess(parsed("8.4.11-fresh-alone.txt"), ScoreTable{}).score, never);
}

TEST(RecordedDrbd84, a_resync_from_both_sides) {
    const auto target = assess(parsed("8.4.11-sync-target.txt"), ScoreTable{});
    EXPECT_EQ(target.score, never);
    EXPECT_EQ(target.reason, "local data is Inconsistent: being resynced, 65304 KiB to go");
    const auto source = assess(parsed("8.4.11-sync-source.txt"), ScoreTable{});
    EXPECT_EQ(source.score, 10000);
    EXPECT_TRUE(source.degraded);
    EXPECT_EQ(source.reason, "the peer is being resynced, 64944 KiB to go");
}

TEST(RecordedDrbd84, disconnected_by_hand) {
    const auto seen = parsed("8.4.11-disconnected.txt");
    EXPECT_EQ(seen.volumes[0].disk, Disk::outdated);
    EXPECT_EQ(seen.peers[0].connection, Connection::stand_alone);
    EXPECT_EQ(assess(seen, ScoreTable{}).score, never);
}

TEST(RecordedDrbd84, promoted_without_a_disk_of_its_own) {
    const auto result = assess(parsed("8.4.11-primary-detached.txt"), ScoreTable{});
    EXPECT_EQ(result.state, State::promoted);
    EXPECT_EQ(result.score, 10);
    EXPECT_EQ(result.reason, "works on the peer's copy only: local data is Diskless");
}

} // namespace
} // namespace twinsite::mirror
