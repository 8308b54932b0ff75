// One lab for all scenarios of a test program: brought up by the first that needs it.
#pragma once

#include "lab/scenario/events.hpp"
#include "lab/scenario/script.hpp"

#include <memory>
#include <string>
#include <vector>

namespace twinsite::lab {

/// Ends the lab when the program ends.
class LabSession {
public:
    /// The lab, up and heard; nullptr and WHY when it did not come up (it is tried only once).
    static Stage* stage(std::string& why);
    /// What the next lab is made of, instead of the usual: a file of lab/config, options of `lab
    /// up`. A lab that is up is brought down.
    static void choose(const std::string& topology, const std::vector<std::string>& options = {});
    /// Bring the lab down and forget it: the next stage() starts afresh.
    static void end();

private:
    static LabSession& instance();
    Status bring_up();

    std::unique_ptr<LabControl> lab_;
    std::unique_ptr<Stage> stage_;
    std::string failed_;
    std::string topology_ = "topology.json";
    std::vector<std::string> options_;
};

/// Play EVENT, print what was measured, fail the test for what did not happen; then the nodes'
/// logs are kept below the build tree; with TWINSITE_KEEP_LOGS in the environment in any case.
void play(const Event& event);

} // namespace twinsite::lab
