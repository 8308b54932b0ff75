#include "tests/support/scratch_directory.hpp"

#include <twinsite/block/worry.hpp>

#include <gtest/gtest.h>

#include <filesystem>

namespace twinsite::block {
namespace {

class Worry : public ::testing::Test {
protected:
    [[nodiscard]] std::filesystem::path folder() const { return scratch.path() / "devices"; }
    testing::ScratchDirectory scratch;
};

TEST_F(Worry, is_read_until_it_is_taken_away) {
    EXPECT_EQ(noted_worry(folder(), "147:0"), "");
    ASSERT_TRUE(note_worry(folder(), "147:0", "the pool is full"));
    EXPECT_EQ(noted_worry(folder(), "147:0"), "the pool is full");
    EXPECT_EQ(noted_worry(folder(), "147:1"), "");
    ASSERT_TRUE(note_worry(folder(), "147:0", ""));
    EXPECT_EQ(noted_worry(folder(), "147:0"), "");
    ASSERT_TRUE(note_worry(folder(), "147:0", "")); // there is none any more
}

TEST_F(Worry, nobody_renews_is_not_believed) {
    ASSERT_TRUE(note_worry(folder(), "147:0", "the pool is full"));
    std::filesystem::last_write_time(folder() / "147:0",
                                     std::filesystem::file_time_type::clock::now() - worry_lasts -
                                         Milliseconds(1000));
    EXPECT_EQ(noted_worry(folder(), "147:0"), "");
}

TEST_F(Worry, in_a_damaged_note_is_made_printable) {
    static_cast<void>(scratch.write("devices/147:0", std::string("a\x1b[2Jb\nc")));
    EXPECT_EQ(noted_worry(folder(), "147:0"), "a?[2Jb?c");
}

} // namespace
} // namespace twinsite::block
