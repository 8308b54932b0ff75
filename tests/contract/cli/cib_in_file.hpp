// twinsite and Pacemaker's own tools on one CIB file, with the example topology.
#pragma once

#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <string>

namespace twinsite::testing {

class CibInFile : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    /// TEXT is run beside cib.xml, a cluster that knows the nodes, and topology.json.
    process::Output script(const std::string& text) {
        return script_in_root("cd /files; cib-of-four-nodes > cib.xml; export CIB_file=cib.xml\n"
                              "twinsite() { command twinsite --topology topology.json \"$@\"; }\n" +
                                  text,
                              scratch.path());
    }
};

/// Lets Pacemaker's own simulator start all that cib.xml configures, with every node there.
constexpr const char* start_everything =
    "up='-u rz1-a -u rz1-b -u rz2-a -u rz2-b'\n"
    "crm_simulate -x cib.xml -S -q true $up -O up.xml > /dev/null\n"
    "crm_simulate -x up.xml -S -O cib.xml > /dev/null\n"
    "sed -i 's/have-quorum=\"[a-z0-9]*\"//; s/<cib /<cib have-quorum=\"1\" /' cib.xml\n";

/// A cluster in which everything of the example runs at home.
inline std::string running_cluster() {
    return std::string("twinsite apply --yes > /dev/null\n") + start_everything;
}

} // namespace twinsite::testing
