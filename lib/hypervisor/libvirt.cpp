#include "lib/hypervisor/libvirt_implementation.hpp"
#include "lib/hypervisor/libvirt_migration.hpp"
#include "lib/hypervisor/libvirt_state.hpp"
#include "lib/hypervisor/resource_mark.hpp"

#include <twinsite/hypervisor/libvirt.hpp>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <span>

namespace twinsite::hypervisor {

namespace {

constexpr Milliseconds job_patience{1000};

std::string uuid_of(virDomainPtr domain) {
    std::array<char, VIR_UUID_STRING_BUFLEN> text{};
    return virDomainGetUUIDString(domain, text.data()) == 0 ? std::string(text.data()) : "";
}

/// Our element in the live domain, as libvirt prints it; "" when there is none. A driver without
/// metadata cannot have been given one.
Result<std::string> mark_in(virDomainPtr domain) {
    const CText text(virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, mark_namespace,
                                          VIR_DOMAIN_AFFECT_LIVE));
    if (text) {
        return text.get();
    }
    const int code = last_error_code();
    if (code == VIR_ERR_NO_DOMAIN_METADATA || code == VIR_ERR_NO_SUPPORT) {
        return "";
    }
    return fail(last_error("mark of the domain"));
}

/// Paused, and not by something that a migration under way explains.
bool may_have_just_arrived(const DomainView& view) {
    return view.pause == PauseReason::user || view.pause == PauseReason::other;
}

/// Paused by what the daemon does with it at the moment.
bool job_explains(PauseReason pause) {
    return pause == PauseReason::migration || pause == PauseReason::post_copy ||
           pause == PauseReason::saving;
}

Memory memory_of(int running_reason) {
    switch (running_reason) {
    case VIR_DOMAIN_RUNNING_POSTCOPY:
        return Memory::arriving;
    case VIR_DOMAIN_RUNNING_POSTCOPY_FAILED:
        return Memory::lost;
    default:
        return Memory::here;
    }
}

Result<DomainView> view_of(virDomainPtr domain) {
    DomainView view{.identity = {.name = virDomainGetName(domain), .uuid = uuid_of(domain)}};
    int state = VIR_DOMAIN_NOSTATE;
    int reason = 0;
    if (virDomainGetState(domain, &state, &reason, 0) != 0) {
        return fail(last_error("state of domain " + view.identity.name));
    }
    view.state = state_of(state);
    if (view.state == DomainState::paused) {
        view.pause = pause_reason_of(reason);
    }
    if (may_have_just_arrived(view)) {
        const auto mark = mark_in(domain);
        if (!mark) {
            return fail(mark.error()); // who does not know must not say that an admin paused it
        }
        view.unconfirmed = mark_read(*mark) == Mark::in_migration;
        view.unstarted = mark_read(*mark) == Mark::in_start;
    }
    if (view.state == DomainState::running) {
        view.memory = memory_of(reason);
    }
    if (view.state == DomainState::shut_off) {
        view.detail = shut_off_detail(reason);
    }
    return view;
}

using Found = Result<std::optional<DomainView>>;

Found found_or_none(const Result<DomainView>& view) {
    if (view) {
        return *view;
    }
    if (view.error().kind == ErrorKind::not_found) {
        return std::nullopt;
    }
    return fail(view.error());
}

/// Whether the domain carries the mark NAME. One that ended meanwhile carries none.
Result<bool> carries(virDomainPtr domain, const std::string& name) {
    const auto found = mark_in(domain);
    if (!found) {
        if (found.error().kind == ErrorKind::not_found || virDomainIsActive(domain) == 0) {
            return false;
        }
        return fail(found.error());
    }
    // libvirt prints with the quotes of its choice.
    return found->find("\"" + name + "\"") != std::string::npos ||
           found->find("'" + name + "'") != std::string::npos;
}

unsigned flag_of(ShutdownMode mode) {
    switch (mode) {
    case ShutdownMode::agent:
        return VIR_DOMAIN_SHUTDOWN_GUEST_AGENT;
    case ShutdownMode::acpi:
        return VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN;
    case ShutdownMode::initctl:
        return VIR_DOMAIN_SHUTDOWN_INITCTL;
    case ShutdownMode::signal:
        return VIR_DOMAIN_SHUTDOWN_SIGNAL;
    case ShutdownMode::paravirt:
        return VIR_DOMAIN_SHUTDOWN_PARAVIRT;
    case ShutdownMode::automatic:
        break;
    }
    return VIR_DOMAIN_SHUTDOWN_DEFAULT;
}

class DomainList {
public:
    explicit DomainList(virConnectPtr connection, unsigned flags)
        : count_(virConnectListAllDomains(connection, &domains_, flags)) {}
    DomainList(const DomainList&) = delete;
    DomainList& operator=(const DomainList&) = delete;
    DomainList(DomainList&&) = delete;
    DomainList& operator=(DomainList&&) = delete;
    ~DomainList() {
        for (int i = 0; i < count_; ++i) {
            virDomainFree(domains_[i]);
        }
        free_memory(domains_);
    }
    [[nodiscard]] bool valid() const { return count_ >= 0; }
    [[nodiscard]] std::span<virDomainPtr> domains() const {
        return {domains_, static_cast<std::size_t>(count_ < 0 ? 0 : count_)};
    }

private:
    virDomainPtr* domains_ = nullptr;
    int count_;
};

/// SCHEME[+TRANSPORT]:[//[USER@]HOST[:PORT]]/PATH, of this host also when mistyped elsewhere.
bool is_local_qemu(std::string_view uri) {
    if (uri.substr(0, uri.find_first_of("+:")) != "qemu") {
        return false;
    }
    const auto begin = uri.find("://");
    if (begin == std::string_view::npos) {
        return true;
    }
    std::string_view host = uri.substr(begin + 3);
    host = host.substr(0, host.find_first_of("/?"));
    host = host.substr(host.find('@') == std::string_view::npos ? 0 : host.find('@') + 1);
    const bool address = host.starts_with('[');
    host = host.substr(0, address ? host.find(']') + 1 : host.find(':'));
    return host.empty() || host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

} // namespace

Libvirt::Libvirt(std::string uri, Clock& clock)
    : implementation_(std::make_unique<Implementation>(std::move(uri), clock)) {}

Libvirt::~Libvirt() = default;

Found Libvirt::find(const DomainIdentity& identity, const Deadline& deadline) {
    LibvirtConnection& connection = implementation_->connection;
    auto found = connection.call<std::optional<DomainView>>(
        deadline, [identity](virConnectPtr open) -> Found {
            return found_or_none(look_up(open, identity).and_then([](const DomainHandle& domain) {
                return view_of(domain.get());
            }));
        });
    if (found && *found && job_explains((*found)->pause)) {
        // The receiving end of a migration can keep whoever asks waiting until it has ended.
        (*found)->job =
            job(identity, deadline.within(connection.clock(), job_patience)).value_or(Job::silent);
    }
    return found;
}

Found Libvirt::find_marked(std::string_view resource, const Deadline& deadline) {
    return implementation_->connection.call<std::optional<DomainView>>(
        deadline, [name = mark_name(resource)](virConnectPtr open) -> Found {
            const DomainList list(open, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
            if (!list.valid()) {
                return fail(last_error("list of the active domains"));
            }
            Status all_readable;
            for (virDomainPtr domain : list.domains()) {
                const auto carried = carries(domain, name);
                if (carried && *carried) {
                    return found_or_none(view_of(domain));
                }
                if (!carried) {
                    all_readable = fail(carried.error());
                }
            }
            // A mark that cannot be read may be the one.
            return all_readable ? Found(std::nullopt) : fail(all_readable.error());
        });
}

Status Libvirt::mark(const DomainIdentity& identity, std::string_view resource, Mark mark,
                     const Deadline& deadline) {
    return implementation_->act(identity, deadline, "mark of domain " + identity.name,
                                [text = mark_text(resource, mark)](virDomainPtr domain) {
                                    return virDomainSetMetadata(
                                        domain, VIR_DOMAIN_METADATA_ELEMENT, text.c_str(),
                                        "twinsite", mark_namespace, VIR_DOMAIN_AFFECT_LIVE);
                                });
}

Status Libvirt::create(const std::string& xml, std::string_view resource,
                       const Deadline& deadline) {
    return implementation_->connection.call<void>(
        deadline, [xml = with_mark(xml, resource, Mark::in_start)](virConnectPtr open) -> Status {
            DomainHandle domain(virDomainCreateXML(open, xml.c_str(), VIR_DOMAIN_START_PAUSED));
            if (!domain && refuses_flags()) {
                domain.reset(virDomainCreateXML(open, xml.c_str(), 0));
            }
            if (!domain) {
                return fail(last_error("libvirt does not start it"));
            }
            return {};
        });
}

Status Libvirt::resume(const DomainIdentity& identity, const Deadline& deadline) {
    return implementation_->act(identity, deadline, "resume", virDomainResume);
}

Status Libvirt::wake_up(const DomainIdentity& identity, const Deadline& deadline) {
    return implementation_->act(identity, deadline, "wake-up",
                                [](virDomainPtr domain) { return virDomainPMWakeup(domain, 0); });
}

Status Libvirt::request_shutdown(const DomainIdentity& identity, ShutdownMode mode,
                                 const Deadline& deadline) {
    return implementation_->act(identity, deadline,
                                fmt::format("shutdown request by {}", to_string(mode)),
                                [flag = flag_of(mode)](virDomainPtr domain) {
                                    return virDomainShutdownFlags(domain, flag);
                                });
}

Status Libvirt::destroy(const DomainIdentity& identity, DestroyMode mode,
                        const Deadline& deadline) {
    const unsigned flag =
        mode == DestroyMode::gently ? VIR_DOMAIN_DESTROY_GRACEFUL : VIR_DOMAIN_DESTROY_DEFAULT;
    auto destroyed =
        implementation_->act(identity, deadline, "destroy", [flag](virDomainPtr domain) {
            return virDomainDestroyFlags(domain, flag);
        });
    if (!destroyed && destroyed.error().kind == ErrorKind::not_found) {
        return {};
    }
    return destroyed;
}

Status Libvirt::abort_job(const DomainIdentity& identity, const Deadline& deadline) {
    return implementation_->act(identity, deadline, "abort", virDomainAbortJob);
}

Result<Job> Libvirt::job(const DomainIdentity& identity, const Deadline& deadline) {
    return implementation_->connection.call<Job>(
        deadline, [identity](virConnectPtr open) -> Result<Job> {
            return look_up(open, identity).and_then([](const DomainHandle& domain) {
                return job_of(domain.get());
            });
        });
}

Result<HostResources> Libvirt::resources(const Deadline& deadline) {
    return implementation_->connection.call<HostResources>(deadline, resources_of);
}

Result<TargetView> Libvirt::inspect_target(const std::string& daemon_uri,
                                           const Definition& definition, const Deadline& deadline) {
    return hypervisor::inspect_target(implementation_->connection.clock(), daemon_uri, definition,
                                      deadline);
}

Status Libvirt::migrate(const DomainIdentity& identity, const MigrationRequest& request,
                        const OnProgress& progress, const Deadline& deadline) {
    return hypervisor::migrate(implementation_->connection, identity, request, progress, deadline);
}

std::unique_ptr<GuestProcesses> guest_processes_for(std::string_view uri) {
    if (!is_local_qemu(uri)) {
        return std::make_unique<NoGuestProcesses>();
    }
    // Whichever daemon of this host: its guests are among the same processes. Only where their pid
    // files lie differs, and these are no more than the short way.
    if (uri.substr(0, uri.find('?')).ends_with("/session")) {
        const char* runtime = std::getenv("XDG_RUNTIME_DIR");
        return std::make_unique<QemuProcesses>(
            std::filesystem::path(runtime == nullptr ? "/run/user/0" : runtime) /
            "libvirt/qemu/run");
    }
    return std::make_unique<QemuProcesses>();
}

} // namespace twinsite::hypervisor
