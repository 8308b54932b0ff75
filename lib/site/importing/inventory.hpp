// The primitives of a CIB, with what surrounds them.
#pragma once

#include <twinsite/site/xml.hpp>

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace twinsite::site::importing {

using Values = std::map<std::string, std::string, std::less<>>;

/// The nvpairs of every set SET_NAME of ELEMENT; sets under a rule do not count.
Values values_of(const Xml& element, std::string_view set_name);

struct Item {
    std::string id;
    std::string kind; ///< class:provider:type, or class:type
    std::string group;
    std::string clone; ///< also the old element <master>
    Values parameters;
    Values meta; ///< its own before the group's and the clone's
    Values utilization;
    bool placed = false;

    [[nodiscard]] std::string parameter(std::string_view name) const;
    [[nodiscard]] bool is_vm() const;
    [[nodiscard]] bool is_mirror() const;
    [[nodiscard]] bool is_target() const;
    [[nodiscard]] bool is_logical_unit() const;
    [[nodiscard]] bool is_address() const;
    [[nodiscard]] bool is_fence_device() const { return kind.starts_with("stonith:"); }
};

class Inventory {
public:
    explicit Inventory(const Xml& resources);

    std::vector<Item>& items() { return items_; }
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    /// Whether ID is a primitive, group or clone.
    [[nodiscard]] bool knows(std::string_view id) const;
    /// The primitives that ID means: itself, or what is in it; by their index.
    [[nodiscard]] const std::vector<std::size_t>& members(std::string_view id) const;

private:
    std::vector<Item> items_;
    std::unordered_map<std::string, std::vector<std::size_t>> members_;
    std::unordered_map<std::string_view, const Xml*> templates_;
    std::unordered_map<std::string_view, const Xml*> sets_; ///< by id, for id-ref

    void collect_sets(const Xml& element);
    void add(const Xml& element, std::vector<const Xml*>& around);
    [[nodiscard]] Values values(const Xml& element, std::string_view set_name) const;
};

} // namespace twinsite::site::importing
