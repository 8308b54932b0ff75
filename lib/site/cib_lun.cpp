#include "lib/site/cib_builder.hpp"
#include "lib/site/cib_parts.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::site::cib {

namespace {

Xml mirror_clone(const Lun& lun) {
    const std::string id = mirror_id(lun.name);
    Xml mirror = primitive(id, "ocf", "twinsite", "mirror");
    add_pairs(
        mirror, "instance_attributes", fmt::format("{}-instance_attributes", id),
        {{"drbd_resource", lun.name},
         {"verify_days", lun.mirror.verify_days == 0 ? "" : std::to_string(lun.mirror.verify_days)},
         {"verify_window", lun.mirror.verify_window},
         {"max_behind",
          lun.mirror.max_behind_mib == 0 ? "" : std::to_string(lun.mirror.max_behind_mib)},
         {"link_health", lun.mirror.link_health ? "true" : ""}});
    add_operations(
        mirror, {{.name = "start", .timeout = "60s"},
                 {.name = "promote", .timeout = "60s"},
                 {.name = "demote", .timeout = "60s"},
                 {.name = "stop", .timeout = "100s"},
                 {.name = "notify", .timeout = "30s"},
                 {.name = "monitor", .interval = "9s", .timeout = "20s", .role = "Promoted"},
                 {.name = "monitor", .interval = "11s", .timeout = "20s", .role = "Unpromoted"}});
    const std::string clone_id = mirror_clone_id(lun.name);
    Xml clone{"clone", {{"id", clone_id}}, {}};
    clone.add(std::move(mirror));
    add_pairs(clone, "meta_attributes", fmt::format("{}-meta_attributes", clone_id),
              {{"promotable", "true"},
               {"promoted-max", lun.converged() ? "2" : "1"},
               {"promoted-node-max", "1"},
               {"clone-max", "2"},
               {"clone-node-max", "1"},
               {"notify", "true"},
               {"interleave", "true"},
               {"resource-stickiness", "1"},
               {"migration-threshold", "3"},
               {"failure-timeout", "300s"},
               {"site", lun.home}});
    return clone;
}

Pairs member_meta(const Scores& scores) {
    return {{"resource-stickiness", std::to_string(scores.lun_member_stickiness)},
            {"migration-threshold", "3"},
            {"failure-timeout", "300s"}};
}

Xml address_resource(const Lun& lun, const Scores& scores) {
    const std::string id = address_id(lun.name);
    Xml xml = primitive(id, "ocf", "twinsite", "vip");
    add_pairs(xml, "instance_attributes", fmt::format("{}-instance_attributes", id),
              {{"ip", lun.address.ip},
               {"cidr_netmask", lun.address.prefix > 0 ? std::to_string(lun.address.prefix) : ""},
               {"nic", lun.address.nic}});
    add_operations(xml, {{.name = "start", .timeout = "30s"},
                         {.name = "stop", .timeout = "30s"},
                         {.name = "monitor", .interval = "10s", .timeout = "20s"}});
    add_pairs(xml, "meta_attributes", fmt::format("{}-meta_attributes", id), member_meta(scores));
    return xml;
}

Xml target_resource(const Lun& lun, const Scores& scores) {
    const std::string id = target_id(lun.name);
    const bool six = lun.address.ip.find(':') != std::string::npos;
    Xml xml = primitive(id, "ocf", "twinsite", "iscsi-target");
    add_pairs(
        xml, "instance_attributes", fmt::format("{}-instance_attributes", id),
        {{"iqn", lun.target.iqn},
         {"luns", fmt::format("{}={}", lun.target.lun, lun.mirror.device)},
         {"portals",
          six ? fmt::format("[{}]:3260", lun.address.ip) : fmt::format("{}:3260", lun.address.ip)},
         {"implementation", lun.target.implementation},
         {"allowed_initiators", join(lun.target.initiators, " ")},
         {"incoming_username", lun.target.chap_secret_file.empty() ? "" : lun.target.chap_user},
         {"incoming_password_file", lun.target.chap_secret_file}});
    add_operations(xml, {{.name = "start", .timeout = "60s"},
                         {.name = "stop", .timeout = "100s"},
                         {.name = "monitor", .interval = "10s", .timeout = "20s"}});
    add_pairs(xml, "meta_attributes", fmt::format("{}-meta_attributes", id), member_meta(scores));
    return xml;
}

Xml lun_group(const Lun& lun, const Scores& scores) {
    Xml group{"group", {{"id", lun_group_id(lun.name)}}, {}};
    // LIO binds its portal to the address and opens it last, so the address comes first. tgt
    // listens on every address, so there the address is the door and comes last.
    if (lun.target.implementation == "tgt") {
        group.add(target_resource(lun, scores));
        group.add(address_resource(lun, scores));
    } else {
        group.add(address_resource(lun, scores));
        group.add(target_resource(lun, scores));
    }
    return group;
}

/// Only on the two nodes that hold the data.
Xml replicas_only(const Lun& lun) {
    const std::string id =
        fmt::format("{}replicas-{}", constraint_prefix, mirror_clone_id(lun.name));
    Xml rule{"rule",
             {{"id", fmt::format("{}-rule", id)}, {"boolean-op", "and"}, {"score", "-INFINITY"}},
             {}};
    std::size_t nth = 0;
    for (const Replica& replica : lun.mirror.replicas) {
        rule.add({"expression",
                  {{"id", fmt::format("{}-rule-expr{}", id, nth == 0 ? "" : "-1")},
                   {"attribute", "#uname"},
                   {"operation", "ne"},
                   {"value", replica.node}},
                  {}});
        ++nth;
    }
    Xml constraint{"rsc_location", {{"id", id}, {"rsc", mirror_clone_id(lun.name)}}, {}};
    constraint.add(std::move(rule));
    return constraint;
}

Xml promoted_at_home(const Lun& lun, const Scores& scores) {
    const std::string id = fmt::format("{}home-{}", constraint_prefix, mirror_clone_id(lun.name));
    Xml constraint{"rsc_location", {{"id", id}, {"rsc", mirror_clone_id(lun.name)}}, {}};
    Xml& rule = constraint.add({"rule",
                                {{"id", fmt::format("{}-rule", id)},
                                 {"role", "Promoted"},
                                 {"score", std::to_string(scores.lun_home)}},
                                {}});
    rule.add({"expression",
              {{"id", fmt::format("{}-rule-expr", id)},
               {"attribute", std::string(site_attribute)},
               {"operation", "eq"},
               {"value", lun.home}},
              {}});
    return constraint;
}

} // namespace

void add_lun(const Topology& topology, const Lun& lun, const Scores& scores, Section& resources,
             Section& constraints) {
    resources.add(mirror_clone(lun));
    constraints.add(replicas_only(lun));
    if (lun.converged()) {
        return; // promoted on both nodes: nothing to place, nothing to serve
    }
    resources.add(lun_group(lun, scores));
    constraints.add(promoted_at_home(lun, scores));
    if (topology.policy.failback == Failback::window) {
        // Weighs more than the stickiness that keeps a LUN where it is.
        constraints.add(
            home_in_window({mirror_clone_id(lun.name), "Promoted", lun.home, scores.home_in_window},
                           topology.policy.window));
    }
    const std::string group = lun_group_id(lun.name);
    const std::string clone = mirror_clone_id(lun.name);
    constraints.add({"rsc_colocation",
                     {{"id", fmt::format("{}colocate-{}", constraint_prefix, group)},
                      {"rsc", group},
                      {"with-rsc", clone},
                      {"with-rsc-role", "Promoted"},
                      {"score", "INFINITY"}},
                     {}});
    constraints.add({"rsc_order",
                     {{"id", fmt::format("{}order-{}", constraint_prefix, group)},
                      {"first", clone},
                      {"first-action", "promote"},
                      {"then", group},
                      {"then-action", "start"},
                      {"kind", "Mandatory"}},
                     {}});
}

} // namespace twinsite::site::cib
