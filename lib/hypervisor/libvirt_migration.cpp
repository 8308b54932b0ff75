#include "lib/hypervisor/libvirt_migration.hpp"

#include "lib/hypervisor/outgoing_connections.hpp"
#include "lib/hypervisor/typed_parameters.hpp"

#include <twinsite/hypervisor/libvirt.hpp>

#include <fmt/format.h>

#include <string_view>

namespace twinsite::hypervisor {

namespace {

constexpr Milliseconds progress_interval{1000};
constexpr Milliseconds question_patience{2000};
constexpr Milliseconds resume_patience{5000};
constexpr Milliseconds peer_patience{30000}; // libvirt's own keepalive gives up after as long

void fill(TypedParameters& parameters, const MigrationRequest& request) {
    if (!request.migration_uri.empty()) {
        parameters.add(VIR_MIGRATE_PARAM_URI, request.migration_uri);
    }
    if (request.bandwidth_mib > 0) {
        parameters.add(VIR_MIGRATE_PARAM_BANDWIDTH,
                       static_cast<unsigned long long>(request.bandwidth_mib));
    }
    if (request.connections > 1) {
        parameters.add(VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS,
                       static_cast<int>(request.connections));
    }
    if (!request.compression.empty()) {
        parameters.add(VIR_MIGRATE_PARAM_COMPRESSION, request.compression);
    }
}

bool is_qemu(virConnectPtr connection) {
    const char* type = virConnectGetType(connection);
    return type != nullptr && std::string_view(type) == "QEMU";
}

Status transfer(virConnectPtr connection, const DomainIdentity& identity,
                const MigrationRequest& request) {
    const auto domain = look_up(connection, identity);
    if (!domain) {
        return fail(domain.error());
    }
    TypedParameters parameters;
    fill(parameters, request);
    if (virDomainMigrateToURI3(domain->get(), request.daemon_uri.c_str(), parameters.get(),
                               parameters.size(),
                               migration_flags(request, is_qemu(connection))) != 0) {
        return fail(last_error("migration"));
    }
    return {};
}

/// The target's daemon, asked early, so that the guest does not wait for the connection.
class Arrival {
public:
    Arrival(const DomainIdentity& identity, const MigrationRequest& request, Clock& clock)
        : connection_(request.daemon_uri, clock)
        , identity_(identity)
        , wanted_(request.arrive_paused) {
        if (wanted_) {
            static_cast<void>(connection_.start<void>([](virConnectPtr) { return Status{}; }));
        }
    }

    /// This host has let go of the guest. Whether it worked, migrate_from sees and mends.
    void resume() {
        if (!wanted_) {
            return;
        }
        const auto resumed = connection_.call<void>(
            Deadline::after(connection_.clock(), resume_patience),
            [identity = identity_](virConnectPtr open) {
                return look_up(open, identity).and_then([](const DomainHandle& domain) -> Status {
                    return virDomainResume(domain.get()) == 0 ? Status{}
                                                              : fail(last_error("resume"));
                });
            });
        static_cast<void>(resumed);
    }

private:
    LibvirtConnection connection_;
    DomainIdentity identity_;
    bool wanted_;
};

/// The guest's connection to its target must not outlive the target: while qemu writes the last
/// pages it holds its big lock (qemu, migration/migration.c, migration_completion), so nothing
/// reaches it, no abort either, and the guest stands still until the write fails. Of a peer that
/// vanished TCP learns after a quarter of an hour (tcp(7), tcp_retries2).
class PeerWatch {
public:
    PeerWatch(const std::string& uri, const DomainIdentity& identity,
              const MigrationRequest& request) {
        if (request.post_copy) { // a broken connection costs it more than the wait
            return;
        }
        const auto process = guest_processes_for(uri)->glance(identity);
        if (process) {
            connections_ = OutgoingConnections::from_now_on(process->pid);
        }
    }

    /// Ask often: what qemu has not connected yet has no limit yet.
    void look() {
        if (!connections_) {
            return;
        }
        const auto limited = connections_->break_when_silent(peer_patience);
        problem_ = limited ? "" : limited.error().message;
    }

    /// What to add to a report of a migration that does not end; "" when the limit is set.
    [[nodiscard]] std::string problem() const {
        const std::string& why = connections_ ? problem_ : connections_.error().message;
        return why.empty() ? "" : fmt::format("; its connection has no limit: {}", why);
    }

private:
    Result<OutgoingConnections> connections_ = fail(ErrorKind::not_found, "");
    std::string problem_;
};

/// What is asked and told while the transfer runs, over a connection of its own.
class Supervisor {
public:
    Supervisor(const std::string& uri, Clock& clock, const DomainIdentity& identity,
               const MigrationRequest& request)
        : connection_(uri, clock)
        , identity_(identity)
        , request_(request) {}

    void look(const Migrator::OnProgress& tell) {
        const auto progress = connection_.call<MigrationProgress>(
            Deadline::after(connection_.clock(), question_patience),
            [identity = identity_](virConnectPtr open) { return ask(open, identity); });
        if (!progress) {
            return;
        }
        tell(*progress);
        allow_downtime();
        if (request_.post_copy && !post_copy_ && progress->iteration > 1) {
            post_copy_ = start_post_copy();
        }
    }

    [[nodiscard]] bool in_post_copy() const { return post_copy_; }

    void abort() {
        const auto aborted = on_domain(virDomainAbortJob);
        static_cast<void>(aborted); // the transfer's own end says whether it worked
    }

private:
    static Result<MigrationProgress> ask(virConnectPtr open, const DomainIdentity& identity) {
        const auto domain = look_up(open, identity);
        if (!domain) {
            return fail(domain.error());
        }
        int type = VIR_DOMAIN_JOB_NONE;
        TypedParameters statistics;
        if (virDomainGetJobStats(domain->get(), &type, statistics.out(), statistics.count(), 0) !=
            0) {
            return fail(last_error("progress"));
        }
        if (type == VIR_DOMAIN_JOB_NONE) {
            return fail(ErrorKind::not_found, "no migration is under way yet");
        }
        return MigrationProgress{.total_bytes = statistics.number(VIR_DOMAIN_JOB_MEMORY_TOTAL),
                                 .remaining_bytes =
                                     statistics.number(VIR_DOMAIN_JOB_MEMORY_REMAINING),
                                 .iteration = statistics.number(VIR_DOMAIN_JOB_MEMORY_ITERATION)};
    }

    Status on_domain(const std::function<int(virDomainPtr)>& function) {
        return connection_.call<void>(
            Deadline::after(connection_.clock(), question_patience),
            [identity = identity_, function](virConnectPtr open) -> Status {
                const auto domain = look_up(open, identity);
                if (!domain) {
                    return fail(domain.error());
                }
                if (function(domain->get()) < 0) {
                    return fail(last_error("migration"));
                }
                return {};
            });
    }

    /// qemu takes it only while a migration runs.
    void allow_downtime() {
        if (request_.downtime_ms == 0 || downtime_set_) {
            return;
        }
        downtime_set_ = on_domain([milliseconds = request_.downtime_ms](virDomainPtr domain) {
                            return virDomainMigrateSetMaxDowntime(domain, milliseconds, 0);
                        }).has_value();
    }

    bool start_post_copy() {
        return on_domain(
                   [](virDomainPtr domain) { return virDomainMigrateStartPostCopy(domain, 0); })
            .has_value();
    }

    LibvirtConnection connection_;
    DomainIdentity identity_;
    MigrationRequest request_;
    bool downtime_set_ = false;
    bool post_copy_ = false;
};

} // namespace

unsigned migration_flags(const MigrationRequest& request, bool qemu) {
    // The daemons talk to each other, so the death of this process leaves no half migration. A
    // definition an administrator made stays where it is: nothing is undefined or persisted.
    unsigned flags = VIR_MIGRATE_LIVE | VIR_MIGRATE_PEER2PEER;
    const auto add = [&flags](bool wanted, unsigned flag) { flags |= wanted ? flag : 0U; };
    add(qemu, VIR_MIGRATE_ABORT_ON_ERROR); // libxl refuses the flag
    add(request.auto_converge, VIR_MIGRATE_AUTO_CONVERGE);
    add(request.post_copy, VIR_MIGRATE_POSTCOPY);
    add(request.arrive_paused, VIR_MIGRATE_PAUSED);
    add(request.tls, VIR_MIGRATE_TLS);
    add(request.connections > 1, VIR_MIGRATE_PARALLEL);
    add(!request.compression.empty(), VIR_MIGRATE_COMPRESSED);
    return flags;
}

Status migrate(LibvirtConnection& connection, const DomainIdentity& identity,
               const MigrationRequest& request, const Migrator::OnProgress& progress,
               const Deadline& deadline) {
    Clock& clock = connection.clock();
    Arrival arrival(identity, request, clock);
    PeerWatch peer(connection.uri(), identity, request);
    auto running = connection.start<void>(
        [identity, request](virConnectPtr open) { return transfer(open, identity, request); });
    Supervisor supervisor(connection.uri(), clock, identity, request);
    while (!deadline.passed(clock)) {
        if (auto ended = running.wait(clock, deadline.within(clock, progress_interval)); ended) {
            if (*ended) {
                arrival.resume();
            }
            return std::move(*ended);
        }
        peer.look();
        supervisor.look(progress);
    }
    if (!supervisor.in_post_copy()) {
        supervisor.abort();
    }
    if (auto ended = running.wait(clock, Deadline::after(clock, abort_patience)); ended) {
        if (*ended) {
            arrival.resume();
            return {};
        }
        return fail(ErrorKind::timeout, "the migration was aborted at its deadline");
    }
    return fail(ErrorKind::timeout,
                "the migration did not end at its deadline, aborted or not" + peer.problem());
}

} // namespace twinsite::hypervisor
