#include "lib/target/lio/inventory.hpp"

#include "lib/target/lio/layout.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace twinsite::target::lio {

namespace {

/// What vanished while we looked is absent, and that is no error.
template <typename T>
Result<T> or_empty(Result<T> found) {
    if (!found && found.error().kind == ErrorKind::not_found) {
        return T{};
    }
    return found;
}

Result<std::vector<std::string>> folders(ConfigTree& tree, const std::string& path) {
    auto names = or_empty(tree.directories(path));
    if (names) {
        for (std::string& name : *names) {
            name = fmt::format("{}/{}", path, name);
        }
    }
    return names;
}

Result<LunFolder> take_lun(ConfigTree& tree, const std::string& path) {
    LunFolder lun{.path = path, .links = {}};
    const auto names = or_empty(tree.links(path));
    if (!names) {
        return fail(names.error());
    }
    for (const std::string& name : *names) {
        const std::string link = fmt::format("{}/{}", path, name);
        auto target = or_empty(tree.link_target(link));
        if (!target) {
            return fail(target.error());
        }
        lun.links.push_back({link, std::move(*target)});
    }
    return lun;
}

Result<std::vector<LunFolder>> take_luns(ConfigTree& tree, const std::string& path) {
    const auto paths = folders(tree, path);
    if (!paths) {
        return fail(paths.error());
    }
    std::vector<LunFolder> luns;
    for (const std::string& folder : *paths) {
        if (!lun_number(base_name(folder))) {
            continue; // attrib, auth, param and the like
        }
        auto lun = take_lun(tree, folder);
        if (!lun) {
            return fail(lun.error());
        }
        luns.push_back(std::move(*lun));
    }
    return luns;
}

Result<PortalGroup> take_group(ConfigTree& tree, const std::string& path) {
    PortalGroup group{.path = path, .portals = {}, .luns = {}, .acls = {}};
    const auto enabled = or_empty(tree.read(path + "/enable"));
    auto portals = folders(tree, path + "/np");
    auto luns = take_luns(tree, path + "/lun");
    const auto acls = folders(tree, path + "/acls");
    if (!enabled || !portals || !luns || !acls) {
        return fail(!enabled   ? enabled.error()
                    : !portals ? portals.error()
                    : !luns    ? luns.error()
                               : acls.error());
    }
    group.enabled = *enabled == "1";
    group.portals = std::move(*portals);
    group.luns = std::move(*luns);
    for (const std::string& acl : *acls) {
        auto mapped = take_luns(tree, acl);
        if (!mapped) {
            return fail(mapped.error());
        }
        group.acls.push_back({acl, std::move(*mapped)});
    }
    return group;
}

Result<Backstore> take_backstore(ConfigTree& tree, const std::string& path) {
    const auto groups = folders(tree, path + "/alua");
    if (!groups) {
        return fail(groups.error());
    }
    Backstore backstore{.path = path, .alua_groups = {}};
    std::copy_if(groups->begin(), groups->end(), std::back_inserter(backstore.alua_groups),
                 [](const std::string& group) { return base_name(group) != "default_tg_pt_gp"; });
    return backstore;
}

bool is_ours(const Link& link, std::string_view iqn) {
    return is_backstore_of(base_name(link.target), iqn);
}

/// The inventory's backing stores in one adapter's folder.
Status find_backstores_in(ConfigTree& tree, const std::string& adapter, Inventory& inventory) {
    const auto there = tree.exists(adapter);
    const auto stores = folders(tree, adapter);
    if (!there || !stores) {
        return fail(there ? stores.error() : there.error());
    }
    std::size_t others = stores->size();
    for (const std::string& store : *stores) {
        if (!is_backstore_of(base_name(store), inventory.iqn)) {
            continue;
        }
        --others;
        auto backstore = take_backstore(tree, store);
        if (!backstore) {
            return fail(backstore.error());
        }
        inventory.backstores.push_back(std::move(*backstore));
    }
    if (*there && others == 0) {
        inventory.adapters.push_back(adapter);
    }
    return {};
}

/// The folders of the backing stores that LUNs lead to and that have the target's name.
std::set<std::string> linked_adapters(const Inventory& inventory) {
    std::set<std::string> adapters;
    for (const PortalGroup& group : inventory.groups) {
        for (const LunFolder& lun : group.luns) {
            for (const Link& link : lun.links) {
                if (is_ours(link, inventory.iqn)) {
                    adapters.insert(link.target.substr(0, link.target.rfind('/')));
                }
            }
        }
    }
    return adapters;
}

Status find_backstores(ConfigTree& tree, Inventory& inventory) {
    auto adapters = linked_adapters(inventory);
    for (const Backing::Kind kind : {Backing::Kind::block, Backing::Kind::file}) {
        adapters.insert(adapter_path(kind, inventory.iqn));
    }
    for (const std::string& adapter : adapters) {
        if (auto found = find_backstores_in(tree, adapter, inventory); !found) {
            return found;
        }
    }
    return {};
}

bool has_lun_of_ours(const Inventory& inventory) {
    return std::any_of(
        inventory.groups.begin(), inventory.groups.end(), [&](const PortalGroup& group) {
            return std::any_of(group.luns.begin(), group.luns.end(), [&](const LunFolder& lun) {
                return std::any_of(lun.links.begin(), lun.links.end(),
                                   [&](const Link& link) { return is_ours(link, inventory.iqn); });
            });
        });
}

std::vector<std::string> foreign_luns(const PortalGroup& group, std::string_view iqn) {
    std::vector<std::string> all;
    for (const LunFolder& lun : group.luns) {
        for (const Link& link : lun.links) {
            if (!is_ours(link, iqn)) {
                all.push_back(fmt::format("its {} is {}", base_name(lun.path), link.target));
            }
        }
    }
    return all;
}

} // namespace

Result<Inventory> take_target_inventory(ConfigTree& tree, std::string_view iqn) {
    Inventory inventory{.iqn = std::string(iqn), .groups = {}, .adapters = {}, .backstores = {}};
    const auto there = tree.exists(target_path(iqn));
    if (!there) {
        return fail(there.error());
    }
    inventory.target = *there;
    if (!inventory.target) {
        return inventory;
    }
    const auto paths = folders(tree, target_path(iqn));
    if (!paths) {
        return fail(paths.error());
    }
    for (const std::string& path : *paths) {
        if (!base_name(path).starts_with("tpgt_")) {
            continue;
        }
        auto group = take_group(tree, path);
        if (!group) {
            return fail(group.error());
        }
        inventory.groups.push_back(std::move(*group));
    }
    return inventory;
}

Result<std::string> leftover_store(ConfigTree& tree, std::string_view iqn) {
    for (const Backing::Kind kind : {Backing::Kind::block, Backing::Kind::file}) {
        const std::string adapter = adapter_path(kind, iqn);
        const auto there = tree.exists(adapter);
        if (there && !*there) {
            continue;
        }
        const auto stores = folders(tree, adapter);
        if (!there || !stores) {
            return fail(there ? stores.error() : there.error());
        }
        const auto store =
            std::find_if(stores->begin(), stores->end(), [&](const std::string& path) {
                return is_backstore_of(base_name(path), iqn);
            });
        if (store != stores->end()) {
            return *store;
        }
    }
    return std::string();
}

Result<Inventory> take_inventory(ConfigTree& tree, std::string_view iqn) {
    auto inventory = take_target_inventory(tree, iqn);
    if (inventory) {
        if (auto found = find_backstores(tree, *inventory); !found) {
            return fail(found.error());
        }
    }
    return inventory;
}

std::vector<std::string> additions(const Inventory& inventory) {
    std::vector<std::string> all;
    for (const PortalGroup& group : inventory.groups) {
        if (group.path != group_path(inventory.iqn)) {
            all.push_back(fmt::format("it has a portal group {}", base_name(group.path)));
        }
        const auto luns = foreign_luns(group, inventory.iqn);
        all.insert(all.end(), luns.begin(), luns.end());
    }
    return all;
}

std::string foreign_sign(const Inventory& inventory) {
    if (has_lun_of_ours(inventory)) {
        return {}; // whatever else is there was added
    }
    if (auto signs = additions(inventory); !signs.empty()) {
        return std::move(signs.front());
    }
    for (const PortalGroup& group : inventory.groups) {
        const bool in_use = group.enabled || !group.portals.empty() || !group.acls.empty();
        if (in_use && group.luns.empty()) {
            return "it has no LUN of this agent's and is in use";
        }
    }
    return {};
}

namespace {

Result<std::vector<std::string>> all_stores(ConfigTree& tree, std::string_view adapters) {
    const auto found = folders(tree, std::string(core));
    if (!found) {
        return fail(found.error());
    }
    std::vector<std::string> all;
    for (const std::string& adapter : *found) {
        if (!base_name(adapter).starts_with(adapters)) {
            continue;
        }
        const auto stores = folders(tree, adapter);
        if (!stores) {
            return fail(stores.error());
        }
        all.insert(all.end(), stores->begin(), stores->end());
    }
    return all;
}

} // namespace

Result<std::string> user_of_store(ConfigTree& tree, const std::string& store) {
    std::vector<std::string> level;
    const auto fabrics = tree.directories("");
    if (!fabrics) {
        return fail(fabrics.error());
    }
    std::copy_if(fabrics->begin(), fabrics->end(), std::back_inserter(level),
                 [](const std::string& name) { return name != core; });
    constexpr int down_to_groups = 2; // FABRIC/TARGET/GROUP
    for (int depth = 0; depth < down_to_groups; ++depth) {
        std::vector<std::string> below;
        for (const std::string& path : level) {
            const auto found = folders(tree, path);
            if (!found) {
                return fail(found.error());
            }
            below.insert(below.end(), found->begin(), found->end());
        }
        level = std::move(below);
    }
    for (const std::string& group : level) {
        const auto luns = take_luns(tree, group + "/lun");
        if (!luns) {
            return fail(luns.error());
        }
        for (const LunFolder& lun : *luns) {
            if (std::any_of(lun.links.begin(), lun.links.end(),
                            [&](const Link& link) { return link.target == store; })) {
                return lun.path;
            }
        }
    }
    return std::string();
}

Result<std::vector<std::string>> file_stores(ConfigTree& tree) {
    return all_stores(tree, "fileio_");
}

Result<std::string> holder_of_serial(ConfigTree& tree, std::string_view serial) {
    const auto stores = all_stores(tree, "");
    if (!stores) {
        return fail(stores.error());
    }
    for (const std::string& store : *stores) {
        const auto text = or_empty(tree.read(store + "/wwn/vpd_unit_serial"));
        if (!text) {
            return fail(text.error());
        }
        if (trim(*text).ends_with(fmt::format(": {}", serial))) {
            return store;
        }
    }
    return std::string();
}

} // namespace twinsite::target::lio
