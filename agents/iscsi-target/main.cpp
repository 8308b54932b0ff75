#include "agents/iscsi-target/agent.hpp"
#include "agents/iscsi-target/description.hpp"
#include "agents/iscsi-target/engine_choice.hpp"
#include "agents/iscsi-target/worker.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/target/lio.hpp>
#include <twinsite/target/tgt.hpp>

namespace {

using namespace twinsite;
using iscsi_target::Agent;
using iscsi_target::WorkFiles;

constexpr const char* run_directory = "/run/twinsite/iscsi-target";

/// Where `implementation` is not set. Only a start has to know: the kernel's list of modules is
/// long.
bool prefers_lio(const ocf::Request& request) {
    return request.action != "start" || request.values.is_set("implementation") ||
           target::kernel_offers_lio();
}

ocf::Request with_deadline(ocf::Request request, const Clock& clock) {
    request.deadline = iscsi_target::own_deadline(request, clock);
    return request;
}

/// Everything one request needs. It lives until the process ends.
struct Parts {
    explicit Parts(const ocf::Request& asked)
        : request(with_deadline(asked, clock))
        , support(runner, request.deadline)
        , tree(std::filesystem::path(target::lio_root))
        , lio(tree, inspector, support, clock, request.deadline)
        , daemon(std::filesystem::path(target::tgt_socket), request.deadline)
        , tgt(daemon, inspector, clock, request.deadline,
              {request.values.text("tgt_bstype"), request.values.text("tgt_bsoflags")},
              run_directory)
        , either(prefers_lio(request) ? static_cast<target::Engine&>(lio) : tgt,
                 prefers_lio(request) ? static_cast<target::Engine&>(tgt) : lio,
                 {run_directory, request.values.text("iqn")})
        , network(runner, request.deadline, TWINSITE_LOGIN_CHECK) {}

    SystemClock clock;
    ocf::Request request;
    process::SystemCommandRunner runner;
    target::SystemLioSupport support;
    target::SystemConfigTree tree;
    target::SystemBackingInspector inspector;
    target::Lio lio;
    target::TgtSocket daemon;
    target::Tgt tgt;
    iscsi_target::EitherEngine either;
    iscsi_target::LoginCheck network;
    iscsi_target::SystemLocalAddresses addresses;
    iscsi_target::LocalBackingWatch backing{run_directory};
};

/// Whether ENGINE runs on this node; what does not run exports nothing. What cannot be told counts
/// as running.
bool runs(Parts& parts, const target::Engine& engine) {
    if (&engine == &parts.lio) {
        return parts.support.state() != target::LioState::absent;
    }
    return parts.daemon.runs().value_or(true);
}

target::Engine& engine(Parts& parts) {
    const std::string& asked = parts.request.values.text("implementation");
    if (!asked.empty()) {
        return asked == "lio" ? static_cast<target::Engine&>(parts.lio) : parts.tgt;
    }
    return parts.either;
}

/// Run ACTION here: it changes nothing.
ocf::Outcome look(Parts& parts, ocf::Outcome (Agent::*action)()) {
    Agent agent(parts.request, engine(parts), parts.network, parts.addresses, parts.backing,
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
        return iscsi_target::run_worker(parts.request, parts.clock, parts.runner, *files);
    }
    const auto lock = files->lock(parts.clock, parts.request.deadline);
    if (!lock) {
        return ocf::Outcome::of(lock.error());
    }
    Agent agent(parts.request, engine(parts), parts.network, parts.addresses, parts.backing,
                [&](const std::string& step) { files->note(step); });
    const bool explicitly = parts.request.values.is_set("implementation");
    const iscsi_target::EngineNote note(run_directory, parts.request.values.text("iqn"));
    if (explicitly && parts.request.action == "start") {
        static_cast<void>(note.write(engine(parts).name())); // for when the parameter is taken away
    }
    ocf::Outcome outcome = (agent.*action)();
    files->forget_step();
    if (explicitly && parts.request.action == "stop" && outcome.code == ocf::ExitCode::success) {
        note.forget();
    }
    return outcome;
}

ocf::Outcome stop(Parts& parts) {
    if (!target::check_iscsi_name(parts.request.values.text("iqn"))) {
        return look(parts, &Agent::stop); // it only says so, and no file can have that name
    }
    // The usual case after a reboot.
    const target::Engine& asked = engine(parts);
    const bool any = &asked == &parts.either ? runs(parts, parts.lio) || runs(parts, parts.tgt)
                                             : runs(parts, asked);
    if (!any) {
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
