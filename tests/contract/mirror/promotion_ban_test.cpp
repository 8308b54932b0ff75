// The ban on a replica's promotion, by Pacemaker's own cibadmin on a CIB file.
#include "agents/mirror/promotion_ban.hpp"
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class InRoot final : public process::CommandRunner {
public:
    explicit InRoot(testing::ScratchDirectory& files)
        : files_(files) {}

    Result<process::Output> run(const process::Command& command,
                                const Deadline& /*deadline*/) override {
        std::string words;
        for (const std::string& word : command.argv) {
            words += word + "\n";
        }
        static_cast<void>(files_.write("argv", words));
        static_cast<void>(files_.write("input", command.input));
        return testing::script_in_root(
            "cd /files; export CIB_file=/files/cib.xml; mapfile -t words "
            "< argv; exec \"${words[@]}\" < input",
            files_.path());
    }

private:
    testing::ScratchDirectory& files_;
};

class PromotionBan : public testing::RootedTest {};

TEST_F(PromotionBan, is_placed_once_and_lifted_only_from_the_node_it_bans) {
    const SystemClock clock;
    const auto deadline = Deadline::after(clock, Milliseconds(60000));
    static_cast<void>(scratch.write("topology.json", testing::example_text()));
    testing::script_in_root(
        "cd /files; export CIB_file=/files/cib.xml; cib-of-four-nodes > cib.xml; "
        "twinsite --topology topology.json apply --yes",
        scratch.path());
    InRoot cluster(scratch);
    const auto bans = [&] {
        return cluster.run({{"cibadmin", "--query", "--scope=constraints"}, {}, {}}, deadline)->out;
    };
    const auto placed = place_ban("red", "mirror_red-clone", "rz2-a", cluster, deadline);
    ASSERT_TRUE(placed) << placed.error().message;
    EXPECT_FALSE(place_ban("red", "mirror_red-clone", "rz1-a", cluster, deadline))
        << "the first of two wins";
    EXPECT_THAT(bans(), HasSubstr(ban_id("red")));
    EXPECT_TRUE(lift_ban("red", "rz1-a", cluster, deadline)) << "there is nothing to lift";
    EXPECT_THAT(bans(), HasSubstr(ban_id("red")));
    EXPECT_TRUE(lift_ban("red", "rz2-a", cluster, deadline));
    EXPECT_THAT(bans(), Not(HasSubstr(ban_id("red"))));
}

} // namespace
} // namespace twinsite::mirror
