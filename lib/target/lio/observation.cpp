#include "lib/target/lio/observation.hpp"

#include "lib/target/lio/layout.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

namespace twinsite::target::lio {

namespace {

/// The text between BEGIN and END; nothing when BEGIN is not there.
std::optional<std::string> between(std::string_view text, std::string_view begin,
                                   std::string_view end) {
    const auto from = text.find(begin);
    if (from == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(from + begin.size());
    return std::string(text.substr(0, text.find(end)));
}

/// Reads attributes and remembers the first failure, so that readers stay readable.
class Reader {
public:
    explicit Reader(ConfigTree& tree)
        : tree_(tree) {}

    /// FALLBACK when the attribute does not exist.
    std::string text(const std::string& path, std::string_view fallback = {}) {
        auto value = tree_.read(path);
        if (value) {
            return std::move(*value);
        }
        if (value.error().kind != ErrorKind::not_found && status_) {
            status_ = fail(value.error());
        }
        return std::string(fallback);
    }
    bool flag(const std::string& path) { return text(path) == "1"; }
    Credentials credentials(const std::string& path, std::string_view suffix) {
        return {text(fmt::format("{}/userid{}", path, suffix)),
                text(fmt::format("{}/password{}", path, suffix))};
    }
    [[nodiscard]] const Status& status() const { return status_; }

private:
    ConfigTree& tree_;
    Status status_;
};

class Observer {
public:
    Observer(ConfigTree& tree, BackingInspector& inspector, const Specification& wanted)
        : read_(tree)
        , inspector_(inspector)
        , wanted_(wanted) {}

    Result<Exported> target(const Inventory& inventory) {
        Exported found;
        found.presence = Presence::ours;
        const auto sessions = parse_integer(
            read_.text(target_path(inventory.iqn) + "/fabric_statistics/iscsi_instance/sessions"),
            0, INT32_MAX);
        found.sessions = static_cast<unsigned>(sessions.value_or(0));
        for (const PortalGroup& group : inventory.groups) {
            if (group.path == group_path(inventory.iqn)) {
                portal_group(group, found);
            }
        }
        for (const std::string& addition : additions(inventory)) {
            found.faults.push_back("somebody added to the target: " + addition);
        }
        if (!read_.status()) {
            return fail(read_.status().error());
        }
        return found;
    }

private:
    void portal_group(const PortalGroup& group, Exported& found) {
        found.enabled = group.enabled;
        found.open_to_all = read_.flag(group.path + "/attrib/generate_node_acls");
        found.authenticated = read_.flag(group.path + "/attrib/authentication");
        found.iser = wanted_.iser;
        for (const std::string& portal : group.portals) {
            found.portals.emplace_back(base_name(portal));
            found.iser = found.iser && read_.flag(portal + "/iser");
        }
        if (found.open_to_all) {
            if (read_.flag(group.path + "/attrib/demo_mode_write_protect")) {
                found.faults.emplace_back(
                    "initiators may not write (demo_mode_write_protect is on)");
            }
            found.incoming = read_.credentials(group.path + "/auth", "");
            found.outgoing = read_.credentials(group.path + "/auth", "_mutual");
        }
        for (const auto& [name, value] : wanted_.session_parameters) {
            found.session_parameters[name] =
                read_.text(fmt::format("{}/param/{}", group.path, name));
        }
        for (const LunFolder& folder : group.luns) {
            lun(folder, found);
        }
        for (const AclFolder& folder : group.acls) {
            acl(folder, found);
        }
    }

    [[nodiscard]] const Lun* wanted_lun(std::uint64_t number) const {
        for (const Lun& lun : wanted_.luns) {
            if (lun.number == number) {
                return &lun;
            }
        }
        return nullptr;
    }

    void lun(const LunFolder& folder, Exported& found) {
        ExportedLun lun{
            .number = lun_number(base_name(folder.path)).value_or(0), .path = {}, .attributes = {}};
        if (!folder.links.empty()) {
            store(folder.links.front().target, lun);
        }
        if (!wanted_.alua_state.empty()) {
            const auto state = between(read_.text(folder.path + "/alua_tg_pt_gp"),
                                       "TG Port Primary Access State: ", "\n");
            lun.alua_state = to_lower(state.value_or(""));
        }
        found.luns.push_back(std::move(lun));
    }

    void store(const std::string& path, ExportedLun& lun) {
        const StoreInfo info = parse_store_info(read_.text(path + "/info"));
        lun.path = info.path;
        lun.read_only = info.read_only;
        lun.active = read_.flag(path + "/enable");
        const Lun* wanted = wanted_lun(lun.number);
        const Identity expected = wanted == nullptr ? Identity{} : wanted->identity;
        Identity identity;
        identity.serial = between(read_.text(path + "/wwn/vpd_unit_serial") + "\n",
                                  "T10 VPD Unit Serial Number: ", "\n")
                              .value_or("");
        // What an older kernel cannot be told cannot differ.
        identity.vendor = trim(read_.text(path + "/wwn/vendor_id", expected.vendor));
        identity.product = trim(read_.text(path + "/wwn/product_id", expected.product));
        lun.identity = identity;
        for (const auto& [name, value] : wanted_.lun_attributes) {
            lun.attributes[name] = read_.text(fmt::format("{}/attrib/{}", path, name));
        }
        lun.same_device = is_same_device(info);
        const std::string registered = read_.text(path + "/pr/res_pr_registered_i_pts");
        if (!registered.empty()) {
            lun.registrations = count_registrations(registered);
        }
    }

    [[nodiscard]] bool is_same_device(const StoreInfo& info) const {
        const auto backing = inspector_.inspect(info.path);
        if (!backing) {
            return backing.error().kind != ErrorKind::not_found;
        }
        return info.device_number.empty() || backing->device_number == info.device_number;
    }

    void acl(const AclFolder& folder, Exported& found) {
        ExportedInitiator initiator{.name = std::string(base_name(folder.path))};
        for (const LunFolder& mapped : folder.luns) {
            const std::uint64_t number = lun_number(base_name(mapped.path)).value_or(0);
            if (mapped.links.empty()) {
                continue;
            }
            const auto shown = base_name(mapped.links.front().target);
            if (lun_number(shown) != number) {
                found.faults.push_back(
                    fmt::format("initiator {} sees {} as LUN {}", initiator.name, shown, number));
            }
            initiator.luns.insert(number);
            if (read_.flag(mapped.path + "/write_protect")) {
                initiator.read_only_luns.insert(number);
            }
        }
        initiator.incoming = read_.credentials(folder.path + "/auth", "");
        initiator.outgoing = read_.credentials(folder.path + "/auth", "_mutual");
        found.initiators.push_back(std::move(initiator));
    }

    Reader read_;
    BackingInspector& inspector_;
    const Specification& wanted_;
};

} // namespace

StoreInfo parse_store_info(std::string_view text) {
    StoreInfo info;
    if (auto path = between(text, "UDEV PATH: ", "  readonly:")) {
        info.path = std::move(*path);
        if (const auto flag = between(text, "  readonly: ", "\n")) {
            info.read_only = trim(*flag) == "1";
        }
        const auto major = between(text, "Major: ", " ");
        const auto minor = between(text, "Minor: ", " ");
        if (major && minor) {
            info.device_number = fmt::format("{}:{}", *major, *minor);
        }
    } else if (auto file = between(text, "File: ", "  Size:")) {
        info.path = std::move(*file);
    }
    return info;
}

unsigned count_registrations(std::string_view text) {
    unsigned count = 0;
    for (const std::string_view line : lines(text)) {
        count += line.find(" Key: 0x") != std::string_view::npos ? 1 : 0;
    }
    return count;
}

Result<Exported> observe_target(ConfigTree& tree, BackingInspector& inspector,
                                const Inventory& inventory, const Specification& wanted) {
    return Observer(tree, inspector, wanted).target(inventory);
}

} // namespace twinsite::target::lio
