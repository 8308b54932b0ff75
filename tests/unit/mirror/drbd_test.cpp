// The adapter against a command runner that answers as drbd-utils do.
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace twinsite::mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* version84 = "version: 8.4.11 (api:1/proto:86-101)\nsrcversion: 059B1B47\n";

class FakeTools final : public process::CommandRunner {
public:
    std::map<std::string, process::Output> answers;
    std::vector<std::string> asked;

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        asked.push_back(command.text());
        const auto answer = answers.find(command.text());
        if (answer == answers.end()) {
            return fail(ErrorKind::not_installed, command.argv[0] + ": not found");
        }
        return answer->second;
    }
};

class DrbdAdapter : public ::testing::Test {
protected:
    Drbd drbd(const char* version) {
        if (version != nullptr) {
            static_cast<void>(scratch.write("drbd", version));
        }
        return {"red", tools, Drbd::Paths{scratch.path() / "drbd"}};
    }

    testing::ScratchDirectory scratch;
    testing::FakeClock clock;
    Deadline deadline = Deadline::after(clock, Milliseconds(5000));
    FakeTools tools;
};

TEST_F(DrbdAdapter, without_the_module_nothing_is_configured_and_nothing_is_run) {
    EXPECT_FALSE(drbd(nullptr).observe(deadline).value().configured);
    EXPECT_TRUE(tools.asked.empty());
}

TEST_F(DrbdAdapter, asks_8_4_for_events_and_9_for_json) {
    tools.answers["drbdsetup events2 --now --statistics red"] = {0, "exists -\n", ""};
    EXPECT_FALSE(drbd(version84).observe(deadline).value().configured);
    tools.answers["drbdsetup status --json"] = {0, R"([{"name":"red","role":"Secondary"}])", ""};
    EXPECT_TRUE(
        drbd("version: 9.1.4 (api:2/proto:110-121)\n").observe(deadline).value().configured);
}

TEST_F(DrbdAdapter, what_it_cannot_understand_is_not_stopped) {
    EXPECT_EQ(drbd("nonsense").observe(deadline).error().kind, ErrorKind::protocol);
    tools.answers["drbdsetup events2 --now --statistics red"] = {20, "", "kernel says no"};
    EXPECT_FALSE(drbd(version84).observe(deadline));
    tools.answers["drbdsetup events2 --now --statistics red"] = {0, "", ""};
    EXPECT_FALSE(drbd(version84).observe(deadline));
}

TEST_F(DrbdAdapter, a_refusal_names_the_kernels_reason_and_not_the_wrapper) {
    tools.answers["drbdadm primary red"] = {
        17, "",
        "0: State change failed: (-2) Need access to UpToDate data\n"
        "Command 'drbdsetup-84 primary 0' terminated with exit code 17\n"};
    const auto error = drbd(version84).promote(deadline).error();
    EXPECT_EQ(error.kind, ErrorKind::conflict);
    EXPECT_THAT(error.message, HasSubstr("Need access to UpToDate data"));
}

TEST_F(DrbdAdapter, a_module_that_cannot_be_loaded_is_not_installed) {
    tools.answers["modprobe drbd"] = {1, "", "modprobe: FATAL: Module drbd not found"};
    const auto error = drbd(nullptr).bring_up(deadline).error();
    EXPECT_EQ(error.kind, ErrorKind::not_installed);
    EXPECT_THAT(error.message, HasSubstr("Module drbd not found"));
}

TEST_F(DrbdAdapter, a_resource_whose_file_is_gone_can_still_be_taken_down) {
    tools.answers["drbdadm down red"] = {1, "",
                                         "'red' not defined in your config (for this host)."};
    tools.answers["drbdsetup down red"] = {0, "", ""};
    EXPECT_TRUE(drbd(version84).bring_down(deadline));
}

TEST_F(DrbdAdapter, a_promoted_side_does_not_give_up_its_data) {
    tools.answers["drbdsetup events2 --now --statistics red"] = {
        0, "exists resource name:red role:Primary suspended:no\nexists -\n", ""};
    EXPECT_EQ(drbd(version84).discard_own_data(deadline).error().kind, ErrorKind::conflict);
    EXPECT_EQ(tools.asked.size(), 1U);
}

TEST(DrbdResourceName, is_a_name_and_nothing_else) {
    for (const char* good : {"red", "r0", "lun-1_a.b"}) {
        EXPECT_TRUE(check_resource_name(good)) << good;
    }
    for (const char* bad : {"", "all", "-r", ".", "../x", "a b", "a/0", "a:b", "a;b"}) {
        EXPECT_FALSE(check_resource_name(bad)) << bad;
    }
}

} // namespace
} // namespace twinsite::mirror
