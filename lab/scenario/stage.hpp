// A lab with its guests recorded: what every scenario stands on.
#pragma once

#include "lab/scenario/lab_control.hpp"
#include "lab/scenario/recorder.hpp"
#include "lab/scenario/site_plan.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace twinsite::lab {

/// "" when it is as it should be, else what is missing: the sentence of a time-out.
using Expectation = std::function<std::string()>;

class Stage {
public:
    Stage(LabControl& lab, SitePlan plan);

    [[nodiscard]] LabControl& lab() { return lab_; }
    [[nodiscard]] const SitePlan& plan() const { return plan_; }
    [[nodiscard]] TimePoint now() const { return clock_.now(); }

    /// Begin to listen to the guests; call it when the lab is up.
    void listen();
    [[nodiscard]] GuestHistory history(const std::string& guest) const;

    /// Poll until it holds. The error is the last thing that was missing.
    Status wait(Milliseconds patience, const Expectation& expectation);
    /// It must hold all the time. The error is the first thing that was missing.
    Status hold(Milliseconds duration, const Expectation& expectation);

    /// Everything where it belongs, every mirror in sync, every guest counting; seen from NODE.
    std::string missing_at_home(const std::string& node);
    /// Which of GUESTS has been silent for longer than PATIENCE.
    std::string missing_counts(const std::vector<std::string>& guests,
                               Milliseconds patience = std::chrono::seconds(2));
    /// The node a guest was last heard of.
    [[nodiscard]] std::string heard_on(const std::string& guest) const;
    /// A node that has power, of SITE unless that is empty, and is not EXCEPT.
    std::string observer(const std::string& except, const std::string& site = {});
    /// Which start of the kernel this is: changes only when the node lost power.
    Result<std::string> boot_id(const std::string& node);

private:
    std::string missing_luns(const ClusterView& view);
    std::string missing_guests(const ClusterView& view) const;

    LabControl& lab_;
    SitePlan plan_;
    SystemClock clock_;
    std::unique_ptr<Recorder> recorder_;
};

} // namespace twinsite::lab
