// Failback as Pacemaker's own scheduler plays it: a storage node is lost, returns with a good copy,
// and LUN and VMs go home at once, never, or in the window.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/cluster/simulation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace twinsite::testing {
namespace {

/// Everything at home; the nodes LOST (the storage node rz1-a among them) die and LUN and VMs live
/// in rz2; they return, without history, and rz1-a's agent has published the score SCORE.
std::string lost_and_returned(const std::string& score, const std::string& lost = "rz1-a") {
    return "lost='" + lost +
           "'\n"
           "cd /files; twinsite --topology topology.json render --format cib > c.xml\n"
           "good() { CIB_file=$1 crm_attribute -N $2 -n master-mirror_$3 -l reboot -v $4; }\n"
           "step() { crm_simulate -S -q true -t '2026-11-24 12:00:00' \"$@\" > /dev/null || exit "
           "1; }\n"
           "step -x c.xml -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O up.xml\n"
           "for n in rz1-a rz2-a; do for l in red blue; do good up.xml $n $l 10000; done; done\n"
           "step -x up.xml -O home.xml\n"
           "step -x home.xml $(printf -- '-f %s ' $lost) -O away.xml\n"
           "for n in $lost; do for part in lrm transient_attributes; do CIB_file=away.xml "
           "cibadmin --delete-all --force --xpath \"//node_state[@uname='$n']/$part\"; done; done\n"
           "step -x away.xml $(printf -- '-u %s ' $lost) -O up-again.xml\n"
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
        return after_return_of("rz1-a", at, score);
    }
    /// The same for LUNs whose VMs do not follow them: they are away once all of rz1 was lost.
    std::multiset<std::string> after_return_of_site(const std::string& policy,
                                                    const std::string& at,
                                                    const std::string& score = "10000") {
        static_cast<void>(
            scratch.write("topology.json",
                          example_with("\"failback\": \"automatic\", \"vm_follows_lun\": true",
                                       "\"failback\": " + policy + ", \"vm_follows_lun\": false")));
        return after_return_of("rz1-a rz1-b", at, score);
    }
    std::multiset<std::string> after_return_of(const std::string& lost, const std::string& at,
                                               const std::string& score) {
        const auto run = script_in_root(lost_and_returned(score, lost) +
                                            "CIB_file=returned.xml crm_resource -W -r vm_rot >&2\n"
                                            "crm_simulate -x returned.xml -R -q true "
                                            "--output-as=xml -t '2026-11-24 " +
                                            at + "'",
                                        scratch.path());
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        EXPECT_NE(run.err.find("running on: rz2-"), std::string::npos) << run.err;
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

TEST_F(FailbackTest, manual_keeps_vms_that_do_not_follow_their_lun_too) {
    expect_all_stay(after_return_of_site("\"manual\"", "12:00:00"));
}

TEST_F(FailbackTest, vms_that_do_not_follow_their_lun_go_home_in_the_window_only) {
    const std::string window = "{ \"window\": \"22:30-05:00\" }";
    expect_all_stay(after_return_of_site(window, "12:00:00"));
    expect_all_stay(after_return_of_site(window, "05:00:30"));
    expect_all_home(after_return_of_site(window, "22:31:00"));
    expect_all_home(after_return_of_site(window, "04:59:00"));
}

TEST_F(FailbackTest, in_the_window_they_go_home_though_their_lun_has_to_wait_for_its_copy) {
    const auto words =
        after_return_of_site("{ \"window\": \"22:30-05:00\" }", "23:00:00", "-INFINITY");
    EXPECT_FALSE(words.contains("mirror_red: promote on rz1-a"));
    EXPECT_TRUE(std::any_of(words.begin(), words.end(), [](const std::string& each) {
        return each.starts_with("vm_rot: migrate") && each.ends_with("rz1-a");
    })) << ::testing::PrintToString(words);
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
    EXPECT_NE(run.err.find("LUN   red    promoted on rz1-a  served on rz1-a"), std::string::npos)
        << run.err;
}

} // namespace
} // namespace twinsite::testing
