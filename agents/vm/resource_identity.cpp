#include "agents/vm/resource_identity.hpp"

#include "lib/hypervisor/bounded.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::vm {

std::string file_name(std::string_view resource, std::string_view ending) {
    std::string name(resource);
    std::replace(name.begin(), name.end(), '/', '_');
    return fmt::format("vm-{}.{}", name, ending);
}

namespace {

Result<std::string> read_config(const std::filesystem::path& config) {
    auto text = hypervisor::bounded_by_files<std::string>(config.string(),
                                                          [config] { return read_file(config); });
    if (!text) {
        const bool silent = text.error().kind == ErrorKind::timeout;
        return fail(silent ? ErrorKind::timeout : ErrorKind::not_installed,
                    "config " + text.error().message);
    }
    return text;
}

} // namespace

Result<hypervisor::Definition> read_definition(const std::filesystem::path& config) {
    const auto text = read_config(config);
    if (!text) {
        return fail(text.error());
    }
    auto definition = hypervisor::parse_definition(*text);
    if (!definition) {
        return fail(definition.error().in("config " + config.string()));
    }
    return definition;
}

Result<hypervisor::DomainIdentity> read_identity(const std::filesystem::path& config) {
    const auto text = read_config(config);
    if (!text) {
        return fail(text.error());
    }
    return hypervisor::parse_identity(*text);
}

IdentityNote::IdentityNote(const std::filesystem::path& folder, std::string_view resource)
    : file_(folder / file_name(resource, "domain")) {}

std::optional<hypervisor::DomainIdentity> IdentityNote::read() const {
    const auto text = read_file(file_, 4096);
    if (!text) {
        return std::nullopt;
    }
    const auto fields = lines(*text);
    if (fields.empty() || fields[0].empty()) {
        return std::nullopt;
    }
    return hypervisor::DomainIdentity{.name = std::string(fields[0]),
                                      .uuid = fields.size() > 1 ? std::string(fields[1]) : ""};
}

void IdentityNote::write(const hypervisor::DomainIdentity& identity) const {
    if (read() == identity) {
        return;
    }
    std::error_code ignored;
    std::filesystem::create_directories(file_.parent_path(), ignored);
    if (auto written = replace_file(file_, fmt::format("{}\n{}\n", identity.name, identity.uuid));
        !written) {
        log::warning("the domain's identity is not noted: {}", written.error().message);
    }
}

void IdentityNote::remove() const {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

} // namespace twinsite::vm
