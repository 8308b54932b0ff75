#include "agents/vip/description.hpp"
#include "agents/vip/vip_agent.hpp"

#include <memory>

namespace {

using namespace twinsite;

/// HA_RSCTMP is where agents keep what must not survive a reboot.
std::filesystem::path state_directory(const ocf::Request& request) {
    const auto given = request.environment.find("HA_RSCTMP");
    return given == request.environment.end() || given->second.empty() ? "/run/resource-agents"
                                                                       : given->second;
}

/// The adapters live as long as the process: every action runs once.
struct Adapters {
    SystemClock clock;
    std::unique_ptr<network::Network> network;
    std::unique_ptr<network::Segment> segment;
};

ocf::Outcome without_namespace(const ocf::Request& request, const Error& error) {
    const bool gone = error.kind == ErrorKind::not_found;
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

ocf::ActionTable build(const ocf::Request& request) {
    static Adapters adapters;
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
    adapters.network = std::move(*opened);
    adapters.segment = network::open_segment(adapters.clock);
    const auto agent = std::make_shared<vip::VipAgent>(
        request, *adapters.network, *adapters.segment,
        vip::RecordFile(state_directory(request), request.instance), adapters.clock);
    return {{"start", [agent] { return agent->start(); }},
            {"stop", [agent] { return agent->stop(); }},
            {"monitor", [agent] { return agent->monitor(); }},
            {"validate-all", [agent] { return agent->validate(); }}};
}

} // namespace

int main(int argc, char** argv) {
    return ocf::run(vip::description(), argc, argv, build);
}
