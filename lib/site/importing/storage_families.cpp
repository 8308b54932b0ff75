#include "lib/site/importing/storage_families.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace twinsite::site::importing {

namespace {

bool is_storage(const Item& item) {
    return item.is_mirror() || item.is_target() || item.is_logical_unit() || item.is_address();
}

/// Which storage primitives belong together: a union of sets, by index into the inventory.
class Families {
public:
    explicit Families(std::size_t count)
        : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    std::size_t of(std::size_t item) {
        while (parent_[item] != item) {
            parent_[item] = parent_[parent_[item]];
            item = parent_[item];
        }
        return item;
    }
    void join(std::size_t a, std::size_t b) { parent_[of(a)] = of(b); }

private:
    std::vector<std::size_t> parent_;
};

class Binder {
public:
    explicit Binder(Working& work)
        : work_(work)
        , families_(work.inventory.items().size()) {}

    std::vector<std::vector<std::size_t>> run() {
        bind();
        std::map<std::size_t, std::vector<std::size_t>> families;
        for (std::size_t i = 0; i < work_.inventory.items().size(); ++i) {
            if (is_storage(item(i))) {
                families[families_.of(i)].push_back(i);
            }
        }
        std::map<std::size_t, std::vector<std::size_t>> ordered;
        for (auto& [root, members] : families) {
            const auto mirror = std::find_if(members.begin(), members.end(),
                                             [&](std::size_t i) { return item(i).is_mirror(); });
            if (mirror != members.end()) {
                ordered.emplace(*mirror, std::move(members));
            }
        }
        std::vector<std::vector<std::size_t>> list;
        list.reserve(ordered.size());
        for (auto& [mirror, members] : ordered) {
            list.push_back(std::move(members));
        }
        return list;
    }

private:
    Working& work_;
    Families families_;

    [[nodiscard]] const Item& item(std::size_t index) const {
        return work_.inventory.items()[index];
    }

    void join_all(const std::vector<std::size_t>& some) {
        std::optional<std::size_t> first;
        for (const std::size_t index : some) {
            if (is_storage(item(index))) {
                families_.join(index, first.value_or(index));
                first = first.value_or(index);
            }
        }
    }

    void bind() {
        std::map<std::string, std::vector<std::size_t>> groups;
        for (std::size_t i = 0; i < work_.inventory.items().size(); ++i) {
            if (!item(i).group.empty()) {
                groups[item(i).group].push_back(i);
            }
        }
        for (const auto& [id, members] : groups) {
            join_all(members);
        }
        bind_by_content();
        for (const bool orders : {false, true}) {
            for (const Bond& bond : work_.bonds) {
                if (bond.order == orders && bond.score > 0 && !bond.same_site_only) {
                    join_pair(bond, orders);
                }
            }
        }
    }

    /// An order alone binds only what no colocation has bound to a mirror.
    void join_pair(const Bond& bond, bool weak) {
        const auto& a = work_.inventory.members(bond.resource);
        const auto& b = work_.inventory.members(bond.with);
        const auto storage = [&](std::size_t i) { return is_storage(item(i)); };
        const auto one = std::find_if(a.begin(), a.end(), storage);
        const auto other = std::find_if(b.begin(), b.end(), storage);
        if (one == a.end() || other == b.end()) {
            return;
        }
        if (weak && has_mirror(families_.of(*one)) && has_mirror(families_.of(*other))) {
            return;
        }
        families_.join(*one, *other);
    }

    bool has_mirror(std::size_t family) {
        for (std::size_t i = 0; i < work_.inventory.items().size(); ++i) {
            if (item(i).is_mirror() && families_.of(i) == family) {
                return true;
            }
        }
        return false;
    }

    /// What their parameters say: unit to target by IQN, device to mirror by DRBD's name.
    void bind_by_content() {
        std::map<std::string, std::size_t> targets;
        std::map<std::string, std::size_t> mirrors;
        std::map<std::string, std::size_t> addresses;
        for (std::size_t i = 0; i < work_.inventory.items().size(); ++i) {
            if (item(i).is_target()) {
                targets.emplace(item(i).parameter("iqn"), i);
            } else if (item(i).is_mirror()) {
                mirrors.emplace(item(i).parameter("drbd_resource"), i);
            } else if (item(i).is_address()) {
                addresses.emplace(item(i).parameter("ip"), i);
            }
        }
        const auto join = [&](const auto& map, const std::string& key, std::size_t with) {
            if (const auto found = map.find(key); !key.empty() && found != map.end()) {
                families_.join(with, found->second);
            }
        };
        for (std::size_t i = 0; i < work_.inventory.items().size(); ++i) {
            if (item(i).is_logical_unit()) {
                join(targets, item(i).parameter("target_iqn"), i);
            }
            if (!item(i).is_logical_unit() && !item(i).is_target()) {
                continue;
            }
            for (const auto& [number, path] : exported(item(i))) {
                std::string name = names_resource(path);
                for (const DrbdResource& drbd : work_.drbd) {
                    name = name.empty() && drbd.device == path ? drbd.name : name;
                }
                join(mirrors, name, i);
            }
            for (const std::string& portal : split(item(i).parameter("portals"))) {
                join(addresses, portal.substr(0, portal.rfind(':')), i);
            }
        }
    }
};

} // namespace

std::string names_resource(std::string_view path) {
    constexpr std::string_view by_res = "/dev/drbd/by-res/";
    if (!path.starts_with(by_res)) {
        return {};
    }
    path.remove_prefix(by_res.size());
    return std::string(path.substr(0, path.find('/')));
}

std::vector<std::pair<std::int64_t, std::string>> exported(const Item& item) {
    std::vector<std::pair<std::int64_t, std::string>> units;
    if (item.is_logical_unit()) {
        units.emplace_back(parse_integer(item.parameter("lun"), 0, 16383).value_or(0),
                           item.parameter("path"));
        return units;
    }
    for (const std::string& word : split(item.parameter("luns"))) {
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            units.emplace_back(parse_integer(word.substr(0, equals), 0, 16383).value_or(0),
                               word.substr(equals + 1));
        }
    }
    return units;
}

std::vector<std::vector<std::size_t>> storage_families(Working& work) {
    return Binder(work).run();
}

} // namespace twinsite::site::importing
