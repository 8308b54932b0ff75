// libvirt's own notes about its active domains (/run/libvirt/qemu/NAME.xml), for when it is silent.
#pragma once

#include <twinsite/hypervisor/domain.hpp>

#include <filesystem>
#include <optional>
#include <string_view>

namespace twinsite::hypervisor {

/// The domain whose file carries the mark of this resource. Nullopt proves nothing; and libvirt
/// leaves a file behind when it dies before its guest.
std::optional<DomainIdentity> marked_in_status_files(const std::filesystem::path& folder,
                                                     std::string_view resource);

} // namespace twinsite::hypervisor
