#include "lib/hypervisor/bounded.hpp"
#include "lib/hypervisor/iscsi_login.hpp"
#include "lib/hypervisor/tcp_connect.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/hypervisor/storage_probe.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>

namespace twinsite::hypervisor {

namespace {

constexpr std::uint16_t iscsi_port = 3260;

std::uint16_t usual_port(const std::string& protocol) {
    static const std::map<std::string, std::uint16_t, std::less<>> ports{
        {"iscsi", iscsi_port}, {"nbd", 10809}, {"rbd", 6789},  {"gluster", 24007},
        {"sheepdog", 7000},    {"http", 80},   {"https", 443}, {"ssh", 22}};
    const auto found = ports.find(protocol);
    return found == ports.end() ? std::uint16_t{0} : found->second;
}

/// A server that is gone may keep an open() for ever.
Status probe_path(const Clock& clock, const Disk& disk, const Deadline& deadline) {
    const int flags = O_NONBLOCK | O_CLOEXEC | (disk.read_only ? O_RDONLY : O_RDWR);
    return bounded<void>(clock, deadline, disk.source, [path = disk.source, flags]() -> Status {
        const FileDescriptor file(::open(path.c_str(), flags));
        if (!file.valid()) {
            return fail(error_from_errno(errno, path));
        }
        return {};
    });
}

/// qemu's own default: the guest's UUID makes it unique.
std::string initiator_of(const Definition& definition, const Disk& disk) {
    if (!disk.initiator.empty()) {
        return disk.initiator;
    }
    const std::string& tail =
        definition.identity.uuid.empty() ? definition.identity.name : definition.identity.uuid;
    return "iqn.2008-11.org.linux-kvm:" + tail;
}

Result<IscsiLun> lun_of(const Definition& definition, const Disk& disk, const Host& host) {
    const auto slash = disk.source.rfind('/');
    const std::string number = slash == std::string::npos ? "0" : disk.source.substr(slash + 1);
    const auto lun = parse_integer(number, 0, 16383);
    if (!lun) {
        return fail(lun.error().in("LUN of " + disk.target));
    }
    return IscsiLun{.portal = host,
                    .target = disk.source.substr(0, slash),
                    .lun = static_cast<int>(*lun),
                    .initiator = initiator_of(definition, disk)};
}

} // namespace

Status SystemStorageProbe::probe(const Definition& definition, const Disk& disk,
                                 const Deadline& deadline) {
    if (disk.kind == DiskKind::file || disk.kind == DiskKind::block) {
        return probe_path(clock_, disk, deadline);
    }
    Status last;
    auto hosts_left = static_cast<int>(disk.hosts.size());
    for (Host host : disk.hosts) {
        // One that is dead does not use up the time of the others.
        const Deadline share = deadline.within(clock_, deadline.left(clock_) / hosts_left--);
        if (host.port == 0) {
            host.port = usual_port(disk.protocol);
        }
        if (host.port == 0) {
            return {};
        }
        last = connect_to(host, clock_, share).map([](const FileDescriptor&) {});
        if (last && disk.kind == DiskKind::iscsi && !disk.authenticated) {
            const auto lun = lun_of(definition, disk, host);
            last = lun ? log_in(*lun, clock_, share) : Status(fail(lun.error()));
        }
        if (last) {
            return {};
        }
    }
    return last ? last : Status(fail(last.error().in(fmt::format("disk {}", disk.target))));
}

} // namespace twinsite::hypervisor
