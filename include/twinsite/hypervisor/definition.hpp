// The domain XML of a virtual machine, read with suspicion.
// Source: https://libvirt.org/formatdomain.html
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::hypervisor {

enum class DiskKind { iscsi, network, file, block, volume, other };

struct Host {
    std::string name;
    std::uint16_t port = 0; ///< 0: the protocol's own

    friend bool operator==(const Host&, const Host&) = default;
};

struct Disk {
    DiskKind kind = DiskKind::other;
    std::string target;           ///< the device in the guest, e.g. "vda"
    std::string source{};         ///< path, "IQN/LUN", or "POOL/VOLUME"; "" for an empty drive
    std::string protocol{};       ///< of a network disk
    std::vector<Host> hosts{};    ///< of a network disk
    std::string initiator{};      ///< initiator name the guest logs in with; "" = qemu's own
    std::uint64_t slice_offset{}; ///< of a storage slice, bytes
    std::uint64_t slice_size{};   ///< 0: the whole source
    bool authenticated = false;   ///< CHAP or the like: a login without it is refused
    bool optional = false;        ///< startupPolicy lets the guest start without it
    bool read_only = false;       ///< a CD-ROM always is
    bool shareable = false;
};

struct Interface {
    std::string kind;   ///< bridge, network, direct, ethernet, ...
    std::string source; ///< name of the bridge, network or device
    /// On a switch that is no bridge of the kernel's (Open vSwitch): <virtualport>.
    bool virtual_port = false;
};

struct Definition {
    DomainIdentity identity;
    std::string type; ///< qemu, kvm, xen, lxc, test, ...
    std::uint64_t memory_kib = 0;
    unsigned vcpus = 1;
    std::vector<Disk> disks{};
    std::vector<Interface> interfaces{};
    bool guest_agent = false; ///< a channel for the qemu guest agent exists
    bool huge_pages = false;  ///< its memory is set aside on the host, and not among the free
    bool balloon = false;     ///< a memory balloon that can shrink the guest
    std::string xml;          ///< the text itself
};

/// Read a domain's XML. No network, no document type (so no entities), no huge trees.
/// Errors: invalid_config, with one sentence that says what is wrong.
Result<Definition> parse_definition(std::string_view xml);

/// Only who the domain is, also of XML that is wrong elsewhere. Of XML that is not even well-formed
/// (a file cut off in the middle) only together with a whole UUID: a name may be cut off itself.
Result<DomainIdentity> parse_identity(std::string_view xml);

/// Whether two domains use the same storage, as far as their XML tells: a path, volume or LUN of
/// the same name; by which address does not matter.
bool share_storage(const Definition& a, const Definition& b);

} // namespace twinsite::hypervisor
