// `twinsite go-live rz1` with a CIB in a file in which rz2 is lost, and a fencer and an
// attribute daemon that are the test's.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class GoLive : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    static process::Output go_live(const ScratchDirectory& scratch, const std::string& quorate,
                                   const std::string& preparation, const std::string& words) {
        return script_in_root(
            "cd /files; hostname rz1-a; tell() { printf '#!/bin/bash\\n%s\\n' \"$2\" > tool; "
            "install -m 755 tool "
            "/usr/sbin/$1; }\n"
            "twinsite --topology topology.json render --format cib > c.xml\n"
            "crm_simulate -x c.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O u.xml "
            "> /dev/null || exit 9\n"
            "crm_simulate -x u.xml -f rz2-a -f rz2-b -O up.xml > /dev/null || exit 9\n"
            "sed -i 's/have-quorum=\"[a-z01]*\"/have-quorum=\"" +
                quorate +
                "\"/' up.xml\n"
                "export CIB_file=/files/up.xml; mkdir -p /run/twinsite/mirror\n" +
                preparation + "\ntwinsite --topology topology.json go-live rz1 " + words,
            scratch.path());
    }
};

TEST_F(GoLive, shows_since_when_writes_may_be_missing) {
    const auto shown =
        go_live(scratch, "0", "echo '1793671925 Primary' > /run/twinsite/mirror/blue.contact", "");
    EXPECT_EQ(shown.exit_code, 1);
    EXPECT_THAT(shown.out, HasSubstr("DEAD (no power): rz2-a, rz2-b")) << shown.err;
    EXPECT_THAT(
        shown.out,
        ::testing::ContainsRegex(
            "blue on rz1-a .*last contact with the other copy, then Primary, was at 2026-11-"));
    EXPECT_THAT(shown.err, HasSubstr("nothing was done"));
}

TEST_F(GoLive, an_error_half_way_says_what_was_done_and_that_it_may_be_repeated) {
    const auto stopped = go_live(scratch, "0",
                                 "tell stonith_admin 'exit 0'\n"
                                 "tell attrd_updater 'echo no daemon >&2; exit 102'",
                                 "--yes");
    EXPECT_EQ(stopped.exit_code, 3);
    EXPECT_THAT(stopped.out, HasSubstr("done: rz2-b is confirmed as dead\n"));
    EXPECT_THAT(stopped.err, HasSubstr("no daemon"));
    EXPECT_THAT(
        stopped.err,
        HasSubstr("Done before that: rz2-a is confirmed as dead; rz2-b is confirmed as dead."));
    EXPECT_THAT(stopped.err, HasSubstr("Run the same command again"));
    const auto refused = go_live(scratch, "0", "tell stonith_admin 'exit 1'", "--yes");
    EXPECT_THAT(refused.err, HasSubstr("the fencer was not told of rz2-a"));
    EXPECT_THAT(refused.err, HasSubstr("Done before that: nothing."));
}

TEST_F(GoLive, is_refused_where_the_site_has_quorum_and_fences_by_itself) {
    const auto refused = go_live(scratch, "1", "tell stonith_admin 'exit 0'", "--yes");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("fences rz2-a, rz2-b by itself: wait"));
    EXPECT_THAT(refused.out, ::testing::Not(HasSubstr("done:")));
}

} // namespace
} // namespace twinsite::testing
