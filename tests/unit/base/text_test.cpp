#include <twinsite/base/text.hpp>

#include <gtest/gtest.h>

namespace twinsite {
namespace {

TEST(Text, splits_at_runs_of_separators) {
    EXPECT_EQ(split("  a b\t c "), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(split(" \n").empty());
}

TEST(Text, takes_only_whole_numbers_in_range) {
    EXPECT_EQ(parse_integer("42", 0, 100).value(), 42);
    EXPECT_EQ(parse_integer("-1", -5, 0).value(), -1);
    for (const char* bad : {"", " 1", "1 ", "+1", "0x1", "1e3", "99999999999999999999", "101"}) {
        EXPECT_FALSE(parse_integer(bad, 0, 100)) << bad;
    }
}

TEST(Text, booleans_as_pacemaker_takes_them) {
    for (const char* yes : {"1", "Yes", "on", "TRUE"}) {
        EXPECT_TRUE(parse_boolean(yes).value()) << yes;
    }
    for (const char* no : {"0", "no", "OFF", "false"}) {
        EXPECT_FALSE(parse_boolean(no).value()) << no;
    }
    EXPECT_FALSE(parse_boolean("maybe"));
}

TEST(Text, hostile_text_becomes_printable_and_short) {
    EXPECT_EQ(printable("a\nb\x1b[31m"), "a?b?[31m");
    EXPECT_EQ(printable(std::string(100, 'x'), 4), "xxxx...");
}

TEST(Text, names_the_nearest_known_word) {
    const std::vector<std::string> known{"address", "nodes", "sites"};
    EXPECT_EQ(nearest("adress", known), "address");
    EXPECT_EQ(nearest("completely-else", known), "");
}

} // namespace
} // namespace twinsite
