// twinsite and Pacemaker's own tools on one CIB file.
#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class Apply : public ::testing::Test {
protected:
    ScratchDirectory scratch;

    void SetUp() override {
        if (const auto why = root_is_missing()) {
            GTEST_SKIP() << *why;
        }
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    process::Output script(const std::string& text) {
        return script_in_root("cd /files; cib-of-four-nodes > cib.xml; export CIB_file=cib.xml\n"
                              "twinsite() { command twinsite --topology topology.json \"$@\"; }\n" +
                                  text,
                              scratch.path());
    }
};

TEST_F(Apply, the_rendered_cib_is_valid_for_pacemaker) {
    const auto run =
        script("unset CIB_file; twinsite render --format cib > r.xml && "
               "sed -i 's/<cib /<cib have-quorum=\"1\" /' r.xml && "
               "crm_verify -V -x r.xml 2>&1 | grep -v 'is unclean'; "
               "xmllint --noout --relaxng /usr/share/pacemaker/pacemaker-3.9.rng r.xml");
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
}

TEST_F(Apply, asks_first_applies_once_and_then_has_nothing_to_do) {
    const auto run = script("twinsite apply; echo $?; twinsite apply --yes; echo $?; "
                            "twinsite apply; echo $?");
    EXPECT_THAT(run.out, HasSubstr("--yes to change it\n1\napplied\n0\nnothing to change\n0\n"))
        << run.err;
}

TEST_F(Apply, leaves_other_peoples_resources_alone) {
    const auto run = script("pcs -f cib.xml resource create dummy ocf:pacemaker:Dummy\n"
                            "pcs -f cib.xml property set cluster-delay=70s\n"
                            "twinsite apply --yes\n"
                            "pcs -f cib.xml resource config dummy; pcs -f cib.xml property");
    EXPECT_THAT(run.out, HasSubstr("Resource: dummy"));
    EXPECT_THAT(run.out, HasSubstr("cluster-delay: 70s"));
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

} // namespace
} // namespace twinsite::testing
