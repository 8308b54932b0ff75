// What `twinsite whatif --live` writes into the CIB must mean what crm_simulate's own options do.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/simulation.hpp>

#include <gtest/gtest.h>

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

    std::vector<site::Movement> expect_same(const cluster::Event& event,
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
        auto theirs = simulated("all.xml " + options);
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

TEST_F(EventInCib, what_if_live_knows_when_the_rest_has_no_quorum) {
    const auto told = [&](const std::string& event) {
        return script_in_root("cd /files; CIB_file=$PWD/all.xml twinsite --topology topology.json "
                              "whatif --live --fail " +
                                  event,
                              scratch.path())
            .out;
    };
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
