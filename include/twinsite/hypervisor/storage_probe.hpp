// Whether a disk of a guest would answer if the guest started now, asked without the daemon.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/definition.hpp>

namespace twinsite::hypervisor {

class StorageProbe {
public:
    StorageProbe() = default;
    StorageProbe(const StorageProbe&) = delete;
    StorageProbe& operator=(const StorageProbe&) = delete;
    virtual ~StorageProbe() = default;

    /// Success when the disk answers, or when nothing can be asked about this kind of disk.
    /// Errors: not_found, unreachable, timeout: not there yet; permission: the target is there and
    /// refuses us.
    virtual Status probe(const Definition& definition, const Disk& disk,
                         const Deadline& deadline) = 0;
};

/// Files and block devices: they can be opened. iSCSI: a login as the guest would do it, and the
/// LUN is ready; without libiscsi, or with CHAP, the portal accepts a connection. Other network
/// disks: one of the hosts accepts a connection.
class SystemStorageProbe final : public StorageProbe {
public:
    explicit SystemStorageProbe(Clock& clock)
        : clock_(clock) {}
    Status probe(const Definition& definition, const Disk& disk, const Deadline& deadline) override;

private:
    Clock& clock_;
};

} // namespace twinsite::hypervisor
