// A CIB that others write too, or that vanishes: Corosync and Pacemaker's CIB manager of one node,
// without the daemons that would carry anything out.
#include "tests/contract/cli/cib_in_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The daemons' shared memory is theirs alone: /dev/shm is this machine's otherwise.
constexpr const char* start_daemons = R"(unset CIB_file
mount -t tmpfs shm /dev/shm
mkdir -p /run/corosync /var/lib/corosync /var/log/cluster
cat > /etc/corosync/corosync.conf <<'END'
totem {
  version: 2
  cluster_name: lone
  transport: udpu
}
nodelist {
  node {
    nodeid: 1
    name: rz1-a
    ring0_addr: 127.0.0.1
  }
}
quorum {
  provider: corosync_votequorum
  expected_votes: 1
}
logging {
  to_stderr: yes
  to_syslog: no
}
END
until_works() { for i in $(seq 200); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; echo "no $1"; exit 9; }
corosync -f 2> /dev/null &
until_works corosync-cpgtool
HA_cluster_type=corosync /usr/lib/pacemaker/pacemaker-based 2> /dev/null &
echo $! > /cib-manager.pid
until_works cibadmin --query
cibadmin --replace --xml-file cib.xml || exit 9
# COMMAND is run whenever Pacemaker's scheduler is asked, which is after the CIB was read.
meanwhile() {
    mkdir -p /meanwhile
    printf '#!/bin/bash\n%s\nPATH=${PATH#/meanwhile:} exec crm_simulate "$@"\n' "$1" > /meanwhile/crm_simulate
    chmod +x /meanwhile/crm_simulate
    PATH=/meanwhile:$PATH
}
edit_topology() { sed -i 's/"priority": 5/"priority": 6/' topology.json; }
)";

class SharedCib : public CibInFile {
protected:
    /// Everything of the example runs at home when TEXT begins.
    process::Output script(const std::string& text) {
        return CibInFile::script(running_cluster() + start_daemons + text);
    }
};

TEST_F(SharedCib, apply_does_not_write_over_what_another_admin_changed_meanwhile) {
    const auto run = script(
        "meanwhile 'crm_attribute --type crm_config --name cluster-delay --update 7${RANDOM}s'\n"
        "edit_topology; twinsite apply --yes; echo rc $?\n"
        "cibadmin --query > now.xml; grep -c 'name=\"cluster-delay\"' now.xml\n"
        "grep 'name=\"priority\" value=\"6\"' now.xml || echo none");
    EXPECT_THAT(run.err, HasSubstr("configuration changed in the meantime; nothing was changed"))
        << run.out;
    EXPECT_THAT(run.out, Not(HasSubstr("applied")));
    EXPECT_THAT(run.out, HasSubstr("rc 1\n1\nnone\n"));
}

TEST_F(SharedCib, apply_survives_what_the_cluster_itself_notes_meanwhile) {
    const auto run =
        script("meanwhile 'cibadmin --modify --scope status --xml-text \"<node_state "
               "id=\\\"2\\\" uname=\\\"rz1-b\\\" crm-debug-origin=\\\"$RANDOM\\\"/>\"'\n"
               "edit_topology; twinsite apply --yes; echo rc $?\n"
               "twinsite plan");
    EXPECT_THAT(run.out, HasSubstr("applied\nrc 0\nnothing to change\n")) << run.err;
}

TEST_F(SharedCib, apply_says_that_nothing_was_done_when_the_cluster_vanishes) {
    const auto run = script("meanwhile 'kill -9 $(cat /cib-manager.pid); sleep 0.2'\n"
                            "edit_topology; twinsite --output json apply --yes; echo rc $?");
    EXPECT_THAT(run.out, HasSubstr("\"applied\": false"));
    EXPECT_THAT(run.out, HasSubstr("rc 3\n"));
    EXPECT_THAT(run.err, HasSubstr("could not be read"));
}

TEST_F(SharedCib, a_move_that_is_not_carried_out_in_time_leaves_file_and_cluster_agreed) {
    const auto run = script("twinsite move lun red --to rz2 --yes --wait 1; echo rc $?\n"
                            "grep -c '\"home\": \"rz1\"' topology.json; twinsite plan");
    EXPECT_THAT(run.out, HasSubstr("applied\ntopology.json is changed too; copy it to the other "
                                   "nodes\nrc 1\n0\nnothing to change\n"));
    EXPECT_THAT(run.err, HasSubstr("the change is made, but after 1 s the cluster has still to do: "
                                   "vm_rot: migrate"));
}

TEST_F(SharedCib, a_move_keeps_what_another_admin_wrote_into_the_file_meanwhile) {
    const auto run = script(
        "meanwhile \"sed -i 's/\\\"priority\\\": 5/\\\"priority\\\": 6/' topology.json\"\n"
        "twinsite move lun red --to rz2 --yes | tail -1\n"
        "grep -c '\"home\": \"rz1\"' topology.json; grep -c '\"priority\": 6' topology.json");
    EXPECT_THAT(run.out, HasSubstr("topology.json is changed too; copy it to the other nodes\n"
                                   "0\n2\n"))
        << run.err;
}

TEST_F(SharedCib, a_move_that_the_cluster_refused_leaves_the_file_alone) {
    const auto run = script(
        "meanwhile 'crm_attribute --type crm_config --name cluster-delay --update 7${RANDOM}s'\n"
        "cp topology.json old.json; twinsite move lun red --to rz2 --yes; echo rc $?\n"
        "cmp topology.json old.json && echo untouched");
    EXPECT_THAT(run.out, HasSubstr("rc 1\nuntouched\n"));
    EXPECT_THAT(run.err, HasSubstr("topology.json was not changed: the cluster's configuration "
                                   "changed in the meantime"));
}

} // namespace
} // namespace twinsite::testing
