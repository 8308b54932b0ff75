#include <twinsite/mirror/accepted_loss.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

using ::testing::ElementsAre;

TEST(AcceptedLoss, counts_for_an_hour_and_is_a_time) {
    struct Case {
        const char* value;
        bool accepted;
    };
    for (const Case& each :
         {Case{"10000", true}, Case{"6400", true}, Case{"6399", false}, Case{"10300", true},
          Case{"10301", false}, Case{"true", false}, Case{"1", false}, Case{"", false},
          Case{"10000 x", false}, Case{"-10000", false}, Case{"9223372036854775807", false}}) {
        EXPECT_EQ(loss_is_accepted(each.value, 10000), each.accepted) << each.value;
    }
}

class Attributes final : public process::CommandRunner {
public:
    std::vector<std::string> told;
    int exit_code = 0;

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        told.push_back(command.text());
        return process::Output{exit_code, "", "not connected"};
    }
};

TEST(AcceptedLoss, is_taken_back_when_it_is_not_kept) {
    const SystemClock clock;
    const auto deadline = Deadline::after(clock, Milliseconds(1000));
    Attributes cluster;
    {
        AcceptedLosses losses(cluster);
        EXPECT_TRUE(losses.accept("red", "rz2-a", 1000, deadline));
        losses.keep();
    }
    EXPECT_THAT(
        cluster.told,
        ElementsAre("attrd_updater --node=rz2-a --name=mirror-accept-loss-red --update=1000"));
    cluster.told.clear();
    {
        AcceptedLosses losses(cluster);
        EXPECT_TRUE(losses.accept("red", "rz2-a", 1000, deadline));
        cluster.exit_code = 1;
        EXPECT_FALSE(losses.accept("blue", "rz2-b", 1000, deadline));
    }
    EXPECT_THAT(
        cluster.told,
        ElementsAre("attrd_updater --node=rz2-a --name=mirror-accept-loss-red --update=1000",
                    "attrd_updater --node=rz2-b --name=mirror-accept-loss-blue --update=1000",
                    "attrd_updater --node=rz2-a --name=mirror-accept-loss-red --delete",
                    "attrd_updater --node=rz2-b --name=mirror-accept-loss-blue --delete"));
}

} // namespace
} // namespace twinsite::mirror
