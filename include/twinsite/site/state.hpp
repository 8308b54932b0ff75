// The cluster as it is at one moment, as values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

struct NodeState {
    std::string name;
    bool online = false;
    bool unclean = false; ///< lost, and not yet fenced: what it runs is unknown
    bool standby = false;
    bool maintenance = false;
    bool pending = false; ///< in the membership, not yet taking part
    bool dc = false;
    std::map<std::string, std::string> attributes; ///< permanent and transient
};

struct Instance {
    std::string node;
    bool promoted = false;
};

/// One resource that can run: a primitive, or a clone with all its instances.
struct ResourceState {
    std::string id; ///< vm_rot, address_red, mirror_red (without the instance number)
    std::vector<Instance> running;
    bool failed = false;
    bool managed = true;
    bool blocked = false;
    std::string pending; ///< what is going on now: Starting, Migrating ...; "" for nothing

    [[nodiscard]] std::string_view promoted_on() const;
};

struct ClusterState {
    bool quorate = false;
    std::string dc;
    std::vector<NodeState> nodes;
    std::map<std::string, ResourceState, std::less<>> resources;
    std::map<std::string, std::string, std::less<>> properties;

    [[nodiscard]] const NodeState* node(std::string_view name) const;
    [[nodiscard]] const ResourceState* resource(std::string_view id) const;
};

} // namespace twinsite::site
