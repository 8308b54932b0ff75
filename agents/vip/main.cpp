#include "agents/vip/description.hpp"
#include "agents/vip/vip_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace {

using namespace twinsite;

/// HA_RSCTMP is where agents keep what must not survive a reboot.
std::filesystem::path state_directory(const ocf::Request& request) {
    const auto given = request.environment.find("HA_RSCTMP");
    return given == request.environment.end() || given->second.empty() ? "/run/resource-agents"
                                                                       : given->second;
}

/// "vip start" becomes "vip guard", so that nobody takes the background process for a start that
/// hangs. The action's name lies in writable memory, as execve(2) put it there.
void show_as_guard(char* action) {
    if (action != nullptr) {
        const std::string_view title = "guard";
        const std::size_t room = std::strlen(action);
        std::fill_n(action, room, '\0');
        std::copy_n(title.begin(), std::min(room, title.size()), action);
    }
    ::prctl(PR_SET_NAME, "vip-guard");
}

struct Adapters {
    Adapters(const ocf::Request& request, char* action)
        : record(state_directory(request), request.instance)
        , segment(network::open_segment(clock))
        , guard(vip::open_guard(
              record, fmt::format("vip({})", request.instance), [action] { show_as_guard(action); },
              clock)) {}

    SystemClock clock;
    vip::RecordFile record;
    std::unique_ptr<network::Network> network;
    std::unique_ptr<network::Segment> segment;
    std::unique_ptr<vip::Guard> guard;
};

ocf::Outcome without_namespace(const ocf::Request& request, const Error& error) {
    const bool gone = error.kind == ErrorKind::not_found;
    const bool impossible = error.kind == ErrorKind::invalid_config;
    if (impossible && request.action == "stop") {
        log::warning("{}; nothing was started there, so nothing is stopped", error.message);
        return ocf::Outcome::ok();
    }
    if (gone && request.action == "stop") {
        return ocf::Outcome::ok();
    }
    if (gone && request.probe) {
        return ocf::Outcome::of(ocf::ExitCode::not_running);
    }
    return ocf::Outcome::of(error);
}

/// The only entry of a table for an action that ends before it began.
ocf::ActionTable only(const ocf::Request& request, const ocf::Outcome& outcome) {
    return {{request.action, [outcome] { return outcome; }}};
}

ocf::ActionTable build(const ocf::Request& request, char* action) {
    const auto settings = vip::read_settings(request);
    if (!settings && request.action != "stop") {
        return only(request, ocf::Outcome::of(settings.error()));
    }
    const std::string& space = request.values.text("network_namespace");
    if (!space.empty() && (request.action != "validate-all" || request.check_level >= 10)) {
        if (const auto entered = network::enter_network_namespace(space); !entered) {
            return only(request, without_namespace(request, entered.error()));
        }
    }
    auto opened = network::open_network();
    if (!opened) {
        return only(request, ocf::Outcome::of(opened.error()));
    }
    const auto adapters = std::make_shared<Adapters>(request, action);
    adapters->network = std::move(*opened);
    const auto agent = std::make_shared<vip::VipAgent>(
        request, vip::Tools{*adapters->network, *adapters->segment, *adapters->guard,
                            adapters->record, adapters->clock});
    return {{"start", [agent, adapters] { return agent->start(); }},
            {"stop", [agent, adapters] { return agent->stop(); }},
            {"monitor", [agent, adapters] { return agent->monitor(); }},
            {"reload-agent", [agent, adapters] { return agent->reload(); }},
            {"validate-all", [agent, adapters] { return agent->validate(); }}};
}

} // namespace

int main(int argc, char** argv) {
    char* action = argc > 1 ? argv[1] : nullptr;
    return ocf::run(vip::description(), argc, argv,
                    [action](const ocf::Request& request) { return build(request, action); });
}
