#include "agents/mirror/description.hpp"
#include "agents/mirror/mirror_agent.hpp"

#include <twinsite/mirror/holders.hpp>

using namespace twinsite;

int main(int argc, char** argv) {
    process::SystemCommandRunner runner;
    SystemClock clock;
    std::optional<mirror::Drbd> drbd;
    std::optional<mirror::CrmAttributeScore> score;
    std::optional<mirror::MirrorAgent> agent;

    return ocf::run(
        mirror::description(), argc, argv, [&](const ocf::Request& request) -> ocf::ActionTable {
            auto settings = mirror::Settings::from(request);
            if (!settings) {
                return {{request.action,
                         [error = settings.error()] { return ocf::Outcome::of(error); }}};
            }
            drbd.emplace(settings->resource, runner);
            score.emplace(request, runner);
            agent.emplace(*settings,
                          mirror::MirrorAgent::Parts{
                              *drbd, *score, clock,
                              [](int minor) { return mirror::holders(mirror::drbd_major, minor); }},
                          request.deadline);
            return agent->actions(request);
        });
}
