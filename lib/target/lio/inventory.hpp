// Everything in LIO's tree that carries one target's name, as it stands: whole, half-built, or left
// over from a run that died.
#pragma once

#include <twinsite/target/config_tree.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target::lio {

struct Link {
    std::string path;
    std::string target;
};

/// A LUN of a portal group, or one mapped to an initiator.
struct LunFolder {
    std::string path;
    std::vector<Link> links;
};

struct AclFolder {
    std::string path;
    std::vector<LunFolder> luns;
};

struct PortalGroup {
    std::string path;
    bool enabled = false;
    std::vector<std::string> portals; ///< paths
    std::vector<LunFolder> luns;
    std::vector<AclFolder> acls;
};

struct Backstore {
    std::string path;
    std::vector<std::string> alua_groups; ///< paths, without the default group
};

struct Inventory {
    std::string iqn;
    bool target = false;
    std::vector<PortalGroup> groups;
    std::vector<std::string> adapters; ///< the folders that hold nothing but its backing stores
    std::vector<Backstore> backstores; ///< also those no LUN leads to

    [[nodiscard]] bool empty() const { return !target && adapters.empty() && backstores.empty(); }
};

/// The target alone, without looking for backing stores.
Result<Inventory> take_target_inventory(ConfigTree& tree, std::string_view iqn);

/// A backing store of this name where this agent makes them; "" when there is none. Two looks at
/// folders of the target's own, which are not there as a rule.
Result<std::string> leftover_store(ConfigTree& tree, std::string_view iqn);

/// The target and every backing store of its name: where this agent makes them, and wherever else
/// its LUNs lead (rtslib's targetctl restores a saved configuration under numbers of its own).
Result<Inventory> take_inventory(ConfigTree& tree, std::string_view iqn);

/// The LUN folder of any target, of any fabric, that leads to STORE; "" when none does.
Result<std::string> user_of_store(ConfigTree& tree, const std::string& store);

/// The backing stores of all targets that are files.
Result<std::vector<std::string>> file_stores(ConfigTree& tree);

/// The backing store, of any target, that has SERIAL; "" when none has.
Result<std::string> holder_of_serial(ConfigTree& tree, std::string_view serial);

/// What somebody else added to a target of ours: a LUN on a backing store of theirs, a portal
/// group.
std::vector<std::string> additions(const Inventory& inventory);

/// "" when this agent built what is there, else what shows that somebody else did. A target with a
/// LUN of ours is ours. The order in which targets are built and taken down makes that visible in
/// every half-built state: backing stores have the target's name, nothing but LUNs is there before
/// them or after them, and what was added goes before our LUNs do.
std::string foreign_sign(const Inventory& inventory);

} // namespace twinsite::target::lio
