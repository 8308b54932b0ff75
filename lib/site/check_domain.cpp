#include <twinsite/base/data_size.hpp>
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

/// What udev calls a LUN on an initiator, or a partition of it: /dev/disk/by-path/
/// ip-10.77.2.101:3260-iscsi-iqn.2026-11.example:red-lun-0-part1, after the adapter's own path.
bool is_session_disk_of(std::string_view device, const Lun& lun) {
    constexpr std::string_view folder = "/dev/disk/by-path/";
    if (!device.starts_with(folder)) {
        return false;
    }
    device.remove_prefix(folder.size());
    if (const std::size_t part = device.rfind("-part");
        part != std::string_view::npos && parse_integer(device.substr(part + 5), 1, 1024)) {
        device = device.substr(0, part);
    }
    for (const std::string& portal : {lun.address.ip, fmt::format("[{}]", lun.address.ip)}) {
        const std::string name =
            fmt::format("ip-{}:3260-iscsi-{}-lun-{}", portal, lun.target.iqn, lun.target.lun);
        if (device == name || device.ends_with("-" + name)) {
            return true;
        }
    }
    return false;
}

/// The mirror's device, by its number or by the name that DRBD's udev rules give it.
bool is_mirror_device_of(std::string_view device, const Lun& lun) {
    const std::string by_name = fmt::format("/dev/drbd/by-res/{}", lun.name);
    return device == lun.mirror.device || device == by_name || device == by_name + "/0";
}

/// With a target only through it: the mirror's device follows no VM to another host.
bool is_disk_of(const Xml& source, const Lun& lun) {
    return lun.converged()
               ? is_mirror_device_of(source.get("dev"), lun)
               : is_network_disk_of(source, lun) || is_session_disk_of(source.get("dev"), lun);
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

Result<std::uint64_t> bytes_of(const Xml* element) {
    return element == nullptr ? Result<std::uint64_t>(0)
                              : parse_data_size(element->text, element->get("unit"));
}

/// Rounded up: what the VM may use.
std::uint64_t mib(std::uint64_t bytes) {
    constexpr std::uint64_t one = 1024ULL * 1024;
    return (bytes + one - 1) / one;
}

void check_memory(const Vm& vm, const Xml& domain, std::vector<Finding>& findings) {
    const Xml* current_element = domain.child("currentMemory");
    const auto most = bytes_of(domain.child("memory"));
    const auto current = current_element == nullptr ? most : bytes_of(current_element);
    if (!most || !current) {
        findings.push_back({"vm-config-missing", Severity::error, vm.config,
                            fmt::format("libvirt refuses the domain XML of {}: {}: {}", vm.name,
                                        most ? "<currentMemory>" : "<memory>",
                                        (most ? current : most).error().message),
                            "Write a whole number, with unit='MiB' for example."});
        return;
    }
    const Xml* devices = domain.child("devices");
    const Xml* balloon = devices == nullptr ? nullptr : devices->child("memballoon");
    const bool can_balloon = balloon == nullptr || balloon->get("model") != "none";
    if (can_balloon && *current < *most) {
        findings.push_back(
            {"balloon-enabled", Severity::warning, vm.config,
             fmt::format("{} starts with {} MiB and may grow to {} MiB: a host that looks free may "
                         "not be when it is needed",
                         vm.name, mib(*current), mib(*most)),
             "Make <currentMemory> equal to <memory>, or set <memballoon model='none'/>."});
    }
    if (vm.memory_mib > 0 && mib(*most) > static_cast<std::uint64_t>(vm.memory_mib)) {
        findings.push_back({"balloon-enabled", Severity::warning, vm.config,
                            fmt::format("{} may use {} MiB, but the topology counts {} MiB",
                                        vm.name, mib(*most), vm.memory_mib),
                            fmt::format("Write \"memory_mib\": {} for it.", mib(*most))});
    }
}

/// The LUN whose device a VM opens on its own host though it has a target.
const Lun* bypassed_target(const Xml* source, const std::vector<const Lun*>& luns) {
    for (const Lun* lun : luns) {
        if (source != nullptr && !lun->converged() &&
            is_mirror_device_of(source->get("dev"), *lun)) {
            return lun;
        }
    }
    return nullptr;
}

Finding wrong_disk(const Vm& vm, const Xml* source, const std::vector<const Lun*>& luns) {
    if (const Lun* lun = bypassed_target(source, luns)) {
        return {"vm-disk-not-on-lun", Severity::error, vm.config,
                fmt::format("{} opens {}, the mirror's device of {}, past its target: it runs on "
                            "one host only, and keeps the mirror from being demoted",
                            vm.name, describe(source), lun->name),
                fmt::format("Use the target: <source protocol='iscsi' name='{}/{}'><host "
                            "name='{}'/></source>.",
                            lun->target.iqn, lun->target.lun, lun->address.ip)};
    }
    return {"vm-disk-not-on-lun", Severity::error, vm.config,
            fmt::format("{} has a disk on {}, which is none of its LUNs ({}): it does not survive "
                        "its host, and site affinity does not cover it",
                        vm.name, describe(source), join(vm.luns, ", ")),
            "Put the disk on one of the VM's LUNs, or add the LUN to the topology."};
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
        const bool known = source != nullptr &&
                           std::any_of(luns.begin(), luns.end(),
                                       [&](const Lun* lun) { return is_disk_of(*source, *lun); });
        if (!known) {
            findings.push_back(wrong_disk(vm, source, luns));
        }
    }
    check_memory(vm, domain, findings);
    return findings;
}

} // namespace twinsite::site
