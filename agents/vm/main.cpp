// ocf:twinsite:vm
#include "agents/vm/description.hpp"
#include "agents/vm/vm_agent.hpp"

#include <twinsite/hypervisor/libvirt.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

using namespace twinsite;

/// Everything one action needs, kept alive as long as its table of actions.
class Session {
public:
    Session(const ocf::Request& request, vm::Settings settings)
        : libvirt_(settings.hypervisor, clock_)
        , processes_(hypervisor::guest_processes_for(settings.hypervisor))
        , storage_(clock_)
        , agent_(request, std::move(settings),
                 {.hypervisor = libvirt_,
                  .migrator = libvirt_,
                  .guest_agent = libvirt_,
                  .maintenance = libvirt_,
                  .processes = *processes_,
                  .storage = storage_,
                  .commands = commands_,
                  .clock = clock_,
                  .note_folder = note_folder(request)}) {}

    vm::VmAgent& agent() { return agent_; }

private:
    static std::filesystem::path note_folder(const ocf::Request& request) {
        const auto folder = request.environment.find("HA_RSCTMP");
        return folder == request.environment.end() ? "/run/twinsite" : folder->second;
    }

    SystemClock clock_;
    hypervisor::Libvirt libvirt_;
    std::unique_ptr<hypervisor::GuestProcesses> processes_;
    hypervisor::SystemStorageProbe storage_;
    process::SystemCommandRunner commands_;
    vm::VmAgent agent_;
};

ocf::Outcome perform(const ocf::Request& request) {
    auto settings = vm::read_settings(request);
    if (!settings) {
        return ocf::Outcome::of(settings.error());
    }
    Session session(request, std::move(*settings));
    for (const auto& [name, act] : vm::action_table(session.agent())) {
        if (name == request.action) {
            return act();
        }
    }
    return ocf::Outcome::of(ocf::ExitCode::unimplemented);
}

} // namespace

int main(int argc, char** argv) {
    const int code = ocf::run(vm::description(), argc, argv, [](const ocf::Request& request) {
        return ocf::ActionTable{{request.action, [&request] { return perform(request); }}};
    });
    // A call that hangs in libvirt may be left behind on its thread: nothing is torn down under it.
    std::fflush(nullptr);
    std::_Exit(code);
}
