// What the scenarios are written with: do something, wait for what must follow, tell how long it
// took, collect what did not happen.
#pragma once

#include "lab/scenario/acknowledged_writes.hpp"
#include "lab/scenario/event_result.hpp"
#include "lab/scenario/stage.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::lab {

/// Collects what went wrong, and how long things took, in one event.
class Script {
public:
    explicit Script(Stage& stage);

    Stage& stage() { return stage_; }
    LabControl& lab() { return stage_.lab(); }

    void must(const Status& status, std::string_view what);
    void must(bool holds, std::string what);
    /// Wait for it, and tell how long it took since the event began.
    void await(Milliseconds patience, std::string_view what, const Expectation& expectation);
    /// COMMAND on NODE must end with 0. Returns what it printed.
    std::string run(const std::string& node, const std::string& command,
                    Milliseconds patience = std::chrono::seconds(60));
    /// A line of the report.
    void tell(std::string line) { result_.measured.push_back(std::move(line)); }
    /// When the event began, as crm_mon writes times.
    [[nodiscard]] const std::string& began_at() const { return began_at_; }
    /// What has happened to GUEST since the event began.
    [[nodiscard]] GuestReport so_far(const std::string& guest) const;
    /// No guest was restarted, less those in EXCEPT.
    void must_not_restart(const std::vector<std::string>& except = {});
    EventResult done() { return std::move(result_); }

private:
    Stage& stage_;
    TimePoint began_;
    std::string began_at_;
    EventResult result_;
};

std::vector<std::string> guests_on(Stage& stage, const ClusterView& view, const std::string& node);
/// Which start of the kernel each node is in; changes only when a node lost power.
std::map<std::string, std::string> boots(Stage& stage);
/// "" when no LUN's home copy is connected to the other one.
std::string missing_solitude(Stage& stage);
/// A node of the first site: its storage node, or its pure compute host.
std::string node_of_first_site(const SitePlan& plan, bool storage);

void await_home(Script& script, Milliseconds patience);
/// An admin looks before the next command: what Pacemaker has begun it must have finished.
void await_rest(Script& script, const std::string& observer);
/// A fencing of VICTIM is confirmed in Pacemaker's history since the event began, and it counts as
/// dead. That it is offline is not enough: it is that already before it is fenced.
void await_fenced(Script& script, const std::string& victim, const std::string& observer);

} // namespace twinsite::lab
