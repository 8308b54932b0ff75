#include "lib/site/rivals.hpp"

#include "lib/site/importing/inventory.hpp"
#include "lib/site/ownership.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

namespace twinsite::site {

namespace {

using importing::Inventory;
using importing::Item;

/// What only one resource may have in hand: "domain /etc/x.xml"; "" for other kinds.
std::string work_of(const Item& item) {
    std::string_view what;
    std::string_view name;
    if (item.is_vm()) {
        what = "the domain";
        name = "config";
    } else if (item.is_mirror()) {
        what = "the mirror";
        name = "drbd_resource";
    } else if (item.is_target()) {
        what = "the target";
        name = "iqn";
    } else if (item.is_address()) {
        what = "the address";
        name = "ip";
    } else {
        return {};
    }
    const std::string value = item.parameter(name);
    return value.empty() ? std::string{} : fmt::format("{} {}", what, value);
}

} // namespace

Status check_rivals(const Xml& live, const Xml& wanted,
                    const std::unordered_set<std::string>& owned) {
    std::unordered_map<std::string, std::string> ours;
    const Inventory inventory(wanted);
    for (const Item& item : inventory.items()) {
        ours.emplace(work_of(item), item.id);
    }
    ours.erase("");
    const Inventory there(live);
    for (const Item& item : there.items()) {
        if (is_owned(owned, item)) {
            continue;
        }
        const auto rival = ours.find(work_of(item));
        if (rival != ours.end()) {
            return fail(ErrorKind::conflict,
                        fmt::format("the cluster's resource \"{}\" runs {} already, as twinsite's "
                                    "{} would; remove it first (docs/site-affinity.md, \"Coming "
                                    "from VirtualDomain\")",
                                    printable(item.id), printable(rival->first, 120),
                                    rival->second));
        }
    }
    return {};
}

} // namespace twinsite::site
