// Failback as Pacemaker's own scheduler plays it: a storage node is lost, returns with a good copy,
// and LUN and VMs go home at once, never, or in the window.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/cluster/simulation.hpp>

#include <gtest/gtest.h>

#include <set>

namespace twinsite::testing {
namespace {

/// Everything at home; rz1-a dies and its LUN and VMs live in rz2; rz1-a returns, without history,
/// and its agent has published the score SCORE for its copies.
std::string lost_and_returned(const std::string& score) {
    return "cd /files; twinsite --topology topology.json render --format cib > c.xml\n"
           "good() { CIB_file=$1 crm_attribute -N $2 -n master-mirror_$3 -l reboot -v $4; }\n"
           "step() { crm_simulate -S -q true \"$@\" > /dev/null || exit 1; }\n"
           "step -x c.xml -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O up.xml\n"
           "for n in rz1-a rz2-a; do for l in red blue; do good up.xml $n $l 10000; done; done\n"
           "step -x up.xml -O home.xml\n"
           "step -x home.xml -f rz1-a -O away.xml\n"
           "for part in lrm transient_attributes; do CIB_file=away.xml cibadmin --delete-all "
           "--force --xpath \"//node_state[@uname='rz1-a']/$part\"; done\n"
           "step -x away.xml -u rz1-a -O up-again.xml\n"
           "for l in red blue; do good up-again.xml rz1-a $l " +
           score +
           "; done\n"
           "cp up-again.xml returned.xml\n";
}

class FailbackTest : public RootedTest {
protected:
    /// What Pacemaker does after rz1-a has returned, as words; "at" is the time of day, UTC.
    std::multiset<std::string> after_return(const std::string& policy, const std::string& at,
                                            const std::string& score = "10000") {
        static_cast<void>(
            scratch.write("topology.json", example_with("\"failback\": \"automatic\"", policy)));
        const auto run = script_in_root(lost_and_returned(score) +
                                            "crm_simulate -x returned.xml -R -q true "
                                            "--output-as=xml -t '2026-11-24 " +
                                            at + "'",
                                        scratch.path());
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        const auto movements = cluster::parse_simulation(run.out);
        std::multiset<std::string> words;
        if (!movements) {
            ADD_FAILURE() << movements.error().message;
            return words;
        }
        for (const auto& movement : *movements) {
            words.insert(site::to_text(movement));
        }
        return words;
    }
    static void expect_all_home(const std::multiset<std::string>& words) {
        EXPECT_TRUE(words.contains("mirror_red: promote on rz1-a"))
            << ::testing::PrintToString(words);
        EXPECT_TRUE(words.contains("vm_rot: migrate rz2-a -> rz1-a") ||
                    words.contains("vm_rot: migrate rz2-b -> rz1-a"))
            << ::testing::PrintToString(words);
        for (const std::string& each : words) {
            // VMs travel live; nothing of theirs is stopped.
            EXPECT_TRUE(!each.starts_with("vm_") || each.find("migrate") != std::string::npos)
                << each;
        }
    }
    static void expect_all_stay(const std::multiset<std::string>& words) {
        for (const std::string& each : words) {
            EXPECT_TRUE(each.find("_red") == std::string::npos && !each.starts_with("vm_")) << each;
        }
    }
};

TEST_F(FailbackTest, automatic_returns_lun_and_vms_live) {
    expect_all_home(after_return("\"failback\": \"automatic\"", "12:00:00"));
}

TEST_F(FailbackTest, automatic_waits_while_the_returned_copy_is_behind) {
    expect_all_stay(after_return("\"failback\": \"automatic\"", "12:00:00", "-INFINITY"));
}

TEST_F(FailbackTest, manual_stays_where_the_failure_put_it) {
    expect_all_stay(after_return("\"failback\": \"manual\"", "12:00:00"));
}

TEST_F(FailbackTest, a_window_returns_inside_of_it_only) {
    const std::string window = "\"failback\": { \"window\": \"22:30-05:00\" }";
    expect_all_stay(after_return(window, "12:00:00"));
    expect_all_stay(after_return(window, "22:29:00"));
    expect_all_home(after_return(window, "22:31:00"));
    expect_all_home(after_return(window, "04:59:00"));
    expect_all_stay(after_return(window, "05:00:30"));
}

TEST_F(FailbackTest, manual_goes_home_once_failback_is_set_to_automatic) {
    // The way an operator sends things home: automatic, apply, and manual again.
    static_cast<void>(scratch.write("topology.json", example_with("\"automatic\"", "\"manual\"")));
    static_cast<void>(scratch.write("automatic.json", example_text()));
    const auto run = script_in_root(
        lost_and_returned("10000") +
            "CIB_file=returned.xml twinsite --topology automatic.json apply --yes > /dev/null; "
            "crm_simulate -x returned.xml -S -q true -O home-again.xml > /dev/null\n"
            "CIB_file=home-again.xml twinsite --topology topology.json apply --yes > /dev/null; "
            "crm_simulate -x home-again.xml -R -q true --output-as=xml; "
            "CIB_file=home-again.xml twinsite --topology topology.json status >&2",
        scratch.path());
    const auto movements = cluster::parse_simulation(run.out);
    ASSERT_TRUE(movements) << run.out << run.err;
    for (const auto& movement : *movements) {
        ADD_FAILURE() << site::to_text(movement);
    }
    EXPECT_NE(run.err.find("LUN red          promoted on rz1-a, served on rz1-a"),
              std::string::npos)
        << run.err;
}

} // namespace
} // namespace twinsite::testing
