#include "lib/site/importing/inventory.hpp"
#include "lib/site/ownership.hpp"

#include <twinsite/site/drain.hpp>
#include <twinsite/site/interruption.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace twinsite::site {

namespace {

using importing::Inventory;
using importing::Item;

class Judge {
public:
    Judge(const Xml& before, const Xml& after)
        : inventory_(resources_of(before))
        , drained_(nodes_in_standby(after)) {
        for (const std::string& node : nodes_in_standby(before)) {
            drained_.erase(node);
        }
        if (const Xml* configuration = before.child("configuration")) {
            owned_ = owned_resources(*configuration);
        }
        for (const Item& item : inventory_.items()) {
            items_.emplace(item.id, &item);
        }
    }

    [[nodiscard]] bool interrupts(const Movement& movement) const {
        if (movement.kind == MovementKind::fence) {
            return true;
        }
        const auto found = items_.find(movement.resource);
        if (found != items_.end() && is_owned(owned_, *found->second)) {
            return movement.resource.starts_with("vm_") && stops(movement);
        }
        // What is in no configuration (the container of a bundle, say) is not ours either.
        return (stops(movement) || movement.kind == MovementKind::demote) &&
               (found == items_.end() || !may_leave(*found->second, movement));
    }

private:
    Inventory inventory_;
    std::set<std::string> drained_;
    std::unordered_set<std::string> owned_;
    std::unordered_map<std::string_view, const Item*> items_;

    static const Xml& resources_of(const Xml& cib) {
        static const Xml nothing;
        const Xml* configuration = cib.child("configuration");
        const Xml* found = configuration == nullptr ? nullptr : configuration->child("resources");
        return found == nullptr ? nothing : *found;
    }

    static bool stops(const Movement& movement) {
        return movement.kind == MovementKind::stop || movement.kind == MovementKind::restart;
    }

    [[nodiscard]] bool may_leave(const Item& item, const Movement& movement) const {
        return item.is_fence_device() ||
               (!item.clone.empty() && !item.meta.contains("promotable") &&
                movement.kind == MovementKind::stop && drained_.contains(movement.from));
    }
};

} // namespace

std::vector<Movement> interruptions(const std::vector<Movement>& movements,
                                    const std::vector<Movement>& unavoidable, const Xml& before,
                                    const Xml& after) {
    const Judge judge(before, after);
    std::vector<Movement> found;
    for (const Movement& movement : movements) {
        const bool anyway =
            std::any_of(unavoidable.begin(), unavoidable.end(), [&](const Movement& other) {
                return other.resource == movement.resource && other.kind == movement.kind &&
                       other.from == movement.from;
            });
        if (!anyway && judge.interrupts(movement)) {
            found.push_back(movement);
        }
    }
    return found;
}

} // namespace twinsite::site
