// What `twinsite whatif --live` writes into the CIB must mean what crm_simulate's own options do.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/simulation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace twinsite::testing {
namespace {

/// all.xml: everything of the example runs at home.
constexpr std::string_view everything_runs = R"(cd /files
twinsite --topology topology.json render --format cib > c.xml
crm_simulate -x c.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b -O up.xml > /dev/null || exit 1
for n in rz1-a rz2-a; do for l in red blue; do
    CIB_file=up.xml crm_attribute -N $n -n master-mirror_$l -l reboot -v 10000 || exit 1
done; done
crm_simulate -x up.xml -S -q true -O all.xml > /dev/null
chmod 644 all.xml
)";

class EventInCib : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        static_cast<void>(scratch.write("topology.json", example_text()));
        const auto run = script_in_root(std::string(everything_runs), scratch.path());
        ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
    }

    std::vector<site::Movement> simulated(const std::string& words) {
        const auto run = script_in_root("cd /files; crm_simulate -R --output-as=xml -x " + words,
                                        scratch.path());
        auto movements = cluster::parse_simulation(run.out);
        EXPECT_TRUE(movements) << run.out << run.err;
        return movements ? *std::move(movements) : std::vector<site::Movement>{};
    }

    process::Output whatif_live(const std::string& words) {
        return script_in_root("cd /files; CIB_file=$PWD/all.xml twinsite --topology topology.json "
                              "whatif --live " +
                                  words,
                              scratch.path());
    }

    /// EVENT against what SCRIPT makes of all.xml in the file WANTED.
    std::vector<site::Movement> expect_same_as(const cluster::Event& event,
                                               const std::string& script,
                                               const std::string& wanted) {
        const auto run = script_in_root(script, scratch.path());
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        return expect_same(event, wanted, "");
    }

    std::vector<site::Movement> expect_same(const cluster::Event& event,
                                            const std::string& options) {
        return expect_same(event, "all.xml", options);
    }

    std::vector<site::Movement> expect_same(const cluster::Event& event, const std::string& wanted,
                                            const std::string& options) {
        std::ifstream file(scratch.path() / "all.xml");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        auto cib = cluster::parse_xml(text);
        if (!cib) {
            ADD_FAILURE() << cib.error().message;
            return {};
        }
        cluster::happen(*cib, event);
        static_cast<void>(scratch.write("happened.xml", site::to_text(*cib)));
        auto theirs = simulated(wanted + " " + options);
        EXPECT_EQ(simulated("happened.xml"), theirs) << options;
        return theirs;
    }
};

TEST_F(EventInCib, a_node_fails) {
    EXPECT_FALSE(expect_same({.failed_nodes = {"rz1-b"}, .lost_nodes = {}}, "-f rz1-b").empty());
}

TEST_F(EventInCib, a_site_fails) {
    const auto movements =
        expect_same({.failed_nodes = {"rz1-a", "rz1-b"}, .lost_nodes = {}}, "-f rz1-a -f rz1-b");
    EXPECT_FALSE(movements.empty());
}

TEST_F(EventInCib, a_site_is_out_of_sight) {
    const auto movements =
        expect_same({.failed_nodes = {}, .lost_nodes = {"rz2-a", "rz2-b"}}, "-d rz2-a -d rz2-b");
    EXPECT_FALSE(movements.empty());
}

TEST_F(EventInCib, quorum_is_lost_with_a_node) {
    const auto movements = expect_same(
        {.failed_nodes = {"rz1-a"}, .lost_nodes = {}, .quorum_lost = true}, "-f rz1-a -q false");
    EXPECT_NE(movements, simulated("all.xml -f rz1-a"));
}

TEST_F(EventInCib, the_storage_of_a_living_node_fails) {
    const auto movements = expect_same_as(
        {.failed_mirrors = {{"rz1-a", "mirror_red"}, {"rz1-a", "mirror_blue"}}},
        "cd /files; cp all.xml failed.xml; for l in red blue; do CIB_file=failed.xml crm_attribute "
        "-N rz1-a -n master-mirror_$l -l reboot -v -INFINITY; done",
        "failed.xml");
    EXPECT_TRUE(std::any_of(movements.begin(), movements.end(), [](const auto& movement) {
        return site::to_text(movement) == "mirror_red: promote on rz2-a";
    }));
    EXPECT_TRUE(std::none_of(movements.begin(), movements.end(), [](const auto& movement) {
        return movement.kind == site::MovementKind::fence;
    }));
}

TEST_F(EventInCib, what_if_live_plays_lost_storage_as_such) {
    const auto run = whatif_live("--fail storage:rz1-a");
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_NE(run.out.find("vm_rot: migrate rz1-a -> rz2-"), std::string::npos) << run.out;
    EXPECT_EQ(run.out.find("fence"), std::string::npos) << run.out;
}

TEST_F(EventInCib, what_if_live_ends_with_1_when_a_vm_would_run_nowhere) {
    EXPECT_EQ(whatif_live("--fail node:rz1-b").exit_code, 0);
    const auto run = whatif_live("--fail site:rz1"); // no quorum: nothing is taken over
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.out.find("These VMs would run nowhere: rot, rosa"), std::string::npos) << run.out;
}

TEST_F(EventInCib, what_if_live_tells_of_vms_that_only_wait_for_their_lun) {
    const auto run = whatif_live("--fail link --fail node:rz1-a"); // red was served there
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.out.find("wait for a LUN that nobody serves: rosa\n"), std::string::npos)
        << run.out;
}

TEST_F(EventInCib, what_if_live_refuses_a_vm_that_the_cluster_does_not_have) {
    const auto run = whatif_live("--fail node:rz1-b --add-vm memory_mib=16,home=rz1");
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.err.find("--add-vm cannot be used with --live"), std::string::npos) << run.err;
}

TEST_F(EventInCib, what_if_live_knows_when_the_rest_has_no_quorum) {
    const auto told = [&](const std::string& event) { return whatif_live("--fail " + event).out; };
    const std::string site = told("site:rz1");
    EXPECT_NE(site.find("do nothing"), std::string::npos) << site;
    EXPECT_NE(site.find("no quorum"), std::string::npos) << site;
    EXPECT_NE(site.find("twinsite go-live"), std::string::npos) << site;
    const std::string host = told("node:rz1-b");
    EXPECT_NE(host.find("rz1-b: fence"), std::string::npos) << host;
    EXPECT_EQ(host.find("quorum"), std::string::npos) << host;
}

} // namespace
} // namespace twinsite::testing
