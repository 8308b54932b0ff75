#include "agents/mirror/description.hpp"
#include "agents/mirror/mirror_agent.hpp"

#include <twinsite/block/holders.hpp>

#include <ctime>
#include <memory>

using namespace twinsite;
using namespace twinsite::mirror;

namespace {

UnixTime wall_clock() {
    return std::time(nullptr);
}

std::vector<std::string> find_holders(int minor) {
    return block::holders(drbd_major, minor);
}

/// The agent and everything it works with, for one action.
struct Assembly {
    Assembly(const ocf::Request& request, const Settings& settings)
        : drbd(settings.resource, runner)
        , score(request, runner)
        , caretaker(settings.resource, Folders{}, runner, clock, wall_clock, settings.care)
        , watcher({settings.resource, Folders{}, settings.link_health}, clock)
        , agent(settings, {drbd, score, caretaker, watcher, clock, find_holders},
                request.deadline) {}

    process::SystemCommandRunner runner;
    SystemClock clock;
    Drbd drbd;
    CrmAttributeScore score;
    LocalCaretaker caretaker;
    BackgroundLinkWatcher watcher;
    MirrorAgent agent;
};

} // namespace

int main(int argc, char** argv) {
    std::unique_ptr<Assembly> assembly;
    return ocf::run(description(), argc, argv, [&](const ocf::Request& request) {
        const auto settings = Settings::from(request);
        if (!settings) {
            return ocf::ActionTable{
                {request.action, [error = settings.error()] { return ocf::Outcome::of(error); }}};
        }
        assembly = std::make_unique<Assembly>(request, *settings);
        return assembly->agent.actions(request);
    });
}
