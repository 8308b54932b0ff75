#include "lib/site/importing/inventory.hpp"

#include <fmt/format.h>

namespace twinsite::site::importing {

namespace {

bool ends_with_type(std::string_view kind, std::string_view type) {
    return kind.ends_with(type) && kind.size() > type.size() &&
           kind[kind.size() - type.size() - 1] == ':';
}

void add_missing(Values& values, const Values& more) {
    for (const auto& [name, value] : more) {
        values.emplace(name, value);
    }
}

std::string kind_of(const Xml& primitive) {
    const auto provider = primitive.get("provider");
    return provider.empty()
               ? fmt::format("{}:{}", primitive.get("class"), primitive.get("type"))
               : fmt::format("{}:{}:{}", primitive.get("class"), provider, primitive.get("type"));
}

} // namespace

Values values_of(const Xml& element, std::string_view set_name) {
    Values values;
    for (const Xml& set : element.children) {
        if (set.name != set_name || set.child("rule") != nullptr) {
            continue;
        }
        for (const Xml& pair : set.children) {
            if (pair.name == "nvpair" && pair.has("name")) {
                values.emplace(pair.get("name"), pair.get("value"));
            }
        }
    }
    return values;
}

std::string Item::parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string{} : found->second;
}

bool Item::is_vm() const {
    return kind == "ocf:twinsite:vm" || ends_with_type(kind, "VirtualDomain");
}
bool Item::is_mirror() const {
    return kind == "ocf:twinsite:mirror" || kind == "ocf:linbit:drbd" ||
           kind == "ocf:heartbeat:drbd";
}
bool Item::is_target() const {
    return kind == "ocf:twinsite:iscsi-target" || ends_with_type(kind, "iSCSITarget");
}
bool Item::is_logical_unit() const {
    return ends_with_type(kind, "iSCSILogicalUnit");
}
bool Item::is_address() const {
    return kind == "ocf:twinsite:vip" || ends_with_type(kind, "IPaddr2") ||
           ends_with_type(kind, "IPaddr") || ends_with_type(kind, "IPv6addr");
}

Inventory::Inventory(const Xml& resources) {
    for (const Xml& element : resources.children) {
        if (element.name == "template") {
            templates_.emplace(element.get("id"), &element);
        }
        collect_sets(element);
    }
    std::vector<const Xml*> around;
    for (const Xml& element : resources.children) {
        add(element, around);
    }
}

void Inventory::collect_sets(const Xml& element) {
    for (const Xml& child : element.children) {
        if (child.name == "primitive" || child.name == "group") {
            collect_sets(child);
        } else if (child.has("id")) {
            sets_.emplace(child.get("id"), &child);
        }
    }
}

Values Inventory::values(const Xml& element, std::string_view set_name) const {
    Values values = values_of(element, set_name);
    for (const Xml& set : element.children) {
        if (set.name != set_name || !set.has("id-ref")) {
            continue;
        }
        const auto found = sets_.find(set.get("id-ref"));
        if (found != sets_.end() && found->second->name == set_name) {
            Xml holder{"holder", {}, {*found->second}};
            add_missing(values, values_of(holder, set_name));
        }
    }
    return values;
}

void Inventory::add(const Xml& element, std::vector<const Xml*>& around) {
    if (element.name != "primitive") {
        if (element.name == "group" || element.name == "clone" || element.name == "master") {
            members_.try_emplace(std::string(element.get("id")));
            around.push_back(&element);
            for (const Xml& child : element.children) {
                add(child, around);
            }
            around.pop_back();
        }
        return;
    }
    Item item;
    item.id = element.get("id");
    const auto pattern = templates_.find(element.get("template"));
    const Xml* base = pattern == templates_.end() ? nullptr : pattern->second;
    item.kind = kind_of(base != nullptr ? *base : element);
    const auto merged = [&](std::string_view set) {
        Values all = values(element, set);
        if (base != nullptr) {
            add_missing(all, values(*base, set));
        }
        return all;
    };
    item.parameters = merged("instance_attributes");
    item.meta = merged("meta_attributes");
    item.utilization = merged("utilization");
    members_[item.id].push_back(items_.size());
    for (auto outer = around.rbegin(); outer != around.rend(); ++outer) {
        const std::string id((*outer)->get("id"));
        ((*outer)->name == "group" ? item.group : item.clone) = id;
        add_missing(item.meta, values(**outer, "meta_attributes"));
        members_[id].push_back(items_.size());
    }
    items_.push_back(std::move(item));
}

bool Inventory::knows(std::string_view id) const {
    return members_.contains(std::string(id));
}

const std::vector<std::size_t>& Inventory::members(std::string_view id) const {
    static const std::vector<std::size_t> none;
    const auto found = members_.find(std::string(id));
    return found == members_.end() ? none : found->second;
}

} // namespace twinsite::site::importing
