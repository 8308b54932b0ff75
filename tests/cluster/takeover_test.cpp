// Coming from VirtualDomain and the other usual agents: the steps of docs/site-affinity.md on
// guests that go on counting.
#include "tests/cluster/lab_session.hpp"
#include "tests/cluster/sites.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

constexpr std::string_view theirs = "theirs";

/// Where RESOURCE runs must be NODE, and ORPHAN must be gone.
std::string missing_after_refresh(Script& script, const std::string& observer,
                                  const std::string& resource, const std::string& node,
                                  const std::string& orphan) {
    const auto view = script.lab().cluster(observer);
    if (!view) {
        return view.error().message;
    }
    if (view->where(resource) != node) {
        return fmt::format("{} runs on \"{}\", not on {}", resource, view->where(resource), node);
    }
    return view->running.contains(orphan) ? orphan + " is still there" : "";
}

/// From its start to its end Pacemaker starts and stops nothing.
void maintenance(Script& script, const std::string& node, bool on) {
    script.run(node, fmt::format("pcs property set maintenance-mode={}", on));
}

/// RESOURCE and all that names it leave the configuration.
void forget(Script& script, const std::string& node, std::string_view resource) {
    script.run(
        node,
        fmt::format("cibadmin --delete-all --force --xpath \"//constraints/*[@rsc='{0}' or "
                    "@with-rsc='{0}' or @first='{0}' or @then='{0}']\" && "
                    "cibadmin --delete-all --force --xpath \"//resources//primitive[@id='{0}']\"",
                    resource));
}

/// The cluster forgets what it knew and asks every agent; then ORPHAN is gone and RESOURCE found.
void look_again(Script& script, const std::string& observer, const std::string& resource,
                const std::string& node, const std::string& orphan) {
    script.run(observer, "crm_resource --refresh 2>&1", seconds(120));
    script.await(seconds(180), fmt::format("{} is seen, and no {}", resource, orphan),
                 [&] { return missing_after_refresh(script, observer, resource, node, orphan); });
}

/// One guest as an admin without twinsite runs it: VirtualDomain, an order, a location.
void hand_over_to_virtual_domain(Script& script, const std::string& observer,
                                 const std::string& guest, const std::string& host) {
    const auto& about = script.stage().plan().guests.at(guest);
    maintenance(script, observer, true);
    script.run(observer,
               fmt::format("python3 -c 'import json; "
                           "t = json.load(open(\"/etc/twinsite/topology.json\")); "
                           "del t[\"vms\"][\"{}\"]; json.dump(t, open(\"/tmp/without.json\", "
                           "\"w\"))' && twinsite --topology /tmp/without.json apply --yes "
                           "--allow-restarts 2>&1",
                           guest));
    script.run(
        observer,
        fmt::format("pcs resource create {0} ocf:heartbeat:VirtualDomain "
                    "config=/etc/twinsite/vm/{1}.xml hypervisor=qemu:///system "
                    "migration_transport=tcp "
                    "autoset_utilization_cpu=false "
                    "autoset_utilization_host_memory=false op monitor interval=30s timeout=60s "
                    "op start timeout=120s op stop timeout=120s "
                    "meta allow-migrate=true 2>&1 && "
                    "pcs constraint order lun_{2} then {0} symmetrical=false 2>&1 "
                    "&& pcs constraint location {0} prefers {3}=100 2>&1",
                    theirs, guest, about.lun, host));
    look_again(script, observer, std::string(theirs), host, "vm_" + guest);
    maintenance(script, observer, false);
    await_rest(script, observer);
}

EventResult from_virtual_domain(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string guest = stage.plan().guest_names().front();
    const std::string host = stage.heard_on(guest);
    const std::string observer = stage.observer(host);
    hand_over_to_virtual_domain(script, observer, guest, host);
    script.must(stage.hold(seconds(60), [&] { return stage.missing_counts({guest}, seconds(5)); }),
                "the guest counts under VirtualDomain");

    const auto& about = stage.plan().guests.at(guest);
    script.tell(script.run(observer,
                           "twinsite import --corosync /etc/corosync/corosync.conf --drbd "
                           "/etc/drbd.d 2>&1 >/tmp/imported.json || true"));
    script.run(observer,
               fmt::format("python3 -c 'import json; "
                           "vm = json.load(open(\"/tmp/imported.json\"))[\"vms\"][\"{}\"]; "
                           "assert vm[\"config\"].endswith(\"{}.xml\"), vm; "
                           "assert vm[\"home\"] == \"{}\" and vm[\"luns\"] == [\"{}\"], vm'",
                           theirs, guest, about.home, about.lun));
    const std::string planned = script.run(observer, "twinsite plan 2>&1; echo exit=$?");
    script.must(planned.find("already") != std::string::npos &&
                    planned.find("exit=0") == std::string::npos,
                "plan does not tell that VirtualDomain runs the guest: " + planned);
    const std::string refused = script.run(observer, "twinsite apply --yes 2>&1; echo exit=$?");
    script.must(refused.find("exit=1") != std::string::npos,
                "apply is not refused while VirtualDomain runs the guest: " + refused);

    maintenance(script, observer, true);
    forget(script, observer, theirs);
    script.tell(script.run(observer, "twinsite apply --yes 2>&1"));
    look_again(script, observer, "vm_" + guest, host, std::string(theirs));
    maintenance(script, observer, false);
    await_home(script, seconds(180));
    script.must_not_restart();
    return script.done();
}

/// What the second scenario is about: a LUN of the first site, its home copy and its guests.
struct Cast {
    std::string lun;
    std::string home;
    std::vector<std::string> guests;
};

Cast cast_of(const SitePlan& plan) {
    Cast cast;
    for (const auto& [name, lun] : plan.luns) {
        if (lun.home == plan.site_of(plan.node_names.front())) {
            cast = {name, plan.home_replica(name), {}};
        }
    }
    cast.guests = guests_on_lun(plan, cast.lun);
    return cast;
}

/// The LUN stops being twinsite's, and comes up again under the agents that everybody has.
EventResult build_the_usual_cluster(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    script.run(cast.home,
               fmt::format("jq --arg lun {} 'del(.luns[$lun]) | .vms |= with_entries(select("
                           ".value.luns != [$lun]))' /etc/twinsite/topology.json "
                           ">/tmp/without.json && twinsite --topology /tmp/without.json apply "
                           "--yes --allow-restarts --wait 180 2>&1",
                           cast.lun),
               seconds(240));
    script.await(seconds(60), "the guests are down",
                 [&] { return still_heard(stage, cast.guests); });
    for (const std::string& node : stage.plan().luns.at(cast.lun).replicas) {
        // What targetcli asks for even when it is not used: a bus, and a place for its backups.
        script.run(node, "mkdir -p /etc/target /run/dbus && dbus-daemon --system --fork");
    }
    script.run(cast.home, fmt::format("/lab/source/usual-agents {} {}", cast.lun, cast.home),
               seconds(180));
    script.await(seconds(240), "the guests count under the usual agents",
                 [&] { return stage.missing_counts(cast.guests); });
    await_rest(script, cast.home);
    script.must_not_restart(cast.guests);
    return script.done();
}

/// The guide's steps, for mirror, address, target, LUN and VMs.
EventResult take_over_the_lun(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    const std::string& node = cast.home;
    script.tell(script.run(node, "twinsite import --corosync /etc/corosync/corosync.conf --drbd "
                                 "/etc/drbd.d 2>&1 >/tmp/imported.json || true"));
    script.run(node,
               fmt::format("jq -e --arg lun {} 'def told: .luns[$lun] | [.home, .mirror.nodes, "
                           ".mirror.device, .target.iqn, .target.lun, .address.ip]; "
                           "told == (input | told)' /tmp/imported.json "
                           "/etc/twinsite/topology.json || "
                           "{{ cat /tmp/imported.json; exit 1; }}",
                           cast.lun));
    const std::string refused = script.run(node, "twinsite apply --yes 2>&1; echo exit=$?");
    script.must(refused.find("exit=1") != std::string::npos,
                "apply is not refused while the old resources are there: " + refused);

    maintenance(script, node, true);
    // The target first: a target without its LUN is an I/O error for the guests.
    script.run(node, "crm_resource --resource old_target --force-stop 2>&1 && "
                     "crm_resource --resource old_unit --force-stop 2>&1");
    script.run(node,
               "cibadmin --delete-all --force --xpath \"//constraints/*[starts-with(@rsc, 'old_')"
               " or starts-with(@first, 'old_')]\" && cibadmin --delete-all --force --xpath "
               "\"//resources/*[starts-with(@id, 'old_')]\"");
    script.tell(script.run(node, "twinsite apply --yes 2>&1"));
    script.run(node, fmt::format("crm_resource --resource target_{} --force-start 2>&1", cast.lun));
    look_again(script, node, "target_" + cast.lun, node, "old_target");
    for (const std::string& guest : cast.guests) {
        script.await(seconds(60), guest + " is seen", [&] {
            return missing_after_refresh(script, node, "vm_" + guest, stage.heard_on(guest),
                                         "old_" + guest);
        });
    }
    script.must(stage.hold(seconds(5), [&] { return stage.missing_counts(cast.guests); }),
                "the guests count in maintenance mode");
    maintenance(script, node, false);
    await_home(script, seconds(240));
    script.must_not_restart();
    return script.done();
}

/// What was somebody else's is twinsite's to stop and to move.
EventResult move_what_was_taken_over(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    const std::string other =
        other_site(stage.plan(), stage.plan().site_of(stage.plan().node_names.front()));
    script.run(cast.home,
               fmt::format("twinsite move lun {} --to {} --yes --wait 180", cast.lun, other),
               seconds(240));
    script.await(seconds(60), "the guests count in " + other,
                 [&] { return missing_in(stage, other, cast.guests); });
    const std::string left = script.run(
        cast.home, fmt::format("ip -o address show to $(jq -r --arg lun {0} "
                               "'.luns[$lun].address.ip' /etc/twinsite/topology.json); "
                               "ls -d /sys/kernel/config/target/iscsi/*:{0} 2>/dev/null || true",
                               cast.lun));
    script.must(left.empty(), "left behind on " + cast.home + ": " + left);
    script.run(cast.home,
               fmt::format("twinsite move lun {} --to {} --yes --wait 180", cast.lun,
                           stage.plan().site_of(cast.home)),
               seconds(240));
    await_home(script, seconds(120));
    script.must_not_restart();
    return script.done();
}

class Takeover : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("topology.json"); }
    static void TearDownTestSuite() { LabSession::end(); }
};

TEST_F(Takeover, a_guest_comes_from_virtual_domain_and_counts_on) {
    play({"takeover", "a guest that VirtualDomain runs becomes twinsite's", from_virtual_domain});
}

TEST_F(Takeover, a_lun_with_its_guests_comes_from_the_usual_agents) {
    play({"usual-cluster", "a LUN with its guests is given to the usual agents",
          build_the_usual_cluster});
    play({"takeover-lun", "the LUN, its target, address and guests become twinsite's",
          take_over_the_lun});
    play({"takeover-move", "what was taken over changes site and comes back",
          move_what_was_taken_over});
}

} // namespace
} // namespace twinsite::lab
