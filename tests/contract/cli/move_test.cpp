// `twinsite move`: file and cluster.
#include "tests/contract/cli/cib_in_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class Move : public CibInFile {
protected:
    /// SCRIPT knows `move`, with more arguments, and `homes`, which counts those in the file.
    process::Output script(const std::string& text) {
        return CibInFile::script(
            running_cluster() +
            "cp topology.json old.json\n"
            "move() { twinsite move lun red --to rz2 \"$@\"; echo \"rc $?\"; }\n"
            "homes() { echo \"rz1 $(grep -c '\"home\": \"rz1\"' topology.json)\"; }\n" +
            text);
    }
};

TEST_F(Move, changes_cluster_and_file_with_yes_only) {
    const auto run = script("move | tail -1; cmp topology.json old.json && echo untouched\n"
                            "move --yes | tail -3; homes; twinsite plan");
    EXPECT_THAT(run.out, HasSubstr("rc 1\nuntouched\napplied\ntopology.json is changed too; copy "
                                   "it to the other nodes\nrc 0\nrz1 0\nnothing to change\n"))
        << run.err;
}

TEST_F(Move, that_the_cluster_has_already_changes_the_file_with_yes_only) {
    const auto run =
        script("move --yes > /dev/null; cp old.json topology.json\n"
               "move; cmp topology.json old.json && echo untouched; move --yes; homes");
    EXPECT_THAT(run.out, HasSubstr("The cluster has the new home already; topology.json would be "
                                   "changed.\nrc 1\nuntouched\n"));
    EXPECT_THAT(run.out, HasSubstr("topology.json is changed too; copy it to the other nodes\n"
                                   "rc 0\nrz1 0\n"));
}

TEST_F(Move, that_is_done_has_nothing_to_do) {
    const auto run = script("move --yes > /dev/null; cp topology.json new.json; move --yes\n"
                            "cmp topology.json new.json && echo untouched");
    EXPECT_THAT(run.out, HasSubstr("nothing to change\nrc 0\nuntouched"));
}

TEST_F(Move, leaves_a_topology_that_is_a_link_a_link) {
    const auto run = script("mkdir etc; mv topology.json etc/real.json; chmod 640 etc/real.json\n"
                            "ln -s etc/real.json topology.json\n"
                            "move --yes | tail -1; homes; readlink topology.json; "
                            "stat -c %a etc/real.json");
    EXPECT_THAT(run.out, HasSubstr("rc 0\nrz1 0\netc/real.json\n640\n")) << run.err;
}

} // namespace
} // namespace twinsite::testing
