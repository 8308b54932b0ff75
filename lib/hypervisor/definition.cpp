#include "lib/hypervisor/xml_document.hpp"

#include <twinsite/base/data_size.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/hypervisor/definition.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace twinsite::hypervisor {

namespace {

constexpr std::size_t name_limit = 255;

Result<std::string> read_name(const Element& domain) {
    const std::string name = domain.child("name").text();
    if (name.empty()) {
        return fail(ErrorKind::invalid_config, "the domain has no <name>");
    }
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
        return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (odd || name.size() > name_limit || name == "." || name == "..") {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" cannot be the name of a domain", printable(name)));
    }
    return name;
}

/// libvirt takes a UUID with or without dashes and blanks; it is kept as libvirt prints it.
Result<std::string> read_uuid(const Element& domain) {
    const std::string text = domain.child("uuid").text();
    std::string digits;
    for (const char c : to_lower(text)) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            digits += c;
        } else if (c != '-' && c != ' ') {
            digits.clear();
            break;
        }
    }
    if (text.empty()) {
        return std::string();
    }
    if (digits.size() != 32) {
        return fail(ErrorKind::invalid_config, fmt::format("\"{}\" is no UUID", printable(text)));
    }
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        digits.insert(at, 1, '-');
    }
    return digits;
}

std::uint64_t number(const std::string& text, std::uint64_t otherwise) {
    const auto value = parse_integer(text, 0, INT64_MAX);
    return value ? static_cast<std::uint64_t>(*value) : otherwise;
}

/// Zero when there is no <memory>: containers may have none.
Result<std::uint64_t> read_memory_kib(const Element& domain) {
    const Element memory = domain.child("memory");
    if (!memory) {
        return 0;
    }
    const auto bytes = parse_data_size(memory.text(), memory.attribute("unit"));
    if (!bytes) {
        return fail(bytes.error().in("<memory>"));
    }
    return *bytes / 1024;
}

DiskKind disk_kind(const std::string& type, const std::string& protocol) {
    if (type == "network") {
        return protocol == "iscsi" ? DiskKind::iscsi : DiskKind::network;
    }
    if (type == "file") {
        return DiskKind::file;
    }
    if (type == "block") {
        return DiskKind::block;
    }
    return type == "volume" ? DiskKind::volume : DiskKind::other;
}

std::vector<Host> read_hosts(const Element& source) {
    std::vector<Host> hosts;
    for (const Element& host : source.children("host")) {
        const auto port = parse_integer(host.attribute("port"), 1, 65535);
        if (const std::string name = host.attribute("name"); !name.empty()) {
            hosts.push_back({name, static_cast<std::uint16_t>(port.value_or(0))});
        }
    }
    return hosts;
}

std::string source_name(DiskKind kind, const Element& source) {
    switch (kind) {
    case DiskKind::iscsi:
    case DiskKind::network:
        return source.attribute("name");
    case DiskKind::file:
        return source.attribute("file");
    case DiskKind::block:
        return source.attribute("dev");
    case DiskKind::volume:
        return fmt::format("{}/{}", source.attribute("pool"), source.attribute("volume"));
    case DiskKind::other:
        return {};
    }
    return {};
}

Disk read_disk(const Element& element) {
    const Element source = element.child("source");
    const std::string protocol = source.attribute("protocol");
    Disk disk{.kind = disk_kind(element.attribute("type"), protocol),
              .target = element.child("target").attribute("dev"),
              .protocol = protocol};
    if (!source) {
        disk.kind = DiskKind::other;
        return disk;
    }
    disk.source = source_name(disk.kind, source);
    disk.hosts = read_hosts(source);
    disk.initiator = source.child("initiator").child("iqn").attribute("name");
    disk.authenticated = source.child("auth") || element.child("auth");
    disk.optional = source.attribute("startupPolicy") == "optional" ||
                    source.attribute("startupPolicy") == "requisite";
    disk.read_only = element.child("readonly") || element.attribute("device") == "cdrom";
    disk.shareable = static_cast<bool>(element.child("shareable"));
    for (const Element& slice : source.child("slices").children("slice")) {
        if (slice.attribute("type") == "storage") {
            disk.slice_offset = number(slice.attribute("offset"), 0);
            disk.slice_size = number(slice.attribute("size"), 0);
        }
    }
    return disk;
}

bool overlap(const Disk& a, const Disk& b) {
    const auto end = [](const Disk& disk) {
        return disk.slice_size == 0 ? UINT64_MAX : disk.slice_offset + disk.slice_size;
    };
    return a.slice_offset < end(b) && b.slice_offset < end(a);
}

/// A second way to the same bytes would corrupt them.
Status check_disks(const std::vector<Disk>& disks) {
    std::set<std::string> targets;
    for (auto disk = disks.begin(); disk != disks.end(); ++disk) {
        if (!disk->target.empty() && !targets.insert(disk->target).second) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("two disks have the target {}", printable(disk->target)));
        }
        for (auto other = disks.begin(); other != disk; ++other) {
            const bool same = disk->kind != DiskKind::other && !disk->source.empty() &&
                              disk->kind == other->kind && disk->source == other->source &&
                              disk->hosts == other->hosts && overlap(*disk, *other);
            const bool harmless =
                (disk->read_only && other->read_only) || (disk->shareable && other->shareable);
            if (same && !harmless) {
                return fail(ErrorKind::invalid_config,
                            fmt::format("the disks {} and {} are the same storage ({})",
                                        printable(other->target), printable(disk->target),
                                        printable(disk->source)));
            }
        }
    }
    return {};
}

std::string interface_source(const std::string& kind, const Element& source) {
    if (kind == "bridge") {
        return source.attribute("bridge");
    }
    return source.attribute(kind == "network" ? "network" : "dev");
}

void read_devices(const Element& devices, Definition& definition) {
    for (const Element& disk : devices.children("disk")) {
        definition.disks.push_back(read_disk(disk));
    }
    for (const Element& interface : devices.children("interface")) {
        const std::string kind = interface.attribute("type");
        definition.interfaces.push_back(
            {.kind = kind,
             .source = interface_source(kind, interface.child("source")),
             .virtual_port = static_cast<bool>(interface.child("virtualport"))});
    }
    for (const Element& channel : devices.children("channel")) {
        definition.guest_agent |=
            channel.child("target").attribute("name") == "org.qemu.guest_agent.0";
    }
    const Element balloon = devices.child("memballoon");
    definition.balloon = balloon && balloon.attribute("model") != "none";
}

Result<DomainIdentity> read_identity(const Element& domain) {
    if (!domain.is("domain")) {
        return fail(ErrorKind::invalid_config, "the root of the XML is not <domain>");
    }
    auto name = read_name(domain);
    if (!name) {
        return fail(name.error());
    }
    auto uuid = read_uuid(domain);
    if (!uuid) {
        return fail(uuid.error());
    }
    return DomainIdentity{.name = std::move(*name), .uuid = std::move(*uuid)};
}

} // namespace

Result<DomainIdentity> parse_identity(std::string_view xml) {
    const auto document = parse_xml(xml);
    if (document) {
        return read_identity(root_of(*document));
    }
    const auto fragment = parse_xml_fragment(xml);
    auto identity = fragment ? read_identity(root_of(*fragment)) : fail(document.error());
    if (identity && identity->uuid.empty()) {
        return fail(document.error());
    }
    return identity;
}

bool share_storage(const Definition& a, const Definition& b) {
    return std::any_of(a.disks.begin(), a.disks.end(), [&](const Disk& mine) {
        return !mine.source.empty() && !mine.read_only &&
               std::any_of(b.disks.begin(), b.disks.end(),
                           [&](const Disk& other) { return mine.source == other.source; });
    });
}

Result<Definition> parse_definition(std::string_view xml) {
    const auto document = parse_xml(xml);
    if (!document) {
        return fail(document.error());
    }
    const Element domain = root_of(*document);
    auto identity = read_identity(domain);
    if (!identity) {
        return fail(identity.error());
    }
    const auto memory = read_memory_kib(domain);
    if (!memory) {
        return fail(memory.error());
    }
    Definition definition{.identity = std::move(*identity),
                          .type = domain.attribute("type"),
                          .memory_kib = *memory,
                          .vcpus = static_cast<unsigned>(
                              parse_integer(domain.child("vcpu").text(), 1, 65535).value_or(1)),
                          .xml = std::string(xml)};
    if (definition.type.empty()) {
        return fail(ErrorKind::invalid_config, "<domain> says no type");
    }
    definition.huge_pages = static_cast<bool>(domain.child("memoryBacking").child("hugepages"));
    read_devices(domain.child("devices"), definition);
    if (auto checked = check_disks(definition.disks); !checked) {
        return fail(checked.error());
    }
    return definition;
}

} // namespace twinsite::hypervisor
