#include "agents/iscsi-target/agent.hpp"
#include "agents/iscsi-target/description.hpp"
#include "agents/iscsi-target/worker.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/target/lio.hpp>
#include <twinsite/target/tgt.hpp>

namespace {

using namespace twinsite;
using iscsi_target::Agent;
using iscsi_target::WorkFiles;

constexpr const char* run_directory = "/run/twinsite/iscsi-target";

/// Everything one request needs. It lives until the process ends.
struct Parts {
    explicit Parts(const ocf::Request& asked)
        : request(asked)
        , support(runner, request.deadline)
        , tree(std::filesystem::path(target::lio_root))
        , lio(tree, inspector, support, clock, request.deadline)
        , daemon(std::filesystem::path(target::tgt_socket), request.deadline)
        , tgt(daemon, inspector, clock, request.deadline,
              {request.values.text("tgt_bstype"), request.values.text("tgt_bsoflags")},
              run_directory)
        , network(runner, request.deadline, TWINSITE_LOGIN_CHECK) {}

    ocf::Request request;
    SystemClock clock;
    process::SystemCommandRunner runner;
    target::SystemLioSupport support;
    target::SystemConfigTree tree;
    target::SystemBackingInspector inspector;
    target::Lio lio;
    target::TgtSocket daemon;
    target::Tgt tgt;
    iscsi_target::LoginCheck network;
    iscsi_target::LocalBackingWatch backing{run_directory};
};

target::Engine& engine(Parts& parts) {
    const std::string& asked = parts.request.values.text("implementation");
    const bool lio = asked.empty() ? target::kernel_offers_lio() : asked == "lio";
    if (asked.empty()) {
        log::debug("implementation is not set: {}",
                   lio ? "lio, because this kernel has it" : "tgt, because this kernel has no LIO");
    }
    return lio ? static_cast<target::Engine&>(parts.lio) : parts.tgt;
}

/// Run ACTION here: it changes nothing.
ocf::Outcome look(Parts& parts, ocf::Outcome (Agent::*action)()) {
    Agent agent(parts.request, engine(parts), parts.network, parts.backing,
                [](const std::string&) {});
    return (agent.*action)();
}

/// Run ACTION in a second process, under the target's lock.
ocf::Outcome change(Parts& parts, ocf::Outcome (Agent::*action)()) {
    const auto files = WorkFiles::open(run_directory, parts.request.values.text("iqn"));
    if (!files) {
        return ocf::Outcome::of(files.error());
    }
    if (!iscsi_target::is_worker(parts.request)) {
        return iscsi_target::run_worker(parts.request, parts.runner, *files);
    }
    const auto lock = files->lock(parts.clock, parts.request.deadline);
    if (!lock) {
        return ocf::Outcome::of(lock.error());
    }
    Agent agent(parts.request, engine(parts), parts.network, parts.backing,
                [&](const std::string& step) { files->note(step); });
    ocf::Outcome outcome = (agent.*action)();
    files->forget_step();
    return outcome;
}

ocf::Outcome stop(Parts& parts) {
    if (!target::check_iscsi_name(parts.request.values.text("iqn"))) {
        return look(parts, &Agent::stop); // it only says so, and no file can have that name
    }
    // The usual case after a reboot: what does not run exports nothing.
    const bool lio = &engine(parts) == &parts.lio;
    if (lio && parts.support.state() == target::LioState::absent) {
        return ocf::Outcome::ok();
    }
    if (const auto runs = parts.daemon.runs(); !lio && runs && !*runs) {
        return ocf::Outcome::ok();
    }
    return change(parts, &Agent::stop);
}

ocf::ActionTable make_agent(const ocf::Request& request) {
    const auto parts = std::make_shared<Parts>(request);
    return {{"start", [parts] { return change(*parts, &Agent::start); }},
            {"stop", [parts] { return stop(*parts); }},
            {"monitor", [parts] { return look(*parts, &Agent::monitor); }},
            {"validate-all", [parts] { return look(*parts, &Agent::validate); }}};
}

} // namespace

int main(int argc, char** argv) {
    return twinsite::ocf::run(twinsite::iscsi_target::description(), argc, argv, make_agent);
}
