// twinsite and Pacemaker's own tools on one CIB file.
#include "tests/contract/cli/cib_in_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

using Apply = CibInFile;

TEST_F(Apply, the_rendered_cib_is_valid_for_pacemaker) {
    const auto run =
        script("unset CIB_file; twinsite render --format cib > r.xml && "
               "sed -i 's/<cib /<cib have-quorum=\"1\" /' r.xml && "
               "crm_verify -V -x r.xml 2>&1 | grep -v 'is unclean'; "
               "xmllint --noout --relaxng /usr/share/pacemaker/pacemaker-3.9.rng r.xml");
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
}

TEST_F(Apply, asks_first_applies_once_and_then_has_nothing_to_do) {
    const auto run = script("twinsite apply; echo first $?; twinsite apply --yes | tail -1; "
                            "twinsite apply; echo third $?");
    EXPECT_THAT(run.out, HasSubstr("+ resources vm_rot\n"));
    EXPECT_THAT(run.out, HasSubstr("first 1\napplied\nnothing to change\nthird 0\n")) << run.err;
    EXPECT_THAT(run.err, HasSubstr("nothing was changed; add --yes"));
}

TEST_F(Apply, leaves_other_peoples_resources_alone) {
    const auto run = script("pcs -f cib.xml resource create dummy ocf:pacemaker:Dummy\n"
                            "pcs -f cib.xml property set cluster-delay=70s\n"
                            "twinsite apply --yes\n"
                            "pcs -f cib.xml resource config dummy; pcs -f cib.xml property");
    EXPECT_THAT(run.out, HasSubstr("Resource: dummy"));
    EXPECT_THAT(run.out, HasSubstr("cluster-delay: 70s"));
}

TEST_F(Apply, keeps_its_own_vms_off_a_storage_node_and_leaves_other_peoples_there) {
    static_cast<void>(scratch.write(
        "topology.json", example_with("\"site\": \"rz2\", \"roles\": [\"storage\", \"compute\"]",
                                      "\"site\": \"rz2\", \"roles\": [\"storage\"]")));
    const auto run = script(
        "pcs -f cib.xml resource create vm_web ocf:pacemaker:Dummy\n"
        "pcs -f cib.xml constraint location vm_web prefers rz2-a=100 2>/dev/null\n"
        "twinsite apply --yes > /dev/null || exit 1\n"
        "crm_simulate -x cib.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O up.xml "
        ">/dev/null\n"
        "for n in rz1-a rz2-a; do for l in red blue; do CIB_file=up.xml crm_attribute -N $n -n "
        "master-mirror_$l -l reboot -v 10000; done; done\n"
        "crm_simulate -x up.xml -S -q true -O all.xml > /dev/null; for v in "
        "web blau cyan; do CIB_file=all.xml crm_resource -W -r vm_$v; done");
    EXPECT_THAT(run.out, HasSubstr("vm_web is running on: rz2-a")) << run.err;
    EXPECT_THAT(run.out, HasSubstr("vm_blau is running on: rz2-b"));
    EXPECT_THAT(run.out, HasSubstr("vm_cyan is running on: rz2-b"));
}

TEST_F(Apply, keeps_the_ban_on_a_stale_copy) {
    const auto run =
        script("twinsite apply --yes > /dev/null\n"
               "cibadmin --create -o constraints -X '<rsc_location role=\"Promoted\" "
               "id=\"twinsite-mirror-fence-red\" rsc=\"mirror_red-clone\" node=\"rz2-a\" "
               "score=\"-INFINITY\"/>' || exit 1\n"
               "sed -i 's/\"priority\": 10/\"priority\": 20/' topology.json\n"
               "twinsite apply --yes; echo rc $?; pcs -f cib.xml constraint --full");
    EXPECT_THAT(run.out, HasSubstr("applied\nrc 0")) << run.err;
    EXPECT_THAT(run.out, HasSubstr("twinsite-mirror-fence-red"));
}

TEST_F(Apply, keeps_a_vm_disabled_that_an_admin_disabled) {
    const auto run = script("twinsite apply --yes; pcs -f cib.xml resource disable vm_rot\n"
                            "twinsite apply; echo rc $?; pcs -f cib.xml resource config vm_rot");
    EXPECT_THAT(run.out, HasSubstr("nothing to change\nrc 0"));
    EXPECT_THAT(run.out, HasSubstr("target-role=Stopped"));
}

TEST_F(Apply, changes_nothing_when_a_node_is_unknown) {
    const auto run = script("sed -i 's#<node id=\"4\" uname=\"rz2-b\"/>##' cib.xml; "
                            "cp cib.xml before.xml; twinsite apply --yes; echo rc $?; "
                            "cmp cib.xml before.xml && echo same");
    EXPECT_THAT(run.out, HasSubstr("rc 1\nsame"));
    EXPECT_THAT(run.err, HasSubstr("does not know the node rz2-b"));
}

TEST_F(Apply, refuses_a_plan_that_stops_a_running_vm_unless_told_so) {
    const auto run =
        script(running_cluster() +
               "sed -i '/\"cyan\":/d; s/\"priority\": 10 },$/\"priority\": 10 }/' topology.json\n"
               "sed -i 's/\\(\"rot\".*\\) }$/\\1 },/' topology.json\n"
               "twinsite plan; echo rc $?; twinsite apply --yes; echo rc $?\n"
               "twinsite apply --yes --allow-restarts; echo rc $?; "
               "pcs -f cib.xml resource config vm_cyan");
    EXPECT_THAT(run.out, HasSubstr("- resources vm_cyan"));
    EXPECT_THAT(run.out, HasSubstr("INTERRUPTED: vm_cyan: stop on rz2-b"));
    EXPECT_THAT(run.err, HasSubstr("Add --allow-restarts if that is meant"));
    EXPECT_THAT(run.out, HasSubstr("applied\nrc 0"));
    EXPECT_THAT(run.err, HasSubstr("Unable to find resource 'vm_cyan'")) << run.out;
}

TEST_F(Apply, a_vm_that_changes_home_with_its_lun_is_migrated) {
    const auto run =
        script(running_cluster() +
               "sed -i 's/\"home\": \"rz1\"/\"home\": \"rz2\"/' topology.json; twinsite plan");
    EXPECT_THAT(run.out, HasSubstr("vm_rot: migrate rz1-a -> rz2-"));
    EXPECT_THAT(run.out, HasSubstr("vm_rosa: migrate rz1-b -> rz2-"));
    EXPECT_THAT(run.out, HasSubstr("mirror_red: promote on rz2-a"));
    EXPECT_THAT(run.out, ::testing::Not(HasSubstr("INTERRUPTED"))) << run.out;
}

/// The mirrors' agents say that both copies of both LUNs are good; MORE goes to rz2-a.
std::string with_good_copies(const std::string& more = {}) {
    const auto attributes = [](const char* node, const std::string& pairs) {
        const std::string id = std::string("status-") + node;
        const auto good = [&](const char* lun) {
            return "<nvpair id=\"" + id + "-" + lun + "\" name=\"master-mirror_" + lun +
                   "\" value=\"10000\"/>";
        };
        return "sed -i 's#<node_state id=\"" + std::string(node) +
               "\"[^>]*>#&<transient_attributes id=\"" + node + "\"><instance_attributes id=\"" +
               id + "\">" + good("red") + good("blue") + pairs +
               "</instance_attributes></transient_attributes>#' cib.xml\n";
    };
    return attributes("1", "") + attributes("3", more);
}

TEST_F(Apply, status_is_exit_0_when_all_is_at_home_and_well) {
    const auto run = script(running_cluster() + with_good_copies() + "twinsite status; echo rc $?");
    EXPECT_THAT(run.out, HasSubstr("LUN   red    promoted on rz1-a  served on rz1-a\n"));
    EXPECT_THAT(run.out, HasSubstr("VM    cyan   on rz2-b\n"));
    EXPECT_THAT(run.out, HasSubstr("rc 0"));
}

TEST_F(Apply, status_is_exit_1_with_a_finding_though_all_is_at_home) {
    for (const std::string output : {"text", "json", "html", "prometheus"}) {
        const auto run = script(
            running_cluster() +
            with_good_copies("<nvpair id=\"x\" name=\"mirror-split-red\" value=\"1 2 3 4\"/>") +
            "twinsite status --output " + output + "; echo rc $?");
        EXPECT_THAT(run.out, HasSubstr("mirror-split-brain"));
        EXPECT_THAT(run.out, HasSubstr("rc 1")) << output;
    }
}

} // namespace
} // namespace twinsite::testing
