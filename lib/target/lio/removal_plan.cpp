#include "lib/target/lio/layout.hpp"
#include "lib/target/lio/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target::lio {

namespace {

class Removal {
public:
    void folder(const std::string& path, std::string purpose) {
        steps_.push_back({Step::Verb::remove_directory, path, {}, std::move(purpose)});
    }
    void link(const std::string& path, std::string purpose) {
        steps_.push_back({Step::Verb::remove_link, path, {}, std::move(purpose)});
    }
    void write(const std::string& path, std::string value, std::string purpose) {
        steps_.push_back({Step::Verb::write, path, std::move(value), std::move(purpose)});
    }
    void lun(const LunFolder& lun, const std::string& purpose) {
        for (const Link& link_to : lun.links) {
            link(link_to.path, purpose);
        }
        folder(lun.path, purpose);
    }
    void group(const PortalGroup& group) {
        for (const std::string& portal : group.portals) {
            folder(portal, fmt::format("portal {}", base_name(portal)));
        }
        if (group.enabled) {
            write(group.path + "/enable", "0", "ending the sessions, when their I/O has ended");
        }
        for (const AclFolder& acl : group.acls) {
            for (const LunFolder& mapped : acl.luns) {
                lun(mapped, fmt::format("{} of {}", base_name(mapped.path), base_name(acl.path)));
            }
            folder(acl.path, fmt::format("initiator {}", base_name(acl.path)));
        }
        for (const LunFolder& exported : group.luns) {
            lun(exported, std::string(base_name(exported.path)));
        }
        folder(group.path, "the portal group");
    }
    void backstore(const Backstore& store) {
        for (const std::string& group : store.alua_groups) {
            folder(group, fmt::format("ALUA group {}", base_name(group)));
        }
        folder(store.path, fmt::format("backing store {}", base_name(store.path)));
    }
    void adapter(const std::string& path) {
        folder(path, fmt::format("adapter {}", base_name(path)));
        steps_.back().optional = true; // another target may have begun to use it
    }
    std::vector<Step> take() { return std::move(steps_); }

private:
    std::vector<Step> steps_;
};

/// A run that dies in between must leave a target that is still known as ours.
std::vector<PortalGroup> ours_last(const Inventory& inventory) {
    std::vector<PortalGroup> groups = inventory.groups;
    std::stable_partition(groups.begin(), groups.end(), [&](const PortalGroup& group) {
        return group.path != group_path(inventory.iqn);
    });
    for (PortalGroup& group : groups) {
        std::stable_partition(group.luns.begin(), group.luns.end(), [&](const LunFolder& lun) {
            return std::none_of(lun.links.begin(), lun.links.end(), [&](const Link& link) {
                return is_backstore_of(base_name(link.target), inventory.iqn);
            });
        });
    }
    return groups;
}

} // namespace

std::vector<Step> removal_steps(const Inventory& inventory) {
    Removal removal;
    for (const PortalGroup& group : ours_last(inventory)) {
        removal.group(group);
    }
    if (inventory.target) {
        removal.folder(target_path(inventory.iqn), "the target");
    }
    for (const Backstore& store : inventory.backstores) {
        removal.backstore(store);
    }
    for (const std::string& adapter : inventory.adapters) {
        removal.adapter(adapter);
    }
    return removal.take();
}

} // namespace twinsite::target::lio
