// What is not twinsite's in a cluster: neither stopped nor taken back unasked.
#include "tests/contract/cli/cib_in_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Others = CibInFile;

/// Nobody has said a number yet; the next monitor will.
TEST_F(Others, a_vm_that_virtualdomain_would_leave_without_a_host_is_told_of) {
    const auto run =
        script("pcs -f cib.xml resource create web01 ocf:heartbeat:VirtualDomain config=/x.xml\n"
               "pcs -f cib.xml property set maintenance-mode=true\n"
               "twinsite apply --yes; echo rc $?\ntwinsite --output json plan\n"
               "twinsite apply --yes --allow-restarts | tail -1");
    EXPECT_THAT(run.out, HasSubstr("INTERRUPTED: web01: its utilization cpu, host_memory is more "
                                   "than any node offers"))
        << run.err;
    EXPECT_THAT(run.out, HasSubstr("\nrc 1\n"));
    EXPECT_THAT(run.out, HasSubstr("\"without_a_host\""));
    EXPECT_THAT(run.out, ::testing::EndsWith("applied\n"));
}

/// web01 needs more memory than any node of the topology has; nobody minds before the first apply
/// makes Pacemaker count it.
const std::string large_vm_of_others =
    std::string("pcs -f cib.xml property set stonith-enabled=false\n"
                "pcs -f cib.xml resource create web01 ocf:heartbeat:VirtualDomain config=/x.xml\n"
                "pcs -f cib.xml resource utilization web01 hv_memory=4096\n") +
    start_everything;

TEST_F(Others, a_running_vm_is_not_stopped_by_an_apply_unless_told_so) {
    const auto run =
        script(large_vm_of_others + "cp cib.xml before.xml; twinsite apply --yes; echo rc $?; "
                                    "cmp cib.xml before.xml && echo same\n"
                                    "twinsite apply --yes --allow-restarts | tail -1");
    EXPECT_THAT(run.out, HasSubstr("INTERRUPTED: web01: stop on rz")) << run.err;
    EXPECT_THAT(run.out, HasSubstr("rc 1\nsame\napplied\n")) << run.err;
    EXPECT_THAT(run.err, HasSubstr("Add --allow-restarts if that is meant"));
}

TEST_F(Others, a_running_vm_is_not_stopped_by_a_drain_unless_told_so) {
    const auto run =
        script("pcs -f cib.xml resource create ping ocf:pacemaker:Dummy clone\n"
               "pcs -f cib.xml resource create web01 ocf:heartbeat:VirtualDomain config=/x.xml "
               "autoset_utilization_cpu=false autoset_utilization_host_memory=false\n"
               "pcs -f cib.xml constraint location web01 prefers rz1-b=1000\n" +
               running_cluster() +
               "twinsite drain node rz1-b --yes; echo rc $?\n"
               "pcs -f cib.xml resource delete web01 > /dev/null 2>&1\n" +
               "crm_simulate -x cib.xml -S -O gone.xml > /dev/null; mv gone.xml cib.xml\n"
               "twinsite drain node rz1-b --yes; echo without $?");
    EXPECT_THAT(run.out, HasSubstr("INTERRUPTED: web01: restart rz1-b -> "));
    EXPECT_THAT(run.out, HasSubstr("rc 1\n"));
    // The instance of a clone on the drained node ends, as everywhere.
    EXPECT_THAT(run.out, HasSubstr("ping: stop on rz1-b"));
    EXPECT_THAT(run.out, HasSubstr("applied\nwithout 0\n")) << run.err;
}

TEST_F(Others, a_standby_set_by_hand_outlives_an_undrain) {
    const auto run =
        script(running_cluster() +
               "for n in rz1-a rz2-a; do for l in red blue; do crm_attribute -N $n -n "
               "master-mirror_$l -l reboot -v 10000; done; done\n"
               "pcs -f cib.xml node standby rz1-b\n"
               "crm_simulate -x cib.xml -S -O quiet.xml > /dev/null; cp quiet.xml cib.xml\n"
               "twinsite drain site rz1 --yes; echo drained $?\n"
               "for n in rz1-a rz1-b; do crm_standby -N $n -G; done\n"
               "twinsite undrain site rz1 --yes; echo rc $?\n"
               "for n in rz1-a rz1-b; do crm_standby -N $n -G; done");
    EXPECT_THAT(run.out, HasSubstr("rz1-b is in standby by another hand, which is left as it is\n"))
        << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("applied\ndrained 0\nscope=nodes  name=standby value=on\n"
                                   "scope=nodes  name=standby value=on\n"));
    EXPECT_THAT(run.out, HasSubstr("to end it: crm_standby --node rz1-b --delete\n"));
    EXPECT_THAT(run.out, HasSubstr("applied\nrc 1\nscope=status  name=standby value=off\n"
                                   "scope=nodes  name=standby value=on\n"));
}

TEST_F(Others, a_cluster_that_changes_to_keep_home_forgets_the_longer_fencing) {
    static_cast<void>(scratch.write("majority.json", with_majority(example_text())));
    const auto run = script("command twinsite --topology majority.json apply --yes > /dev/null\n"
                            "pcs -f cib.xml property; echo ---; twinsite apply --yes\n"
                            "pcs -f cib.xml property");
    const auto cut = run.out.find("---");
    ASSERT_NE(cut, std::string::npos) << run.out << run.err;
    EXPECT_THAT(run.out.substr(0, cut), HasSubstr("\n stonith-timeout: 92s"));
    EXPECT_THAT(run.out.substr(cut), Not(HasSubstr("\n stonith-timeout: ")));
    EXPECT_THAT(run.out.substr(cut), HasSubstr("stonith-timeout: 92s -> nothing"));
}

} // namespace
} // namespace twinsite::testing
