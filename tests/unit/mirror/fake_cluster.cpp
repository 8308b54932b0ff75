#include "tests/unit/mirror/fake_cluster.hpp"

#include <fmt/format.h>

namespace twinsite::testing {

namespace {

constexpr int no_such_object = 105;
constexpr int timer_expired = 124;

} // namespace

Result<process::Output> FakeCluster::run(const process::Command& command,
                                         const Deadline& /*deadline*/) {
    const std::string text = command.text();
    if (text.starts_with("crm_mon")) {
        asked_for = std::chrono::duration_cast<Milliseconds>(clock_.now() - TimePoint{});
        as_time_goes(*this);
        return process::Output{0, status(), ""};
    }
    if (text.starts_with("corosync-quorumtool")) {
        return process::Output{0, membership(), ""};
    }
    if (text.starts_with("corosync-cmapctl")) {
        return process::Output{device.empty() ? 1 : 0, device, ""};
    }
    if (text.starts_with("cibadmin --query")) {
        when_asked_of_the_ban();
        return process::Output{!peer_answers ? timer_expired
                               : banned      ? 0
                                             : no_such_object,
                               banned ? "<rsc_location node=\"rz2-a\"/>" : "", ""};
    }
    if (text == "drbdadm fence-peer red") {
        return process::Output{fence_peer(command), "", ""};
    }
    banned = banned || text.starts_with("cibadmin --create");
    changes.push_back(text);
    return process::Output{0, "", ""};
}

/// As corosync-quorumtool 3.1.7 prints it.
std::string FakeCluster::membership() const {
    return fmt::format("Quorate:          {}\nFlags:            {} \n"
                       "    Nodeid      Votes    Qdevice Name\n"
                       "         1          1    A,V,NMW {} (local)\n{}",
                       corosync_quorate ? "Yes" : "No", flags, own_name,
                       corosync_has_settled ? "" : "         3          1    A,V,NMW rz2-a\n");
}

std::string FakeCluster::status() const {
    const bool online = !peer_is_lost && !peer_is_down;
    return fmt::format(
        "<pacemaker-result><summary><current_dc with_quorum=\"{}\"/></summary>"
        "<nodes><node name=\"rz2-a\" online=\"{}\" unclean=\"{}\"/></nodes>"
        "<node_attributes><node name=\"rz1-a\">{}</node></node_attributes>"
        "<fence_history>{}</fence_history>"
        "<bans>{}</bans><resources><clone id=\"mirror_red-clone\">"
        "<resource id=\"mirror_red\" role=\"{}\">{}</resource></clone></resources>"
        "</pacemaker-result>",
        pacemaker_quorate, online, peer_is_lost,
        accepted_loss.empty()
            ? ""
            : fmt::format("<attribute name=\"mirror-accept-loss-red\" value=\"{}\"/>",
                          accepted_loss),
        peer_fenced_at.empty() ? ""
                               : fmt::format("<fence_event target=\"rz2-a\" status=\"success\" "
                                             "action=\"reboot\" completed=\"{}\"/>",
                                             peer_fenced_at),
        banned ? "<ban id=\"twinsite-mirror-fence-red\" node=\"rz2-a\"/>" : "", peer_role,
        online ? "<node name=\"rz2-a\"/>" : "");
}

} // namespace twinsite::testing
