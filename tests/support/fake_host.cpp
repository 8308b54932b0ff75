#include "tests/support/fake_host.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::testing {

using namespace hypervisor;

void FakeHost::later(Milliseconds after, std::function<void()> event) {
    events_.emplace_back(clock_.now() + after, std::move(event));
}

void FakeHost::run_guest(const DomainIdentity& identity) {
    identity_ = identity;
    domain = DomainView{.identity = identity, .state = DomainState::running};
    process = true;
}

void FakeHost::pause_guest(PauseReason reason, Job job) {
    domain->state = DomainState::paused;
    domain->pause = reason;
    domain->job = job;
}

void FakeHost::end_guest() {
    domain.reset();
    process = false;
}

bool FakeHost::did(const std::string& what) const {
    return std::find(done.begin(), done.end(), what) != done.end();
}

bool FakeHost::is(const DomainIdentity& identity) const {
    if (identity_.name.empty()) {
        return true; // a test that does not care
    }
    return identity.uuid.empty() ? identity.name == identity_.name
                                 : identity.uuid == identity_.uuid;
}

void FakeHost::let_happen() {
    auto events = std::exchange(events_, {});
    for (auto& [at, event] : events) {
        if (at <= clock_.now()) {
            event();
        } else {
            events_.emplace_back(at, std::move(event));
        }
    }
}

Status FakeHost::ask(const Deadline& deadline, std::string what) {
    let_happen();
    if (!what.empty()) {
        daemon = what == freezes_at ? Daemon::hangs : daemon;
        done.push_back(std::move(what));
    }
    switch (daemon) {
    case Daemon::answers:
        if (answers_after <= deadline.left(clock_)) {
            clock_.pause(answers_after);
            return {};
        }
        [[fallthrough]];
    case Daemon::hangs:
        clock_.pause(deadline.left(clock_));
        return fail(ErrorKind::timeout, "libvirt did not answer in time");
    case Daemon::down:
        return fail(ErrorKind::unreachable, "libvirt: Failed to connect socket");
    case Daemon::no_driver:
        return fail(ErrorKind::not_installed, "libvirt: no connection driver available");
    }
    return {};
}

Result<std::optional<DomainView>> FakeHost::find(const DomainIdentity& identity,
                                                 const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return is(identity) ? domain : std::nullopt;
}

Result<std::optional<DomainView>> FakeHost::find_marked(std::string_view resource,
                                                        const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return marked_as == resource ? domain : std::nullopt;
}

Status FakeHost::mark(const DomainIdentity&, std::string_view resource, Mark mark,
                      const Deadline& deadline) {
    if (mark_fails) {
        return fail(*mark_fails);
    }
    return ask(deadline, "").map([&] {
        marked_as = resource;
        mark_of = mark;
    });
}

void FakeHost::thaw() {
    daemon = Daemon::answers;
    freezes_at.clear();
    for (const auto& effect : std::exchange(queued_, {})) {
        effect();
    }
}

void FakeHost::bring(const DomainIdentity& identity) {
    run_guest(identity);
    if (holds_back) {
        pause_guest(PauseReason::user);
        domain->unstarted = true;
    }
}

Status FakeHost::ask_for(const Deadline& deadline, std::string what, std::function<void()> effect) {
    auto asked = ask(deadline, std::move(what));
    if (asked && create_fails) {
        return fail(*create_fails);
    }
    if (asked) {
        effect();
    } else if (daemon == Daemon::hangs) {
        queued_.push_back(std::move(effect));
    }
    return asked;
}

Status FakeHost::create(const std::string& xml, std::string_view, const Deadline& deadline) {
    const auto identity = parse_definition(xml).value().identity;
    if (auto created = ask_for(deadline, "create", [this, identity] { bring(identity); });
        !created) {
        return created;
    }
    if (create_hangs) {
        clock_.pause(deadline.left(clock_));
        return fail(ErrorKind::timeout, "libvirt did not answer in time");
    }
    return {};
}

Status FakeHost::resume(const DomainIdentity&, const Deadline& deadline) {
    if (auto asked = ask(deadline, "resume"); !asked) {
        return asked;
    }
    if (resume_fails) {
        return fail(*resume_fails);
    }
    if (!domain) {
        return fail(ErrorKind::not_found, "no domain with matching name");
    }
    if (domain->state == DomainState::running) {
        return fail(ErrorKind::conflict, "domain is already running");
    }
    if (disks_answer) {
        domain->state = DomainState::running;
        domain->pause = PauseReason::none;
        domain->unconfirmed = false;
        domain->unstarted = false;
    }
    return {};
}

Status FakeHost::wake_up(const DomainIdentity&, const Deadline& deadline) {
    return ask(deadline, "wake up").map([&] { domain->state = DomainState::running; });
}

Status FakeHost::request_shutdown(const DomainIdentity&, ShutdownMode mode,
                                  const Deadline& deadline) {
    if (auto asked = ask(deadline, fmt::format("ask by {}", to_string(mode))); !asked) {
        return asked;
    }
    if (std::find(cannot_be_asked.begin(), cannot_be_asked.end(), mode) != cannot_be_asked.end()) {
        return fail(ErrorKind::conflict, "QEMU guest agent is not configured");
    }
    if (const auto obeyed = obeys.find(mode); obeyed != obeys.end()) {
        later(obeyed->second, [this] { end_guest(); });
    }
    return {};
}

Status FakeHost::destroy(const DomainIdentity&, DestroyMode mode, const Deadline& deadline) {
    const bool gently = mode == DestroyMode::gently;
    if (auto asked = ask(deadline, gently ? "destroy gently" : "destroy firmly"); !asked) {
        return asked;
    }
    if (survives_destroy) {
        clock_.pause(std::min(Milliseconds(15000), deadline.left(clock_)));
        return fail(ErrorKind::internal, "Failed to terminate process 42: Device or resource busy");
    }
    end_guest();
    return {};
}

Status FakeHost::abort_job(const DomainIdentity&, const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return asked;
    }
    if (!domain || domain->job == Job::none) {
        return fail(ErrorKind::conflict, "no job is active on the domain");
    }
    done.emplace_back("abort job");
    domain->job = Job::none;
    domain->state = DomainState::running;
    return {};
}

Result<Job> FakeHost::job(const DomainIdentity&, const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return domain ? domain->job : Job::none;
}

Result<HostResources> FakeHost::resources(const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return HostResources{free_memory_kib};
}

Result<TargetView> FakeHost::inspect_target(const std::string&, const Definition&,
                                            const Deadline&) {
    return target;
}

Status FakeHost::migrate(const DomainIdentity&, const MigrationRequest& request,
                         const OnProgress& progress, const Deadline& deadline) {
    if (auto asked = ask(deadline, "migrate"); !asked) {
        return asked;
    }
    migration = request;
    progress({.total_bytes = 2, .remaining_bytes = 1, .iteration = 1});
    if (during_migration) {
        during_migration();
    }
    if (migration_fails) {
        return fail(*migration_fails);
    }
    end_guest();
    return {};
}

Status FakeHost::ping(const DomainIdentity&, const Deadline& deadline) {
    return ask(deadline, "ping").and_then([&] { return agent_answers; });
}

Result<int> FakeHost::run(const DomainIdentity&, const std::vector<std::string>& argv,
                          const Deadline& deadline) {
    if (auto asked = ask(deadline, "in guest: " + argv.front()); !asked) {
        return fail(asked.error());
    }
    return in_guest;
}

Status FakeHost::save(const DomainIdentity&, const std::filesystem::path& file,
                      const Deadline& deadline) {
    return ask(deadline, "save").map([&] {
        static_cast<void>(file);
        end_guest();
    });
}

Status FakeHost::restore(const std::filesystem::path& file, const Deadline& deadline) {
    return ask_for(deadline, "restore " + file.filename().string(), [this] {
        bring(identity_);
        pause_guest(PauseReason::migration); // as qemu's driver leaves it
        domain->unstarted = false;
    });
}

Status FakeHost::revert(const DomainIdentity& identity, const std::string& snapshot,
                        const Deadline& deadline) {
    return ask_for(deadline, "revert to " + snapshot, [this, identity] {
        bring(identity);
        pause_guest(PauseReason::saving); // as qemu's driver leaves it
        domain->unstarted = false;
    });
}

Status FakeHost::activate_network(const std::string& name, const Deadline& deadline) {
    return ask(deadline, "network " + name);
}

Status FakeHost::activate_pool(const std::string& name, const Deadline& deadline) {
    return ask(deadline, "pool " + name);
}

Result<std::string> FakeHost::configuration(const DomainIdentity& identity,
                                            const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    if (persistent) {
        return fail(ErrorKind::conflict, "domain rot has a definition of libvirt's own");
    }
    return fmt::format("<domain type='qemu'><name>{}</name><vcpu>7</vcpu></domain>", identity.name);
}

Result<std::string> FakeHost::live_description(const DomainIdentity&, const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return live_xml;
}

Result<bool> FakeHost::autostarts(const DomainIdentity&, const Deadline& deadline) {
    if (auto asked = ask(deadline, ""); !asked) {
        return fail(asked.error());
    }
    return autostart;
}

Result<bool> FakeHost::any() {
    let_happen();
    return has_processes ? Result<bool>(process) : fail(ErrorKind::not_installed, "no processes");
}

std::optional<DomainIdentity> FakeHost::find_marked(std::string_view) {
    return in_status_files;
}

Result<std::optional<GuestProcess>> FakeHost::find(const DomainIdentity& identity) {
    let_happen();
    if (!has_processes) {
        return fail(ErrorKind::not_installed, "no processes");
    }
    return process && is(identity) ? std::optional(GuestProcess{42, process_state}) : std::nullopt;
}

std::optional<GuestProcess> FakeHost::glance(const DomainIdentity& identity) {
    return pid_file ? find(identity).value_or(std::nullopt) : std::nullopt;
}

Status FakeHost::signal(const DomainIdentity&, KillMode mode) {
    if (!has_processes) {
        return fail(ErrorKind::not_installed, "no processes");
    }
    const bool kill = mode == KillMode::kill;
    done.emplace_back(kill ? "SIGKILL" : "SIGTERM");
    if (kill ? !survives_sigkill : !survives_sigterm) {
        end_guest();
    }
    return {};
}

Status FakeHost::probe(const Definition&, const Disk&, const Deadline& deadline) {
    let_happen();
    if (disks_answer) {
        const bool in_time = probe_takes <= deadline.left(clock_);
        clock_.pause(std::min(probe_takes, deadline.left(clock_)));
        return in_time ? Status() : fail(ErrorKind::timeout, "198.51.100.101:3260: no answer");
    }
    clock_.pause(std::min(Milliseconds(1000), deadline.left(clock_)));
    return fail(ErrorKind::unreachable, "198.51.100.101:3260: Connection refused");
}

Result<process::Output> FakeHost::run(const process::Command& command, const Deadline&) {
    done.push_back("run " + command.text());
    return command_output;
}

} // namespace twinsite::testing
