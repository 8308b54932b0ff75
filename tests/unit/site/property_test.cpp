// What holds for every topology: random ones, from fixed seeds.
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/import.hpp>
#include <twinsite/site/merge.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace twinsite::site {
namespace {

class Random {
public:
    explicit Random(unsigned seed)
        : engine_(seed) {}
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }
    bool coin() { return below(2) == 0; }

private:
    std::mt19937 engine_;
};

/// One LUN in ONE_CONVERGED_IN is converged; 0 for none.
Topology random_topology(unsigned seed, std::size_t one_converged_in = 5) {
    Random random(seed);
    Topology topology;
    topology.cluster = "random";
    topology.sites = {"rz1", "rz2"};
    topology.policy.vm_follows_lun = random.coin();
    topology.policy.overflow = random.coin() || !topology.policy.vm_follows_lun;
    topology.policy.failback =
        std::array{Failback::automatic, Failback::manual, Failback::window}[random.below(3)];
    topology.policy.window =
        std::array{"22:00-05:00", "01:30-02:15", "00:00-23:59"}[random.below(3)];
    if (random.coin()) {
        topology.witness = "192.0.2.9";
        topology.policy.isolation = random.coin() ? Isolation::majority : Isolation::keep_home;
    }
    std::uint32_t id = 1;
    for (const std::string& site : topology.sites) {
        topology.pdus.push_back({.name = "pdu-" + site,
                                 .site = site,
                                 .address = site == "rz1" ? "192.0.2.101" : "192.0.2.102"});
        const std::size_t count = 1 + random.below(4);
        for (std::size_t i = 0; i < count; ++i) {
            Node node;
            node.name = fmt::format("{}-{}", site, i);
            node.site = site;
            node.storage = i == 0;
            node.compute = i > 0 || count == 1 || random.coin();
            node.memory_mib = 1024 + static_cast<std::int64_t>(random.below(4096));
            node.reserve_mib = 256;
            node.cluster_addresses = {fmt::format("192.0.2.{}", id)};
            node.power = {{"pdu-" + site, std::to_string(i)}};
            node.watchdog = "/dev/watchdog";
            node.id = id++;
            topology.nodes.push_back(node);
        }
    }
    const std::size_t luns = 1 + random.below(5);
    for (std::size_t i = 0; i < luns; ++i) {
        Lun lun;
        lun.name = fmt::format("lun{}", i);
        lun.home = topology.sites[random.below(2)];
        lun.mirror.replicas = {{"rz1-0", "/dev/a"}, {"rz2-0", "/dev/a"}};
        lun.mirror.device = fmt::format("/dev/drbd{}", i);
        lun.mirror.port = 7000 + static_cast<std::int64_t>(i);
        lun.target.iqn = "iqn.2026-11.example:" + lun.name;
        lun.address.ip = fmt::format("198.51.100.{}", i);
        const bool can_be_converged =
            topology.node("rz1-0")->compute && topology.node("rz2-0")->compute;
        if (can_be_converged && one_converged_in > 0 && random.below(one_converged_in) == 0) {
            lun.target = {};
            lun.address = {};
        }
        topology.luns.push_back(lun);
    }
    const std::size_t vms = random.below(20);
    for (std::size_t i = 0; i < vms; ++i) {
        const Lun& lun = topology.luns[random.below(luns)];
        Vm vm;
        vm.name = fmt::format("vm{}", i);
        vm.home = lun.home;
        vm.luns = {lun.name};
        vm.config = "/etc/twinsite/vm/x.xml";
        vm.memory_mib = static_cast<std::int64_t>(64 + random.below(512));
        vm.priority = static_cast<std::int64_t>(random.below(10));
        if (i > 0 && random.below(4) == 0) {
            vm.after = {fmt::format("vm{}", random.below(i))};
        }
        vm.group = random.below(4) == 0 ? vm.home + "-group" : "";
        topology.vms.push_back(vm);
    }
    return topology;
}

std::vector<Failure> single_failures(const Topology& topology) {
    std::vector<Failure> failures;
    for (const Node& node : topology.nodes) {
        failures.push_back({.nodes = {node.name}});
        failures.push_back({.nodes = {node.name}, .link = true});
        if (node.storage) {
            failures.push_back({.storage = {node.name}});
            failures.push_back({.storage = {node.name}, .link = true});
        }
    }
    for (const std::string& site : topology.sites) {
        failures.push_back({.sites = {site}});
        failures.push_back({.sites = {site}, .confirmed_dead = {site}});
    }
    failures.push_back({.link = true});
    return failures;
}

class EveryTopology : public ::testing::TestWithParam<unsigned> {
protected:
    Topology topology = random_topology(GetParam());
};

TEST_P(EveryTopology, no_failure_lets_a_lun_be_written_on_both_sides) {
    for (const Failure& failure : single_failures(topology)) {
        EXPECT_TRUE(written_on_both_sides(topology, what_if(topology, failure)).empty());
    }
}

TEST_P(EveryTopology, a_false_confirmation_during_a_cut_is_seen_as_a_conflict) {
    const auto home_in = [&](std::string_view site) {
        return std::any_of(topology.luns.begin(), topology.luns.end(),
                           // A converged LUN's I/O stands on the side without quorum.
                           [site](const Lun& lun) { return lun.home == site && !lun.converged(); });
    };
    const bool converged = std::any_of(topology.luns.begin(), topology.luns.end(),
                                       [](const Lun& lun) { return lun.converged(); });
    for (const std::string& site : topology.sites) {
        const Outcome outcome = what_if(topology, {.link = true, .confirmed_dead = {site}});
        const bool conflict = !written_on_both_sides(topology, outcome).empty();
        if (topology.policy.isolation == Isolation::majority) {
            continue; // nobody has to confirm there: the losing side ends itself
        }
        if (topology.witness.empty() && converged) {
            // The larger side, declared dead, goes on writing those.
            EXPECT_TRUE(conflict || !home_in(site));
        } else if (topology.witness.empty()) {
            EXPECT_EQ(conflict, home_in(site));
        } else { // without the witness's vote the confirming side may still lack the quorum
            EXPECT_TRUE(!conflict || home_in(site));
        }
    }
}

TEST_P(EveryTopology, no_outcome_overfills_a_host) {
    ASSERT_TRUE(capacity(topology).known);
    auto failures = single_failures(topology);
    failures.push_back({}); // nothing fails
    for (const Failure& failure : failures) {
        std::map<std::string, std::int64_t> used;
        const Outcome outcome = what_if(topology, failure);
        for (std::size_t i = 0; i < outcome.vms.size(); ++i) {
            used[outcome.vms[i].to] += topology.vms[i].memory_mib;
        }
        for (const auto& [host, mib] : used) {
            const Node* node = topology.node(host);
            EXPECT_TRUE(node == nullptr || mib <= node->usable_mib()) << host;
        }
    }
}

TEST_P(EveryTopology, a_normal_state_that_is_none_is_found) {
    const Outcome normal = what_if(topology, {});
    for (const std::string& site : topology.sites) {
        bool all_home = true;
        for (std::size_t i = 0; i < normal.vms.size(); ++i) {
            const Node* node = topology.node(normal.vms[i].to);
            all_home = all_home &&
                       (topology.vms[i].home != site || (node != nullptr && node->site == site));
        }
        const auto findings = check_capacity(topology);
        const bool found =
            std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
                return finding.code == "home-does-not-fit" && finding.where == "/sites/" + site;
            });
        EXPECT_EQ(found, !all_home) << site;
    }
}

TEST_P(EveryTopology, the_same_question_has_the_same_answer) {
    for (const Failure& failure : single_failures(topology)) {
        const Outcome once = what_if(topology, failure);
        const Outcome twice = what_if(topology, failure);
        for (std::size_t i = 0; i < once.vms.size(); ++i) {
            EXPECT_EQ(once.vms[i].to, twice.vms[i].to);
            EXPECT_EQ(once.vms[i].fate, twice.vms[i].fate);
        }
    }
    EXPECT_EQ(to_text(render_cib(topology)), to_text(render_cib(topology)));
}

TEST_P(EveryTopology, applying_twice_changes_nothing) {
    Xml fresh{"cib", render_cib(topology).attributes, {}};
    Xml& configuration = fresh.add({"configuration", {}, {}});
    configuration.add({"crm_config", {}, {}});
    Xml& nodes = configuration.add({"nodes", {}, {}});
    for (const Node& node : topology.nodes) {
        nodes.add({"node", {{"id", std::to_string(node.id)}, {"uname", node.name}}, {}});
    }
    configuration.add({"resources", {}, {}});
    configuration.add({"constraints", {}, {}});
    const auto once = merge_cib(fresh, render_cib(topology));
    ASSERT_TRUE(once) << once.error().message;
    const auto twice = merge_cib(*once, render_cib(topology));
    ASSERT_TRUE(twice);
    EXPECT_EQ(*twice, *once);
}

TEST_P(EveryTopology, what_was_rendered_can_be_imported_and_renders_the_same) {
    topology = random_topology(GetParam(), 0); // import does not read the home of a converged LUN
    const Xml cib = render_cib(topology);
    const auto imported = import_cib(cib, {});
    ASSERT_TRUE(imported) << imported.error().message;
    for (const Finding& finding : imported->findings) {
        EXPECT_NE(finding.code, "import-not-placed") << finding.where << ": " << finding.problem;
    }
    EXPECT_EQ(to_text(render_cib(imported->topology)), to_text(cib));
}

TEST_P(EveryTopology, has_a_number_of_constraints_linear_in_what_it_holds) {
    const Xml cib = render_cib(topology);
    const std::size_t constraints =
        cib.child("configuration")->child("constraints")->children.size();
    EXPECT_LE(constraints,
              4 * topology.luns.size() + 8 * topology.vms.size() + 2 * topology.nodes.size());
}

TEST_P(EveryTopology, headroom_is_what_it_says) {
    const auto report = capacity(topology);
    for (const Headroom& room : report.headroom) {
        if (room.largest_vm_mib == 0) {
            continue;
        }
        Topology more = topology;
        Vm vm;
        vm.name = "more";
        vm.home = room.site;
        vm.memory_mib = room.largest_vm_mib;
        more.vms.push_back(vm);
        const auto then = capacity(more).losses;
        ASSERT_EQ(then.size(), report.losses.size());
        for (std::size_t i = 0; i < then.size(); ++i) {
            EXPECT_TRUE(then[i].verdict <= report.losses[i].verdict ||
                        then[i].verdict == LossVerdict::leaves_site)
                << then[i].name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EveryTopology, ::testing::Range(0U, 60U));

} // namespace
} // namespace twinsite::site
