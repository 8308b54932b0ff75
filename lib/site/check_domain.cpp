#include <twinsite/base/text.hpp>
#include <twinsite/site/check_domain.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

std::vector<const Lun*> luns_of(const Topology& topology, const Vm& vm) {
    std::vector<const Lun*> luns;
    for (const Lun& lun : topology.luns) {
        if (std::find(vm.luns.begin(), vm.luns.end(), lun.name) != vm.luns.end()) {
            luns.push_back(&lun);
        }
    }
    return luns;
}

/// "iqn.2026-11.example:red/0" is what libvirt and qemu call LUN 0 of that target.
bool is_network_disk_of(const Xml& source, const Lun& lun) {
    const Xml* host = source.child("host");
    const std::string port = host == nullptr ? "" : std::string(host->get("port"));
    return source.get("protocol") == "iscsi" &&
           source.get("name") == fmt::format("{}/{}", lun.target.iqn, lun.target.lun) &&
           host != nullptr && host->get("name") == lun.address.ip &&
           (port.empty() || port == "3260");
}

/// The mirror device itself, or what udev names after the target on an initiator.
bool is_block_disk_of(const Xml& source, const Lun& lun) {
    const std::string_view device = source.get("dev");
    return device == lun.mirror.device ||
           (device.starts_with("/dev/disk/by-path/") &&
            device.find(fmt::format("iscsi-{}-lun-{}", lun.target.iqn, lun.target.lun)) !=
                std::string_view::npos);
}

std::string describe(const Xml* source) {
    if (source == nullptr) {
        return "a disk without source";
    }
    for (const char* attribute : {"name", "dev", "file", "dir", "volume"}) {
        if (source->has(attribute)) {
            return fmt::format("\"{}\"", printable(source->get(attribute), 120));
        }
    }
    return "a disk of an unknown kind";
}

std::int64_t mib_of(const Xml* element) {
    if (element == nullptr) {
        return 0;
    }
    const auto amount = parse_integer(trim(element->text), 0, INT64_MAX / 1024);
    if (!amount) {
        return 0;
    }
    const std::string unit = to_lower(element->get("unit"));
    if (unit == "b" || unit == "bytes") {
        return *amount / (1024L * 1024);
    }
    if (unit == "m" || unit == "mib") {
        return *amount;
    }
    if (unit == "g" || unit == "gib") {
        return *amount * 1024;
    }
    return *amount / 1024; // libvirt's default is KiB
}

void check_memory(const Vm& vm, const Xml& domain, std::vector<Finding>& findings) {
    const std::int64_t most = mib_of(domain.child("memory"));
    const Xml* current = domain.child("currentMemory");
    const Xml* devices = domain.child("devices");
    const Xml* balloon = devices == nullptr ? nullptr : devices->child("memballoon");
    const bool can_balloon = balloon == nullptr || balloon->get("model") != "none";
    if (can_balloon && current != nullptr && mib_of(current) < most) {
        findings.push_back(
            {"balloon-enabled", Severity::warning, vm.config,
             fmt::format("{} starts with {} MiB and may grow to {} MiB: a host that looks free may "
                         "not be when it is needed",
                         vm.name, mib_of(current), most),
             "Make <currentMemory> equal to <memory>, or set <memballoon model='none'/>."});
    }
    if (vm.memory_mib > 0 && most > vm.memory_mib) {
        findings.push_back({"balloon-enabled", Severity::warning, vm.config,
                            fmt::format("{} may use {} MiB, but the topology counts {} MiB",
                                        vm.name, most, vm.memory_mib),
                            fmt::format("Write \"memory_mib\": {} for it.", most)});
    }
}

} // namespace

std::vector<Finding> check_domain(const Topology& topology, const Vm& vm, const Xml& domain) {
    std::vector<Finding> findings;
    const auto luns = luns_of(topology, vm);
    const Xml* devices = domain.child("devices");
    for (const Xml& disk : devices == nullptr ? std::vector<Xml>{} : devices->children) {
        const std::string_view device = disk.get("device");
        if (disk.name != "disk" || (!device.empty() && device != "disk" && device != "lun")) {
            continue; // a CD or floppy drive holds no data of the VM
        }
        const Xml* source = disk.child("source");
        const bool known =
            source != nullptr && std::any_of(luns.begin(), luns.end(), [&](const Lun* lun) {
                return is_network_disk_of(*source, *lun) || is_block_disk_of(*source, *lun);
            });
        if (!known) {
            findings.push_back(
                {"vm-disk-not-on-lun", Severity::error, vm.config,
                 fmt::format("{} has a disk on {}, which is none of its LUNs ({}): it does not "
                             "survive its host, and site affinity does not cover it",
                             vm.name, describe(source), join(vm.luns, ", ")),
                 "Put the disk on one of the VM's LUNs, or add the LUN to the topology."});
        }
    }
    check_memory(vm, domain, findings);
    return findings;
}

} // namespace twinsite::site
