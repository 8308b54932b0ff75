#include <twinsite/base/table.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite {
namespace {

using ::testing::ElementsAre;

TEST(Colour, is_for_terminals_that_show_it_and_people_who_want_it) {
    EXPECT_TRUE(colour_wanted(true, nullptr, "xterm"));
    EXPECT_TRUE(colour_wanted(true, "", "xterm"));
    EXPECT_FALSE(colour_wanted(false, nullptr, "xterm"));
    EXPECT_FALSE(colour_wanted(true, "1", "xterm"));
    EXPECT_FALSE(colour_wanted(true, nullptr, "dumb"));
    EXPECT_FALSE(colour_wanted(true, nullptr, nullptr));
}

TEST(Table, is_aligned_with_and_without_colour) {
    const std::vector<Row> rows{{{"VM"}, {"rot"}, {"on rz1-a", Tone::good}},
                                {{"VM"}, {"a-longer-name"}, {"NOT RUNNING", Tone::bad}, {"[x]"}},
                                {{""}, {""}, {"more"}},
                                {{"LUN"}, {std::string(33, 'n')}, {"far"}}};
    EXPECT_THAT(table_lines(rows, false),
                ElementsAre("VM   rot            on rz1-a", "VM   a-longer-name  NOT RUNNING  [x]",
                            "                    more", "LUN  " + std::string(33, 'n') + "  far"));
    EXPECT_THAT(table_lines(rows, true),
                ElementsAre("VM   rot            \x1b[32mon rz1-a\x1b[0m",
                            "VM   a-longer-name  \x1b[31mNOT RUNNING\x1b[0m  [x]",
                            "                    more", "LUN  " + std::string(33, 'n') + "  far"));
}

TEST(Table, leaves_no_blanks_at_the_end_of_a_line) {
    EXPECT_THAT(table_lines({{{"a"}, {""}}, {{"b"}, {"c"}, {"d"}}}, false),
                ElementsAre("a", "b  c  d"));
}

} // namespace
} // namespace twinsite
