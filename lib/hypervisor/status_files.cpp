#include "lib/hypervisor/status_files.hpp"

#include "lib/hypervisor/resource_mark.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/hypervisor/definition.hpp>

#include <system_error>

namespace twinsite::hypervisor {

namespace {

constexpr unsigned most_files = 4096; // more guests than any host has

/// A file is <domstatus ...><domain>...</domain></domstatus>.
std::optional<DomainIdentity> marked_domain(std::string_view text, std::string_view resource) {
    const auto document = parse_xml(text);
    if (!document) {
        return std::nullopt;
    }
    const Element domain = root_of(*document).child("domain");
    if (!carries_mark(domain, resource)) {
        return std::nullopt;
    }
    const auto identity = parse_identity(domain.dump());
    return identity && !identity->uuid.empty() ? std::optional(*identity) : std::nullopt;
}

} // namespace

std::optional<DomainIdentity> marked_in_status_files(const std::filesystem::path& folder,
                                                     std::string_view resource) {
    std::error_code error;
    unsigned files = 0;
    for (std::filesystem::directory_iterator entry(folder, error);
         !error && entry != std::filesystem::directory_iterator() && files < most_files;
         entry.increment(error)) {
        if (entry->path().extension() != ".xml") {
            continue;
        }
        ++files;
        const auto text = read_file(entry->path());
        if (auto marked = text ? marked_domain(*text, resource) : std::nullopt; marked) {
            return marked;
        }
    }
    return std::nullopt;
}

} // namespace twinsite::hypervisor
