#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <gtest/gtest.h>
#include <signal.h>

namespace twinsite::process {
namespace {

Deadline in(Milliseconds duration) {
    return Deadline::after(SystemClock(), duration);
}

TEST(Command, returns_output_and_exit_code) {
    SystemCommandRunner runner;
    const auto output = runner.run({{"sh", "-c", "echo out; echo err >&2; exit 3"}, {}, {}},
                                   in(Milliseconds(5000)));
    ASSERT_TRUE(output);
    EXPECT_EQ(output->exit_code, 3);
    EXPECT_EQ(output->out, "out\n");
    EXPECT_EQ(output->complaint(), "err");
}

TEST(Command, arguments_reach_the_program_untouched) {
    SystemCommandRunner runner;
    const auto out = runner.run_ok({{"printf", "%s|", "a b", "$(id)", "'\"", ""}, {}, {}},
                                   in(Milliseconds(5000)));
    EXPECT_EQ(out.value(), "a b|$(id)|'\"||");
}

TEST(Command, input_larger_than_a_pipe_comes_back_whole) {
    SystemCommandRunner runner;
    const std::string text(1'000'000, 'x');
    EXPECT_EQ(runner.run_ok({{"cat"}, text, {}}, in(Milliseconds(10000))).value(), text);
}

TEST(Command, a_program_that_does_not_read_its_input_is_fine) {
    SystemCommandRunner runner;
    EXPECT_TRUE(
        runner.run_ok({{"true"}, std::string(1'000'000, 'x'), {}}, in(Milliseconds(10000))));
}

TEST(Command, a_missing_program_is_not_installed) {
    SystemCommandRunner runner;
    EXPECT_EQ(runner.run({{"/no/such/program"}, {}, {}}, in(Milliseconds(1000))).error().kind,
              ErrorKind::not_installed);
}

TEST(Command, the_deadline_ends_the_program_and_its_children) {
    const testing::ScratchDirectory scratch;
    const auto pid_file = scratch.path() / "pid";
    SystemCommandRunner runner;
    SystemClock clock;
    const auto begin = clock.now();
    const auto output =
        runner.run({{"sh", "-c", "sleep 60 & echo $! > \"$0\"; wait", pid_file.string()}, {}, {}},
                   in(Milliseconds(500)));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().kind, ErrorKind::timeout);
    EXPECT_LT(clock.now() - begin, std::chrono::seconds(5));
    const auto grandchild = parse_integer(trim(read_file(pid_file).value()), 1, INT32_MAX).value();
    EXPECT_TRUE(poll_until(clock, in(Milliseconds(5000)), Milliseconds(10), [&] {
        return ::kill(static_cast<pid_t>(grandchild), 0) != 0 ||
               read_file("/proc/" + std::to_string(grandchild) + "/stat")
                       .value_or(") Z")
                       .find(") Z") != std::string::npos;
    }));
}

// A grandchild keeps the pipes open, so that only the child's end tells that it is done; its last
// words come at every moment of the runner's round.
TEST(Command, last_words_before_the_end_are_not_lost) {
    SystemCommandRunner runner;
    for (int delay = 40; delay < 56; ++delay) {
        const std::string nap = "0.0" + std::to_string(delay);
        const auto output = runner.run({{"sh", "-c", "sleep 2 & sleep $0; echo done", nap}, {}, {}},
                                       in(Milliseconds(10000)));
        ASSERT_TRUE(output);
        EXPECT_EQ(output->out, "done\n") << nap;
    }
}

TEST(Command, the_environment_is_added_to) {
    SystemCommandRunner runner;
    EXPECT_EQ(runner
                  .run_ok({{"sh", "-c", "echo $TWIN$HOME"}, {}, {{"TWIN", "site"}, {"HOME", "h"}}},
                          in(Milliseconds(5000)))
                  .value(),
              "siteh\n");
}

} // namespace
} // namespace twinsite::process
