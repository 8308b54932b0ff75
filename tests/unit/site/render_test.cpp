#include "tests/support/topologies.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/files.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace twinsite::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using twinsite::testing::example_topology;

const Xml& section(const Xml& cib, std::string_view name) {
    return *cib.child("configuration")->child(name);
}

std::string value(const Xml& resource, std::string_view set, std::string_view name) {
    for (const Xml& pair : resource.child(set)->children) {
        if (pair.get("name") == name) {
            return std::string(pair.get("value"));
        }
    }
    return {};
}

TEST(RenderCib, is_the_same_text_in_pieces) {
    Topology topology = example_topology();
    Topology empty = topology;
    empty.luns.clear();
    empty.vms.clear();
    Topology nothing = empty;
    nothing.nodes.clear();
    for (const Topology& each : {topology, empty, nothing}) {
        std::string text;
        write_cib(each, [&text](std::string_view piece) { text += piece; });
        EXPECT_EQ(text, to_text(render_cib(each)));
    }
}

TEST(RenderCib, gives_the_resources_their_fixed_ids) {
    const Xml cib = render_cib(example_topology());
    const Xml& resources = section(cib, "resources");
    for (const char* id : {"mirror_red-clone", "lun_red", "vm_rot", "fence_rz1-a"}) {
        EXPECT_NE(resources.child_with_id(id), nullptr) << id;
    }
    EXPECT_NE(resources.child_with_id("mirror_red-clone")->child_with_id("mirror_red"), nullptr);
    const Xml* group = resources.child_with_id("lun_red");
    ASSERT_EQ(group->children.size(), 2U);
    EXPECT_EQ(group->children[0].get("id"), "address_red");
    EXPECT_EQ(group->children[1].get("id"), "target_red");
}

TEST(RenderCib, hands_a_guests_shutdown_timeout_to_its_agent_only_where_it_is_stated) {
    Topology topology = example_topology();
    topology.vms[0].shutdown_timeout = 3;
    const Xml cib = render_cib(topology);
    const Xml& resources = section(cib, "resources");
    EXPECT_EQ(value(*resources.child_with_id("vm_" + topology.vms[0].name), "instance_attributes",
                    "shutdown_timeout"),
              "3");
    EXPECT_EQ(value(*resources.child_with_id("vm_" + topology.vms[1].name), "instance_attributes",
                    "shutdown_timeout"),
              "");
}

TEST(RenderCib, puts_the_address_last_where_the_target_listens_everywhere) {
    Topology topology = example_topology();
    topology.luns[0].target.implementation = "tgt";
    topology.luns[0].target.lun = 1;
    const Xml cib = render_cib(topology);
    EXPECT_EQ(section(cib, "resources").child_with_id("lun_red")->children[0].get("id"),
              "target_red");
}

TEST(RenderCib, switches_all_outlets_of_a_node_by_one_device_per_pdu) {
    Topology topology = example_topology();
    Xml cib = render_cib(topology);
    EXPECT_EQ(value(*section(cib, "resources").child_with_id("fence_rz1-a"), "instance_attributes",
                    "plug"),
              "1,2");
    EXPECT_EQ(cib.child("configuration")->child("fencing-topology"), nullptr);

    topology.pdus.push_back(topology.pdus[0]);
    topology.pdus.back().name = "pdu-rz1-left";
    topology.nodes[0].power[1].pdu = "pdu-rz1-left";
    cib = render_cib(topology);
    EXPECT_NE(section(cib, "resources").child_with_id("fence_rz1-a_2"), nullptr);
    const Xml& level = section(cib, "fencing-topology").children.at(0);
    EXPECT_EQ(level.get("target"), "rz1-a");
    EXPECT_EQ(level.get("devices"), "fence_rz1-a,fence_rz1-a_2");
}

TEST(RenderCib, ends_fencing_with_the_watchdog_under_majority) {
    Topology topology = example_topology();
    for (Node& node : topology.nodes) {
        node.watchdog = "/dev/watchdog";
    }
    Xml cib = render_cib(topology);
    EXPECT_EQ(section(cib, "resources").child_with_id("watchdog"), nullptr);
    EXPECT_EQ(cib.child("configuration")->child("fencing-topology"), nullptr);
    topology.policy.isolation = Isolation::majority;
    cib = render_cib(topology);
    const Xml* watchdog = section(cib, "resources").child_with_id("watchdog");
    ASSERT_NE(watchdog, nullptr);
    EXPECT_EQ(watchdog->get("type"), "fence_watchdog");
    EXPECT_EQ(value(*watchdog, "instance_attributes", "pcmk_host_list"), "rz1-a,rz1-b,rz2-a,rz2-b");
    std::vector<std::string> levels;
    for (const Xml& level : section(cib, "fencing-topology").children) {
        levels.push_back(
            fmt::format("{} {} {}", level.get("target"), level.get("index"), level.get("devices")));
    }
    EXPECT_THAT(levels, IsSupersetOf({"rz1-a 1 fence_rz1-a", "rz1-a 2 watchdog",
                                      "rz2-b 1 fence_rz2-b", "rz2-b 2 watchdog"}));
    EXPECT_EQ(levels.size(), 8U);
    // Pacemaker ends a fencing after 1.2 times this, the wait for the watchdog included.
    EXPECT_EQ(value(section(cib, "crm_config"), "cluster_property_set", "stonith-timeout"), "92s");
}

TEST(RenderCib, keeps_every_fence_device_off_the_node_it_kills) {
    const Xml cib = render_cib(example_topology());
    for (const Xml& resource : section(cib, "resources").children) {
        if (resource.get("type") != "fence_netpdu") {
            continue;
        }
        const auto& all = section(cib, "constraints").children;
        EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Xml& constraint) {
            return constraint.get("rsc") == resource.get("id") &&
                   constraint.get("node") ==
                       value(resource, "instance_attributes", "pcmk_host_list") &&
                   constraint.get("score") == "-INFINITY";
        })) << resource.get("id");
    }
}

/// "120s" as 120; 20 (Pacemaker's default) for an operation without a timeout.
long seconds_of(std::string_view time) {
    return time.empty() ? 20 : std::strtol(std::string(time).c_str(), nullptr, 10);
}

void collect_primitives(const Xml& xml, std::vector<const Xml*>& found) {
    for (const Xml& child : xml.children) {
        if (child.name == "primitive") {
            found.push_back(&child);
        }
        collect_primitives(child, found);
    }
}

TEST(RenderCib, lets_no_failure_expire_before_it_has_happened) {
    const Xml cib = render_cib(example_topology());
    std::vector<const Xml*> primitives;
    collect_primitives(section(cib, "resources"), primitives);
    ASSERT_FALSE(primitives.empty());
    for (const Xml* primitive : primitives) {
        const std::string expires = primitive->child("meta_attributes") == nullptr
                                        ? ""
                                        : value(*primitive, "meta_attributes", "failure-timeout");
        for (const Xml& operation : primitive->child("operations")->children) {
            EXPECT_TRUE(expires.empty() ||
                        seconds_of(expires) >= 2 * seconds_of(operation.get("timeout")))
                << primitive->get("id") << " " << operation.get("name");
        }
    }
}

TEST(RenderCib, keeps_its_own_vms_and_no_others_off_nodes_that_run_none) {
    Topology topology = example_topology();
    topology.nodes[2].compute = false; // rz2-a
    const Xml cib = render_cib(topology);
    EXPECT_THAT(to_text(cib), Not(HasSubstr("rsc-pattern")));
    const Xml* ban = section(cib, "constraints").child_with_id("twinsite-no-vms-rz2-a");
    ASSERT_NE(ban, nullptr);
    EXPECT_EQ(ban->get("node"), "rz2-a");
    EXPECT_EQ(ban->get("score"), "-INFINITY");
    std::vector<std::string> vms;
    for (const Xml& reference : ban->children.at(0).children) {
        vms.emplace_back(reference.get("id"));
    }
    EXPECT_THAT(vms, ElementsAre("vm_rot", "vm_rosa", "vm_blau", "vm_cyan"));
    EXPECT_EQ(section(cib, "constraints").child_with_id("twinsite-no-vms-rz1-a"), nullptr);
}

TEST(RenderCib, holds_no_secret) {
    EXPECT_THAT(to_text(render_cib(example_topology())), Not(HasSubstr("\"password\"")));
    EXPECT_THAT(to_text(render_cib(example_topology())), HasSubstr("/etc/twinsite/pdu-rz1.secret"));
}

TEST(RenderCib, is_deterministic) {
    EXPECT_EQ(to_text(render_cib(example_topology())), to_text(render_cib(example_topology())));
}

TEST(Spread, gives_each_host_of_a_site_its_share) {
    EXPECT_THAT(preferred_hosts(example_topology()),
                ElementsAre("rz1-a", "rz1-b", "rz2-a", "rz2-b"));
}

TEST(Spread, respects_a_host_that_was_asked_for) {
    Topology topology = example_topology();
    topology.vms[1].host = "rz1-a";
    EXPECT_THAT(preferred_hosts(topology), ElementsAre("rz1-b", "rz1-a", "rz2-a", "rz2-b"));
}

TEST(Spread, does_not_move_others_when_a_vm_is_added_at_the_end) {
    Topology topology = example_topology();
    const auto before = preferred_hosts(topology);
    topology.vms.push_back(topology.vms[0]);
    topology.vms.back().memory_mib = 200;
    auto after = preferred_hosts(topology);
    after.pop_back();
    EXPECT_EQ(after, before);
}

TEST(Spread, puts_the_largest_first_where_the_order_of_the_file_overfills_a_host) {
    Topology topology = example_topology();
    topology.vms.push_back(topology.vms[1]);
    topology.vms.back().name = "third";
    topology.vms[0].memory_mib = 128;
    topology.vms[1].memory_mib = 128;
    topology.vms.back().memory_mib = 256;
    EXPECT_THAT(preferred_hosts(topology),
                ElementsAre("rz1-b", "rz1-b", "rz2-a", "rz2-b", "rz1-a"));
}

TEST(RenderDrbd, lets_home_luns_go_on_alone_with_keep_home) {
    const Topology topology = example_topology();
    const std::string text = render_drbd_resource(topology, topology.luns[0], "/h");
    EXPECT_THAT(text, HasSubstr("fencing resource-only;"));
    EXPECT_THAT(text, HasSubstr("fence-peer \"/h --policy keep-home fence-peer\";"));
    EXPECT_THAT(text, HasSubstr("address 10.77.2.11:7789;"));
}

TEST(RenderDrbd, freezes_with_majority) {
    Topology topology = example_topology();
    topology.policy.isolation = Isolation::majority;
    EXPECT_THAT(render_drbd_resource(topology, topology.luns[0], "/h"),
                HasSubstr("fencing resource-and-stonith;"));
}

TEST(RenderDrbd, an_asynchronous_mirror_falls_behind_rather_than_waits) {
    Topology topology = example_topology();
    EXPECT_THAT(render_drbd_resource(topology, topology.luns[0], "/h"),
                Not(HasSubstr("on-congestion")));
    topology.luns[0].mirror.protocol = "A";
    topology.luns[0].mirror.integrity = true;
    topology.luns[0].mirror.resync_mib = 40;
    const std::string text = render_drbd_resource(topology, topology.luns[0], "/h");
    EXPECT_THAT(text, HasSubstr("protocol A;"));
    EXPECT_THAT(text, HasSubstr("on-congestion pull-ahead;"));
    EXPECT_THAT(text, HasSubstr("data-integrity-alg crc32c;"));
    EXPECT_THAT(text, HasSubstr("resync-rate 40M;"));
    EXPECT_THAT(text, HasSubstr("c-min-rate 20M;"));
}

TEST(RenderConverged, promotes_both_copies_and_binds_the_vm_to_its_host) {
    Topology topology = example_topology();
    topology.luns[0].target = {};
    topology.luns[0].address = {};
    const std::string text = render_drbd_resource(topology, topology.luns[0], "/h");
    EXPECT_THAT(text, HasSubstr("allow-two-primaries yes;"));
    EXPECT_THAT(text, HasSubstr("fencing resource-and-stonith;"));
    EXPECT_THAT(text, HasSubstr("/h --policy majority fence-peer"));
    const Xml cib = render_cib(topology);
    const Xml& resources = section(cib, "resources");
    EXPECT_EQ(resources.child_with_id("lun_red"), nullptr);
    EXPECT_EQ(
        value(*resources.child_with_id("mirror_red-clone"), "meta_attributes", "promoted-max"),
        "2");
    EXPECT_EQ(
        value(*resources.child_with_id("mirror_blue-clone"), "meta_attributes", "promoted-max"),
        "1");
    const Xml* bond =
        section(cib, "constraints").child_with_id("twinsite-colocate-vm_rot-mirror_red-clone");
    ASSERT_NE(bond, nullptr);
    EXPECT_EQ(bond->get("with-rsc-role"), "Promoted");
    EXPECT_EQ(bond->get("node-attribute"), "") << "the same node, not the same site";
}

TEST(RenderDrbd, writes_ipv6_as_drbd_reads_it) {
    Topology topology = example_topology();
    topology.nodes[0].storage_address = "2001:db8::1";
    EXPECT_THAT(render_drbd_resource(topology, topology.luns[0], "/h"),
                HasSubstr("address ipv6 [2001:db8::1]:7789;"));
}

TEST(RenderCorosync, lists_every_link_of_every_node) {
    const std::string text = render_corosync(example_topology());
    EXPECT_THAT(text, HasSubstr("name: rz2-b\n        nodeid: 4\n        ring0_addr: 10.77.1.22\n"
                                "        ring1_addr: 10.77.2.22\n"));
    EXPECT_THAT(text, Not(HasSubstr("two_node")));
    EXPECT_THAT(text, Not(HasSubstr("device {")));
}

TEST(RenderCorosync, asks_the_witness) {
    Topology topology = example_topology();
    topology.witness = "192.0.2.9";
    EXPECT_THAT(render_corosync(topology), HasSubstr("host: 192.0.2.9"));
}

} // namespace
} // namespace twinsite::site
