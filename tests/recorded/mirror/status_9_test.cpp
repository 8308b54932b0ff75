// Answers of DRBD 9's `drbdsetup status --json`, as published with bug reports and exporters (names
// and addresses changed). No DRBD 9 was at hand: this shows that they are understood, not more.
#include <twinsite/base/file.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/status.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

Observation parsed(std::string_view name, std::string_view resource = "red") {
    return parse_status(read_file(std::filesystem::path(TWINSITE_RECORDED) / name).value(),
                        resource)
        .value();
}

TEST(RecordedDrbd9, connected_and_promoted) {
    const auto seen = parsed("9-connected-primary.json");
    EXPECT_EQ(seen.peers[0].name, "rz2-a");
    EXPECT_EQ(assess(seen, ScoreTable{}), (Assessment{State::promoted, 10000, false, ""}));
}

TEST(RecordedDrbd9, the_older_form_and_a_second_resource) {
    EXPECT_EQ(assess(parsed("9.0-two-resources-secondary.json"), ScoreTable{}),
              (Assessment{State::unpromoted, 10000, false, ""}));
    EXPECT_EQ(parsed("9.0-two-resources-secondary.json", "blue").volumes[0].minor, 3);
    EXPECT_FALSE(parsed("9.0-two-resources-secondary.json", "green").configured);
}

TEST(RecordedDrbd9, several_peers_one_of_which_resyncs_us) {
    const auto seen = parsed("9-three-peers-resync.json");
    EXPECT_EQ(seen.peers.size(), 3U);
    const auto result = assess(seen, ScoreTable{});
    EXPECT_EQ(result.score, never);
    EXPECT_EQ(result.reason, "local data is Inconsistent: being resynced, 819200 KiB to go");
}

TEST(RecordedDrbd9, suspended_io_names_its_cause) {
    const auto seen = parse_status(
        R"([{"name":"red","role":"Primary","suspended":true,"suspended-quorum":true,
            "devices":[{"volume":0,"minor":0,"disk-state":"UpToDate","quorum":false}]}])",
        "red");
    EXPECT_EQ(seen.value().suspended, "quorum");
    EXPECT_EQ(assess(seen.value(), ScoreTable{}).score, never);
}

TEST(RecordedDrbd9, no_resources_is_an_answer_and_noise_is_none) {
    EXPECT_FALSE(parse_status("[]", "red").value().configured);
    for (const char* bad : {"", "{}", "[1]", "red: No such resource", "[{\"name\":\"red\""}) {
        EXPECT_EQ(parse_status(bad, "red").error().kind, ErrorKind::protocol) << bad;
    }
}

} // namespace
} // namespace twinsite::mirror
