// DRBD on this node, through drbd-utils: the kernel's answers are believed, exit codes are not.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/observation.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace twinsite::mirror {

/// DRBD's block device major (Linux Documentation/admin-guide/devices.txt).
inline constexpr int drbd_major = 147;

/// What a mirror can be asked and told. Every call is bounded by DEADLINE.
class Mirror {
public:
    Mirror() = default;
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;
    virtual ~Mirror() = default;

    /// Never loads the module, never changes anything. Errors mean that the state is unknown. When
    /// the kernel does not answer drbdsetup in time, 8.4 is read from /proc/drbd: what that shows
    /// is there, what it does not show is unknown. Error not_installed: older than 8.4.
    virtual Result<Observation> observe(const Deadline& deadline) = 0;
    /// Errors: not_found when drbd.conf does not define the resource for this node;
    /// not_installed when this node's configuration cannot be read.
    virtual Status check_configured(const Deadline& deadline) = 0;
    /// Load the module, create, attach, connect; from any half-way state. Errors: not_installed
    /// (module or tools), else what drbdadm complains of.
    virtual Status bring_up(const Deadline& deadline) = 0;
    /// Remove the resource from the kernel. conflict: held open.
    virtual Status bring_down(const Deadline& deadline) = 0;
    /// One attempt. Errors: conflict when the kernel refuses the change in the present state.
    virtual Status promote(const Deadline& deadline) = 0;
    /// One attempt. Errors: conflict when the device is held open.
    virtual Status demote(const Deadline& deadline) = 0;
    /// Let held back I/O go, on all volumes of SEEN. 8.4 begins a new generation (current UUID)
    /// first, so that a peer that returns is known to lack it. Only with the proof that the peer
    /// cannot write; it ends every kind of suspension.
    virtual Status resume_io(const Observation& seen, const Deadline& deadline) = 0;
    /// As the kernel has them. Only where the resource is configured.
    virtual Result<Options> options(const Deadline& deadline) = 0;
    /// The first volume's generation identifiers, as parse_generation takes them. On 9 those
    /// kept for the first peer.
    virtual Result<std::string> generation(const Observation& seen, const Deadline& deadline) = 0;
};

class Drbd final : public Mirror {
public:
    struct Paths {
        std::filesystem::path proc_drbd = "/proc/drbd";
    };

    Drbd(std::string resource, process::CommandRunner& runner);
    Drbd(std::string resource, process::CommandRunner& runner, Paths paths);

    Result<Observation> observe(const Deadline& deadline) override;
    Status check_configured(const Deadline& deadline) override;
    Status bring_up(const Deadline& deadline) override;
    Status bring_down(const Deadline& deadline) override;
    Status promote(const Deadline& deadline) override;
    Status demote(const Deadline& deadline) override;
    Status resume_io(const Observation& seen, const Deadline& deadline) override;
    Result<Options> options(const Deadline& deadline) override;
    Result<std::string> generation(const Observation& seen, const Deadline& deadline) override;

private:
    Status drbdadm(std::string_view verb, const Deadline& deadline);
    Result<Observation> ask_drbdsetup(bool nine, const Deadline& deadline);
    Result<Observation> read_proc(const Deadline& deadline);
    /// The kernel module's major version, 0 when it is not loaded.
    Result<int> module_version() const;

    std::string resource_;
    process::CommandRunner& runner_;
    Paths paths_;
};

/// A DRBD resource name that can be passed to drbdadm without becoming something else ("all", an
/// option, a volume or peer suffix). Error: invalid_config.
Status check_resource_name(std::string_view name);

} // namespace twinsite::mirror
