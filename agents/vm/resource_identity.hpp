// Which domain this resource is, also when its file is missing or broken.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/definition.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace twinsite::vm {

/// Error: not_installed when the file is not there or cannot be read (a fault of this node),
/// timeout when its server does not answer, invalid_config when it is no domain XML.
Result<hypervisor::Definition> read_definition(const std::filesystem::path& config);

/// Who the domain is, also by a file that is wrong elsewhere. Errors as read_definition.
Result<hypervisor::DomainIdentity> read_identity(const std::filesystem::path& config);

/// "vm-RESOURCE.ENDING": a file of this resource among those of the others.
std::string file_name(std::string_view resource, std::string_view ending);

/// A note of the domain this node last started or took over for a resource. It lives until the
/// next boot, as the domain does.
class IdentityNote {
public:
    IdentityNote(const std::filesystem::path& folder, std::string_view resource);

    [[nodiscard]] std::optional<hypervisor::DomainIdentity> read() const;
    /// Errors are logged: the note is a second line of defence.
    void write(const hypervisor::DomainIdentity& identity) const;
    void remove() const;

private:
    std::filesystem::path file_;
};

} // namespace twinsite::vm
