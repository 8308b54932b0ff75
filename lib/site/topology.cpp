#include <twinsite/site/topology.hpp>

#include <algorithm>

namespace twinsite::site {

namespace {

template <typename Items>
auto* find_named(const Items& items, std::string_view name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [name](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

} // namespace

const Replica* Lun::replica_on(std::string_view node) const {
    const auto found = std::find_if(mirror.replicas.begin(), mirror.replicas.end(),
                                    [node](const Replica& r) { return r.node == node; });
    return found == mirror.replicas.end() ? nullptr : &*found;
}

const Node* Topology::node(std::string_view name) const {
    return find_named(nodes, name);
}

const Pdu* Topology::pdu(std::string_view name) const {
    return find_named(pdus, name);
}

std::string_view to_string(Isolation isolation) {
    return isolation == Isolation::majority ? "majority" : "keep-home";
}

std::string_view to_string(Failback failback) {
    switch (failback) {
    case Failback::automatic:
        return "automatic";
    case Failback::manual:
        return "manual";
    case Failback::window:
        return "window";
    }
    return "automatic";
}

} // namespace twinsite::site
