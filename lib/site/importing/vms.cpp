// VMs: their parameters, the LUNs they are bound to, what starts before them.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace twinsite::site::importing {

namespace {

class VmImport {
public:
    explicit VmImport(Working& work)
        : work_(work) {}

    void run() {
        for (Item& item : work_.inventory.items()) {
            if (item.is_vm()) {
                add(item);
            }
        }
        for (const Item& item : work_.inventory.items()) {
            if (item.is_vm() && !item.group.empty()) {
                in_group(item);
            }
        }
        bind();
        name_groups();
        migration();
        for (const Vm& vm : work_.topology.vms) {
            if (vm.luns.empty()) {
                work_.not_known(fmt::format("/vms/{}/luns", vm.name),
                                "no colocation or order binds it to a LUN",
                                "Name the LUNs that its disks are on.");
            }
        }
    }

private:
    Working& work_;
    std::set<std::string> names_;
    std::vector<std::size_t> friends_; ///< a union of sets: VMs that stay in one site

    std::string name_for(const std::string& id) {
        constexpr std::string_view prefix = "vm_";
        std::string name =
            id.starts_with(prefix) && id.size() > prefix.size() ? id.substr(prefix.size()) : id;
        if (!names_.insert(name).second) {
            name = id;
            names_.insert(name);
        }
        return name;
    }

    void add(Item& item) {
        Vm vm;
        vm.name = name_for(item.id);
        vm.config = item.parameter("config");
        const auto number = [](const Values& values, const char* name, std::int64_t low) {
            const auto found = values.find(name);
            return found == values.end()
                       ? 0
                       : parse_integer(found->second, low, std::int64_t{1} << 40).value_or(0);
        };
        vm.memory_mib = number(item.utilization, "hv_memory", 0);
        if (vm.memory_mib == 0) {
            vm.memory_mib = number(item.utilization, "memory", 0);
        }
        vm.cpus = number(item.utilization, "cpu", 0);
        vm.priority =
            std::clamp<std::int64_t>(number(item.meta, "priority", -infinity), -1000, 1000);
        vm.shutdown_timeout = number(item.parameters, "shutdown_timeout", 0);
        item.placed = true;
        work_.vm_of.emplace(item.id, work_.topology.vms.size());
        friends_.push_back(friends_.size());
        work_.topology.vms.push_back(std::move(vm));
    }

    void use_lun(std::size_t vm, std::size_t lun) {
        auto& luns = work_.topology.vms[vm].luns;
        const std::string& name = work_.topology.luns[lun].name;
        if (std::find(luns.begin(), luns.end(), name) == luns.end()) {
            luns.push_back(name);
        }
    }

    void start_after(std::size_t vm, std::size_t first) {
        auto& after = work_.topology.vms[vm].after;
        const std::string& name = work_.topology.vms[first].name;
        if (vm != first && std::find(after.begin(), after.end(), name) == after.end()) {
            after.push_back(name);
        }
    }

    std::size_t friend_of(std::size_t vm) {
        while (friends_[vm] != vm) {
            vm = friends_[vm];
        }
        return vm;
    }

    /// A group binds and orders its members.
    void in_group(const Item& item) {
        const std::size_t vm = work_.vm_of.at(item.id);
        std::optional<std::size_t> before;
        for (const std::size_t index : work_.inventory.members(item.group)) {
            const Item& other = work_.inventory.items()[index];
            if (const auto lun = work_.lun_of.find(other.id); lun != work_.lun_of.end()) {
                use_lun(vm, lun->second);
            } else if (const auto found = work_.vm_of.find(other.id); found != work_.vm_of.end()) {
                if (found->second == vm && before) {
                    friends_[friend_of(vm)] = friend_of(*before);
                    start_after(vm, *before);
                }
                before = found->second;
            }
        }
        work_.means_less(item.id,
                         fmt::format("its group {} bound it to one node; the topology binds it to "
                                     "one site",
                                     item.group),
                         "Nothing to do: it may now migrate by itself.");
    }

    void bind() {
        for (Bond& bond : work_.bonds) {
            auto vm = work_.vm_behind(bond.resource);
            auto lun = work_.lun_behind(bond.with);
            if (!vm && !lun && !bond.order) { // the other way round
                vm = work_.vm_behind(bond.with);
                lun = work_.lun_behind(bond.resource);
            }
            const auto other = work_.vm_behind(bond.with);
            if (vm && lun && bond.score > 0) {
                bond.placed = true;
                use_lun(*vm, *lun);
                same_node(bond, *lun);
            } else if (vm && other && bond.order) {
                bond.placed = true;
                start_after(*vm, *other);
            } else if (vm && other && bond.score > 0) {
                bond.placed = true;
                friends_[friend_of(*vm)] = friend_of(*other);
                if (!bond.same_site_only) {
                    work_.means_less(bond.constraint,
                                     "it asked for the same node; a topology asks for the same "
                                     "site (\"group\")",
                                     "Nothing to do, unless they must share a host: then give "
                                     "both the same \"host\".");
                }
            } else if (work_.lun_behind(bond.resource) && work_.vm_behind(bond.with) &&
                       bond.order) {
                bond.placed = bond.stops; // the VM before its LUN, as twinsite writes it
            }
        }
    }

    void same_node(const Bond& bond, std::size_t lun) {
        if (!bond.order && !bond.same_site_only && !work_.topology.luns[lun].converged()) {
            work_.means_less(bond.constraint,
                             "it held the VM on the very node of its LUN; a topology holds it in "
                             "the LUN's site",
                             "Nothing to do: the VM reaches its LUN over the target's address.");
        }
    }

    void name_groups() {
        std::map<std::size_t, std::vector<std::size_t>> groups;
        for (std::size_t i = 0; i < friends_.size(); ++i) {
            groups[friend_of(i)].push_back(i);
        }
        std::size_t nth = 0;
        for (const auto& [root, members] : groups) {
            if (members.size() > 1) {
                ++nth;
                for (const std::size_t member : members) {
                    work_.topology.vms[member].group = fmt::format("group{}", nth);
                }
            }
        }
    }

    /// One way to migrate for all.
    void migration() {
        Migration& migration = work_.topology.migration;
        const std::vector<std::pair<const char*, std::string*>> keys{
            {"migration_transport", &migration.transport},
            {"migration_user", &migration.user},
            {"migration_network_suffix", &migration.network_suffix}};
        for (const auto& [name, value] : keys) {
            bool first = true;
            for (const Item& item : work_.inventory.items()) {
                if (!item.is_vm()) {
                    continue;
                }
                const std::string mine = item.parameter(name);
                if (first) {
                    *value = mine;
                } else if (mine != *value) {
                    work_.not_placed(item.id,
                                     fmt::format("its {} differs from the first VM's", name),
                                     "A topology has one \"migration\" for all VMs.");
                }
                first = false;
            }
        }
    }
};

} // namespace

void import_vms(Working& work) {
    VmImport(work).run();
}

} // namespace twinsite::site::importing
