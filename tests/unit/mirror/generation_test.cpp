#include <twinsite/mirror/generation.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

Generation of(const char* text) {
    return parse_generation(text).value();
}

// The first four are from a real cut (8.4.11): n1 promoted, n2 not; then n2 promoted too.
constexpr const char* together =
    "DFC5D0D2036FAAA0:0000000000000000:0000000000000000:0000000000000000";
constexpr const char* alone_n1 =
    "9F67CDCA1CEE2C1D:DFC5D0D2036FAAA1:0000000000000000:0000000000000000";
constexpr const char* alone_n2 =
    "1111222233334445:DFC5D0D2036FAAA1:0000000000000000:0000000000000000";
constexpr const char* fresh = "0000000000000004:0000000000000000:0000000000000000:0000000000000000";
constexpr const char* foreign =
    "ABCDABCDABCDABCC:0000000000000000:1234123412341234:0000000000000000";

TEST(Generation, reads_what_get_gi_prints) {
    const auto read = of("9F67CDCA1CEE2C1D:DFC5D0D2036FAAA1:0:0:1:1:1:0:0:0:0\n");
    EXPECT_EQ(read, of(alone_n1));
    EXPECT_EQ(to_string(read), alone_n1);
    for (const char* bad : {"", "1:2:3", "x:0:0:0", "11112222333344445:0:0:0", "1 :0:0:0"}) {
        EXPECT_FALSE(parse_generation(bad)) << bad;
    }
}

TEST(Generation, one_side_alone_is_ahead_and_both_alone_are_split) {
    EXPECT_EQ(compare(of(together), of(together)), Relation::same);
    EXPECT_EQ(compare(of(alone_n1), of(together)), Relation::we_are_ahead);
    EXPECT_EQ(compare(of(together), of(alone_n1)), Relation::peer_is_ahead);
    EXPECT_EQ(compare(of(alone_n1), of(alone_n2)), Relation::split_brain);
    EXPECT_EQ(common_ancestor(of(alone_n1), of(alone_n2)), 0xDFC5D0D2036FAAA0U);
}

TEST(Generation, the_role_makes_no_difference) {
    auto promoted = of(together);
    promoted.current |= 1;
    EXPECT_EQ(compare(promoted, of(together)), Relation::same);
}

TEST(Generation, new_metadata_is_behind_everything_and_strangers_are_unrelated) {
    EXPECT_EQ(compare(of(fresh), of(alone_n1)), Relation::peer_is_ahead);
    EXPECT_EQ(compare(of(alone_n1), of(fresh)), Relation::we_are_ahead);
    EXPECT_EQ(compare(of(alone_n1), of(foreign)), Relation::unrelated);
    EXPECT_EQ(common_ancestor(of(alone_n1), of(foreign)), 0U);
}

TEST(Generation, comparing_is_symmetric) {
    for (const char* a : {together, alone_n1, alone_n2, fresh, foreign}) {
        for (const char* b : {together, alone_n1, alone_n2, foreign}) {
            const Relation there = compare(of(a), of(b));
            const Relation back = compare(of(b), of(a));
            EXPECT_EQ(there == Relation::we_are_ahead, back == Relation::peer_is_ahead);
            EXPECT_EQ(there == Relation::split_brain, back == Relation::split_brain);
        }
    }
}

} // namespace
} // namespace twinsite::mirror
