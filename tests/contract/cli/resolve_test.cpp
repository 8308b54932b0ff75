// `twinsite resolve` on a node whose kernel's DRBD says what the test wrote, with a CIB in a file.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Resolve : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    /// red's copy on HOST stands alone and has written OUT_OF_SYNC KiB; on the other side the
    /// mirror told the cluster MARKER.
    process::Output resolve(const std::string& host, unsigned out_of_sync,
                            const std::string& marker, const std::string& words) {
        static_cast<void>(scratch.write(
            "drbdsetup",
            "#!/bin/bash\n[ \"$1\" = events2 ] || exit 0\n"
            "echo \"exists resource name:${!#} role:Secondary suspended:no\"\n"
            "echo \"exists connection name:${!#} peer-node-id:0 conn-name:peer "
            "connection:StandAlone role:Unknown congested:no\"\n"
            "echo \"exists device name:${!#} volume:0 minor:0 disk:UpToDate size:65496\"\n"
            "echo \"exists peer-device name:${!#} peer-node-id:0 conn-name:peer volume:0 "
            "replication:Off peer-disk:DUnknown resync-suspended:no out-of-sync:" +
                std::to_string(out_of_sync) + "\"\necho 'exists -'\n"));
        const std::string other = host == "rz1-a" ? "rz2-a" : "rz1-a";
        return run(host,
                   "install -m 755 drbdsetup /usr/sbin/drbdsetup\n"
                   "mkdir /tmp/proc; echo 'version: 8.4.11 (api:1/proto:86-101)' > /tmp/proc/drbd\n"
                   // The sanitizers read their options there, and find no leaks without it.
                   "mkdir /tmp/proc/self; printf 'ASAN_OPTIONS=detect_leaks=0\\0' > "
                   "/tmp/proc/self/environ\n"
                   "mount --bind /tmp/proc /proc\n" +
                       (marker.empty()
                            ? ""
                            : "crm_attribute -N " + other + " -n mirror-split-red -l reboot -v '" +
                                  marker + "'\n") +
                       "twinsite resolve " + words);
    }
    process::Output run(const std::string& host, const std::string& script) {
        return script_in_root(
            "cd /files; hostname " + host +
                "\ntwinsite() { command twinsite --topology topology.json \"$@\"; }\n"
                "twinsite render --format cib > c.xml\n"
                "crm_simulate -x c.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O up.xml "
                "> /dev/null || exit 9\nexport CIB_file=/files/up.xml\n" +
                script,
            scratch.path());
    }
};

TEST_F(Resolve, what_the_other_side_told_the_cluster_is_weighed_on_the_home_node) {
    const auto refused = resolve("rz1-a", 12, "1793671925 1:2:3:4 Primary 7000", "red --yes");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("refused: red is, or was, promoted on rz2-a"))
        << refused.err;
    EXPECT_THAT(refused.out, HasSubstr("keeping rz1 loses at least 7000 KiB written on rz2-a"));
    EXPECT_THAT(refused.out, HasSubstr("keeping rz2 loses 12 KiB written on rz1-a"));
    EXPECT_THAT(refused.out, Not(HasSubstr("drbdadm")));
    const auto kept = resolve("rz1-a", 12, "1793671925 1:2:3:4 Secondary 0", "red");
    EXPECT_THAT(kept.out, HasSubstr("this copy survives")) << kept.err;
    EXPECT_THAT(kept.out, HasSubstr("    drbdadm connect red\n"));
}

TEST_F(Resolve, what_the_other_side_does_not_tell_is_not_taken_for_nothing) {
    const auto refused = resolve("rz1-a", 12, "", "red");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, HasSubstr("refused: what rz2-a wrote is not known")) << refused.err;
}

TEST_F(Resolve, a_name_that_is_wrong_stops_everything) {
    struct Row {
        const char* words;
        const char* message;
    };
    for (const Row& row :
         {Row{"rde", "there is no LUN \"rde\"; did you mean \"red\"?"},
          Row{"red bleu --yes", "there is no LUN \"bleu\"; did you mean \"blue\"?"},
          Row{"red --keep rz3", "there is no site \"rz3\"; did you mean"}}) {
        const auto refused = resolve("rz2-a", 0, "", row.words);
        EXPECT_EQ(refused.exit_code, 2) << row.words;
        EXPECT_EQ(refused.out, "") << row.words;
        EXPECT_THAT(refused.err, HasSubstr(row.message));
    }
    const auto elsewhere = run("rz1-b", "twinsite resolve red");
    EXPECT_EQ(elsewhere.exit_code, 2);
    EXPECT_THAT(elsewhere.err, HasSubstr("rz1-b holds no copy of red; run this on rz1-a or rz2-a"));
}

TEST_F(Resolve, a_mirror_that_was_banned_from_the_node_is_no_success) {
    const auto none = run("rz2-a", "crm_resource --ban --resource mirror_red-clone --node rz2-a 2>"
                                   "/dev/null\nprintf '#!/bin/bash\\necho \"exists -\"\\n' > d\n"
                                   "install -m 755 d /usr/sbin/drbdsetup\n"
                                   "mkdir /tmp/proc; echo 'version: 8.4.11 (api:1/proto:86-101)' > "
                                   "/tmp/proc/drbd\nmount --bind /tmp/proc /proc\n"
                                   "twinsite resolve red");
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_THAT(none.out, HasSubstr("does not run on rz2-a")) << none.err;
    EXPECT_THAT(none.out, HasSubstr("1. pcs constraint delete cli-ban-mirror_red-clone-on-rz2-a"));
}

} // namespace
} // namespace twinsite::testing
