// A background process that is found through the lock it holds.
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/locked_background.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace twinsite::process {
namespace {

class LockedBackgroundTest : public ::testing::Test {
protected:
    void TearDown() override { static_cast<void>(background.end(soon(), {})); }

    [[nodiscard]] Deadline soon() { return Deadline::after(clock, Milliseconds(10'000)); }

    /// The id in the file, once it is there.
    pid_t holder() {
        pid_t id = 0;
        static_cast<void>(poll_until(clock, soon(), Milliseconds(1), [&] {
            const auto text = read_file(file, 64);
            const auto number = parse_integer(trim(text.value_or("")), 2, INT32_MAX);
            id = number ? static_cast<pid_t>(*number) : 0;
            return id != 0;
        }));
        return id;
    }

    testing::ScratchDirectory scratch;
    std::filesystem::path file = scratch.path() / "lock";
    SystemClock clock;
    LockedBackground background{file, clock};
};

void forever() {
    for (;;) {
        ::pause();
    }
}

TEST_F(LockedBackgroundTest, lives_until_it_is_ended) {
    EXPECT_FALSE(background.alive());
    ASSERT_TRUE(background.begin(forever));
    EXPECT_TRUE(background.alive());
    EXPECT_EQ(background.begin(forever).error().kind, ErrorKind::conflict);
    EXPECT_TRUE(background.end(soon(), Milliseconds::zero()));
    EXPECT_FALSE(background.alive());
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_TRUE(background.end(soon(), Milliseconds::zero())) << "twice is fine";
}

TEST_F(LockedBackgroundTest, a_frozen_one_is_ended_too) {
    ASSERT_TRUE(background.begin(forever));
    ASSERT_EQ(::kill(holder(), SIGSTOP), 0);
    EXPECT_TRUE(background.end(soon(), Milliseconds::zero()));
    EXPECT_FALSE(background.alive());
}

TEST_F(LockedBackgroundTest, one_that_ends_by_itself_is_not_killed) {
    const auto done = scratch.path() / "done";
    ASSERT_TRUE(background.begin([&] {
        SystemClock().pause(Milliseconds(100));
        static_cast<void>(replace_file(done, "done\n"));
    }));
    EXPECT_TRUE(background.end(soon(), Milliseconds(8'000)));
    EXPECT_TRUE(std::filesystem::exists(done));
}

TEST_F(LockedBackgroundTest, who_has_the_number_of_a_dead_one_is_left_alone) {
    // As a process that was killed leaves its file; its number is ours now.
    ASSERT_TRUE(replace_file(file, std::to_string(::getpid()) + "\n"));
    EXPECT_FALSE(background.alive());
    EXPECT_TRUE(background.end(soon(), Milliseconds::zero()));
    ASSERT_TRUE(replace_file(file, std::to_string(::getpid()) + "\n"));
    ASSERT_TRUE(background.begin(forever));
    EXPECT_NE(read_file(file, 64).value_or(""), std::to_string(::getpid()) + "\n");
    EXPECT_TRUE(background.end(soon(), Milliseconds::zero()));
}

} // namespace
} // namespace twinsite::process
