// Coming from VirtualDomain: the guide's steps, played by Pacemaker's scheduler on a CIB file.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// rot runs on rz1-a as somebody's VirtualDomain "theirs".
constexpr std::string_view theirs_runs = R"(cd /files; export CIB_file=/files/cib.xml
twinsite() { command twinsite --topology topology.json "$@"; }
simulated() { crm_simulate -x cib.xml -S -q true "$@" -O next.xml > /dev/null && mv next.xml cib.xml; }
maintenance() { pcs -f cib.xml property set maintenance-mode=$1; }
cib-of-four-nodes > cib.xml
pcs -f cib.xml property set stonith-enabled=false
pcs -f cib.xml resource create theirs ocf:heartbeat:VirtualDomain config=/etc/twinsite/vm/rot.xml --force 2>/dev/null
pcs -f cib.xml constraint location theirs prefers rz1-a=100 2>/dev/null
simulated -u rz1-a -u rz1-b -u rz2-a -u rz2-b
simulated
)";

class Takeover : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    process::Output script(const std::string& text) {
        return script_in_root(std::string(theirs_runs) + text, scratch.path());
    }
};

constexpr const char* replace_theirs = R"(maintenance true
pcs -f cib.xml constraint delete location-theirs-rz1-a-100 2>/dev/null
cibadmin --delete --xpath "//primitive[@id='theirs']"
twinsite apply --yes
)";

TEST_F(Takeover, apply_refuses_while_the_old_resource_is_there) {
    const auto run = script("crm_simulate -x cib.xml -L; twinsite apply --yes; echo rc $?");
    EXPECT_THAT(run.out, HasSubstr("Started rz1-a")) << run.err;
    EXPECT_THAT(run.out, HasSubstr("rc 1"));
    EXPECT_THAT(run.err, HasSubstr("\"theirs\" runs the domain /etc/twinsite/vm/rot.xml already"));
}

TEST_F(Takeover, nothing_is_stopped_or_started_in_maintenance_mode) {
    const auto run = script(std::string(replace_theirs) +
                            "echo then; crm_simulate -x cib.xml -R -q true; echo rc $?");
    const std::string then = run.out.substr(std::min(run.out.find("then\n"), run.out.size()));
    EXPECT_THAT(run.out, HasSubstr("applied\n")) << run.err;
    EXPECT_THAT(then, HasSubstr("rc 0")) << run.err;
    EXPECT_THAT(then, Not(HasSubstr("Stop "))) << then;
    EXPECT_THAT(then, Not(HasSubstr("Start "))) << then;
}

TEST_F(Takeover, plan_tells_what_the_end_of_maintenance_mode_does) {
    const auto before = script(std::string(replace_theirs) + "twinsite plan; echo rc $?");
    const std::string then = before.out.substr(before.out.find("applied\n"));
    EXPECT_THAT(then, HasSubstr("nothing to change\nThe cluster is in maintenance mode")) << then;
    EXPECT_THAT(then, HasSubstr("If it ended now, Pacemaker would:\n")) << then;
    EXPECT_THAT(then, HasSubstr("theirs: stop")) << then;

    const auto after =
        script(std::string(replace_theirs) +
               "cibadmin --delete-all --force --xpath '//lrm_resource'\n"
               "simulated -F vm_rot_monitor_0@rz1-a=0\necho then; twinsite plan\n"
               "twinsite --output json plan\nmaintenance false; echo ended; twinsite plan");
    const std::string refreshed = after.out.substr(after.out.find("then\n"));
    EXPECT_THAT(refreshed, HasSubstr("If it ended now, Pacemaker would:\n")) << refreshed;
    EXPECT_THAT(refreshed, HasSubstr("\"when_maintenance_ends\"")) << refreshed;
    EXPECT_THAT(refreshed, Not(HasSubstr("theirs"))) << refreshed;
    EXPECT_THAT(refreshed, Not(HasSubstr("vm_rot"))) << refreshed;
    EXPECT_THAT(refreshed.substr(refreshed.find("ended\n")), Not(HasSubstr("maintenance")));
}

TEST_F(Takeover, without_a_refresh_the_end_of_maintenance_would_stop_the_guest) {
    const auto run = script(std::string(replace_theirs) +
                            "maintenance false; crm_simulate -x cib.xml -R -q true");
    EXPECT_THAT(run.out, ::testing::ContainsRegex("Stop +theirs +\\( +rz1-a"));
}

TEST_F(Takeover, after_a_refresh_the_guest_is_left_alone) {
    // A refresh forgets all history; then the agents are asked, and rot's finds it running.
    const auto run =
        script(std::string(replace_theirs) +
               "cibadmin --delete-all --force --xpath '//lrm_resource'\n"
               "simulated -F vm_rot_monitor_0@rz1-a=0\n"
               "maintenance false; crm_simulate -x cib.xml -R -q true; crm_simulate -x cib.xml -L");
    const std::string then = run.out.substr(run.out.find("applied\n"));
    EXPECT_THAT(then, Not(HasSubstr("theirs"))) << then;
    EXPECT_THAT(then, Not(::testing::ContainsRegex("(Stop|Start|Restart|Move|Recover) +vm_rot")))
        << then;
    EXPECT_THAT(run.out, ::testing::ContainsRegex("vm_rot[^\n]*Started rz1-a")) << run.out;
    EXPECT_THAT(run.out, ::testing::ContainsRegex("Start +vm_cyan")) << run.out; // it did look
}

} // namespace
} // namespace twinsite::testing
