// LUNs, VMs and the policy.
#include "lib/config/topology_reader.hpp"
#include "lib/config/value_checks.hpp"

#include <fmt/format.h>

namespace twinsite::config {

namespace {

constexpr std::int64_t most_mib = 1LL << 40;

void read_mirror(const Json& json, const std::string& path, site::Mirror& mirror,
                 Problems& problems) {
    ObjectReader reader(json, path, problems);
    if (const Json* nodes = reader.value("nodes", JsonKind::object, true)) {
        for (const Json& disk : nodes->items) {
            const std::string where = below(reader.at("nodes"), disk.name);
            if (disk.kind != JsonKind::string) {
                problems.add(
                    "schema-invalid", where,
                    fmt::format("a device path is needed here, not {}", describe(disk.kind)),
                    "Write the path of the backing device.");
                continue;
            }
            require(problems, where, disk.text.empty() ? "-" : disk.text, wrong_absolute_path);
            mirror.replicas.push_back({disk.name, disk.text});
        }
        if (nodes->items.size() != 2) {
            problems.add("schema-invalid", reader.at("nodes"),
                         fmt::format("a mirror has two nodes, not {}", nodes->items.size()),
                         "Name one storage node of each site.");
        }
    }
    mirror.device = reader.required_string("device");
    require(problems, reader.at("device"), mirror.device, wrong_drbd_device);
    mirror.port = reader.required_integer("port", 1, 65535);
    mirror.protocol = reader.one_of("protocol", {"A", "B", "C"}, "C");
    mirror.resync_mib = reader.integer("resync_mib", 1, 100000, mirror.resync_mib);
    mirror.integrity = reader.boolean("integrity", false);
    mirror.verify_days = reader.integer("verify_days", 0, 365, 0);
    mirror.verify_window = reader.string("verify_window");
    require(problems, reader.at("verify_window"), mirror.verify_window, wrong_window);
    mirror.max_behind_mib = reader.integer("max_behind_mib", 0, most_mib, 0);
    mirror.link_health = reader.boolean("link_health", false);
    reader.finish();
}

void read_target(const Json& json, const std::string& path, site::Target& target,
                 Problems& problems) {
    ObjectReader reader(json, path, problems);
    target.iqn = reader.required_string("iqn");
    require(problems, reader.at("iqn"), target.iqn, wrong_iscsi_name);
    target.lun = reader.integer("lun", 0, 16383, 0);
    target.implementation = reader.one_of("implementation", {"lio", "tgt"}, "lio");
    if (target.implementation == "tgt" && target.lun == 0) {
        problems.add("schema-invalid", reader.at("lun"), "tgt keeps LUN 0 for its controller",
                     "Use LUN 1 or above, or \"implementation\": \"lio\".");
    }
    target.initiators = reader.strings("initiators");
    for (std::size_t i = 0; i < target.initiators.size(); ++i) {
        require(problems, below(reader.at("initiators"), i), target.initiators[i],
                wrong_iscsi_name);
    }
    target.chap_secret_file = reader.string("chap_secret_file");
    require(problems, reader.at("chap_secret_file"), target.chap_secret_file, wrong_absolute_path);
    target.chap_user = reader.string("chap_user");
    require(problems, reader.at("chap_user"), target.chap_user, wrong_word);
    reader.finish();
}

void read_address(const Json& json, const std::string& path, site::Address& address,
                  Problems& problems) {
    ObjectReader reader(json, path, problems);
    address.ip = reader.required_string("ip");
    require(problems, reader.at("ip"), address.ip, wrong_ip);
    const bool six = address.ip.find(':') != std::string::npos;
    address.prefix = reader.integer("prefix", 1, six ? 128 : 32, 0);
    address.nic = reader.string("nic");
    require(problems, reader.at("nic"), address.nic, wrong_word);
    reader.finish();
}

} // namespace

void read_lun(const Json& json, const std::string& path, site::Lun& lun, Problems& problems) {
    ObjectReader reader(json, path, problems);
    lun.home = reader.required_string("home");
    lun.size_mib = reader.integer("size_mib", 0, most_mib, 0);
    if (const Json* mirror = reader.value("mirror", JsonKind::object, true)) {
        read_mirror(*mirror, reader.at("mirror"), lun.mirror, problems);
    }
    const Json* target = reader.value("target", JsonKind::object, false);
    const Json* address = reader.value("address", JsonKind::object, false);
    if ((target == nullptr) != (address == nullptr)) {
        problems.add("schema-invalid", path, "a target needs an address, and an address a target",
                     "Name both, or neither: then VMs use the mirror's device on their own host.");
    }
    if (target != nullptr) {
        read_target(*target, reader.at("target"), lun.target, problems);
    }
    if (address != nullptr) {
        read_address(*address, reader.at("address"), lun.address, problems);
    }
    if (!lun.target.chap_secret_file.empty() && lun.target.chap_user.empty()) {
        lun.target.chap_user = lun.name;
    }
    reader.finish();
}

void read_vm(const Json& json, const std::string& path, site::Vm& vm, Problems& problems) {
    ObjectReader reader(json, path, problems);
    vm.home = reader.required_string("home");
    if (reader.value("luns", JsonKind::array, true) != nullptr) {
        vm.luns = reader.strings("luns");
        if (vm.luns.empty()) {
            problems.add("schema-invalid", reader.at("luns"), "a VM needs at least one LUN",
                         "Name the LUNs its disks are on.");
        }
    }
    vm.config = reader.string("config", fmt::format("/etc/twinsite/vm/{}.xml", vm.name));
    require(problems, reader.at("config"), vm.config, wrong_absolute_path);
    vm.memory_mib = reader.integer("memory_mib", 0, most_mib, 0);
    vm.cpus = reader.integer("cpus", 0, 65536, 0);
    vm.priority = reader.integer("priority", -1000, 1000, 0);
    vm.shutdown_timeout = reader.integer("shutdown_timeout", 0, 86400, 0);
    vm.after = reader.strings("after");
    vm.group = reader.string("group");
    require(problems, reader.at("group"), vm.group, wrong_name);
    vm.host = reader.string("host");
    reader.finish();
}

void read_policy(const Json& json, const std::string& path, site::Policy& policy,
                 Problems& problems) {
    ObjectReader reader(json, path, problems);
    policy.isolation =
        reader.one_of("isolation", {"keep-home", "majority"}, "keep-home") == "majority"
            ? site::Isolation::majority
            : site::Isolation::keep_home;
    if (const Json* failback = reader.any("failback")) {
        if (failback->kind == JsonKind::object) {
            ObjectReader window(*failback, reader.at("failback"), problems);
            policy.failback = site::Failback::window;
            policy.window = window.required_string("window");
            require(problems, window.at("window"), policy.window, wrong_window);
            window.finish();
        } else if (reader.one_of("failback", {"automatic", "manual"}, "automatic") == "manual") {
            policy.failback = site::Failback::manual;
        }
    }
    policy.vm_follows_lun = reader.boolean("vm_follows_lun", true);
    policy.overflow = reader.boolean("overflow", true);
    if (!policy.vm_follows_lun && !policy.overflow) {
        problems.add("schema-invalid", reader.at("overflow"),
                     "\"overflow\": false needs \"vm_follows_lun\": true: it keeps a VM in the "
                     "site of its LUN, and here VMs need not be there",
                     "Leave out one of the two.");
    }
    reader.finish();
}

} // namespace twinsite::config
