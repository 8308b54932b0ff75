#include "tests/support/in_root.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

Result<process::Output> shell(const std::string& script) {
    return run_in_root({"/bin/sh", "-c", script}, {}, Milliseconds(30'000));
}

TEST(InRoot, what_is_written_there_is_gone_afterwards) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const auto output = shell("echo kept > /etc/twinsite-was-here && cat /etc/twinsite-was-here");
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->out, "kept\n") << output->err;
    EXPECT_FALSE(std::filesystem::exists(cached_root() / "etc/twinsite-was-here"));
}

TEST(InRoot, has_a_network_of_its_own_and_says_how_the_command_ended) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const auto output = shell("ls /sys/class/net; exit 7");
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->out, "lo\n") << output->err;
    EXPECT_EQ(output->exit_code, 7);
}

} // namespace
} // namespace twinsite::testing
