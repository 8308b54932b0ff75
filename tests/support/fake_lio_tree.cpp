#include "tests/support/fake_lio_tree.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace twinsite::testing {

namespace {

std::string parent(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool below(const std::string& path, const std::string& folder) {
    return path.size() > folder.size() + 1 && path.starts_with(folder + "/");
}

tl::unexpected<Error> refuse(int number, const std::string& path) {
    return fail(error_from_errno(number, path));
}

} // namespace

FakeLioTree::FakeLioTree() {
    folders_["core"] = false;
    folders_["core/alua"] = false;
}

std::vector<std::string> FakeLioTree::content() const {
    std::vector<std::string> all;
    for (const auto& [path, made] : folders_) {
        if (made) {
            all.push_back(path);
        }
    }
    for (const auto& [path, leads_to] : links_) {
        all.push_back(fmt::format("{} -> {}", path, leads_to));
    }
    for (const auto& [path, value] : attributes_) {
        all.push_back(fmt::format("{}={}", path, value));
    }
    std::sort(all.begin(), all.end());
    return all;
}

Status FakeLioTree::begin_change(const std::string& path) {
    if (changes_left && *changes_left == 0) {
        throw Killed{};
    }
    if (changes_left) {
        --*changes_left;
    }
    for (const auto& [part, number] : failures) {
        if (path.find(part) != std::string::npos) {
            return refuse(number, path);
        }
    }
    return {};
}

Status FakeLioTree::changed() {
    ++changes_;
    after_change();
    return {};
}

Result<bool> FakeLioTree::exists(const std::string& path) {
    return is_folder(path);
}

Result<std::vector<std::string>> FakeLioTree::directories(const std::string& path) {
    if (!path.empty() && !is_folder(path)) {
        return refuse(ENOENT, path);
    }
    std::vector<std::string> names;
    for (const auto& [folder, made] : folders_) {
        if (parent(folder) == path && folder != path) {
            names.push_back(name_of(folder));
        }
    }
    return names;
}

Result<std::vector<std::string>> FakeLioTree::links(const std::string& path) {
    if (!is_folder(path)) {
        return refuse(ENOENT, path);
    }
    std::vector<std::string> names;
    for (const auto& [link, leads_to] : links_) {
        if (parent(link) == path) {
            names.push_back(name_of(link));
        }
    }
    return names;
}

Result<std::string> FakeLioTree::link_target(const std::string& path) {
    const auto link = links_.find(path);
    if (link == links_.end()) {
        return refuse(ENOENT, path);
    }
    return link->second;
}

Result<std::string> FakeLioTree::read(const std::string& path) {
    const auto attribute = attributes_.find(path);
    if (attribute == attributes_.end()) {
        return refuse(ENOENT, path);
    }
    if (name_of(path) == "vpd_unit_serial") {
        return "T10 VPD Unit Serial Number: " + attribute->second;
    }
    if (name_of(path) == "alua_tg_pt_gp") {
        return "TG Port Alias: " + attribute->second +
               "\nTG Port Primary Access State: Standby\nTG Port Primary Access Status: None";
    }
    return attribute->second;
}

Status FakeLioTree::write(const std::string& path, std::string_view value) {
    if (auto begun = begin_change(path); !begun) {
        return begun;
    }
    const auto attribute = attributes_.find(path);
    if (attribute == attributes_.end()) {
        return refuse(ENOENT, path);
    }
    attribute->second = value;
    const std::string folder = parent(path);
    if (name_of(path) == "control" && value.starts_with("udev_path=")) {
        attributes_[folder + "/info"] = fmt::format(
            "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 248\n        "
            "iBlock device: x  UDEV PATH: {}  readonly: 0\n        Major: 147 Minor: {}  CLAIMED: "
            "IBLOCK",
            value.substr(value.find('=') + 1), value.back());
    }
    if (name_of(path) == "control" && value.starts_with("fd_dev_name=")) {
        attributes_[folder + "/info"] = fmt::format(
            "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: "
            "16384\n        TCM FILEIO ID: 0        File: {}  Size: 4096  Mode: O_DSYNC "
            "Async: 0",
            value.substr(value.find('=') + 1, value.find(',') - value.find('=') - 1));
    }
    return changed();
}

void FakeLioTree::add_defaults(const std::string& path) {
    const auto attributes = [&](const std::string& folder, const std::vector<std::string>& names) {
        if (folder != path) {
            folders_[folder] = false;
        }
        for (const std::string& name : names) {
            attributes_[fmt::format("{}/{}", folder, name)] = "";
        }
    };
    const auto depth = std::count(path.begin(), path.end(), '/');
    const std::vector<std::string> secrets{"userid", "password", "userid_mutual",
                                           "password_mutual"};
    if (path.starts_with("core/") && depth == 2) {
        attributes(path, {"control", "enable", "info", "udev_path"});
        attributes(path + "/attrib", {"emulate_tpu", "emulate_3pc", "emulate_caw"});
        attributes(path + "/wwn", {"vpd_unit_serial", "vendor_id", "product_id"});
        attributes(path + "/pr", {"res_pr_registered_i_pts"});
        attributes(path + "/alua", {});
        attributes(path + "/alua/default_tg_pt_gp", {"tg_pt_gp_id"});
    } else if (name_of(parent(path)) == "alua") {
        attributes(path, {"tg_pt_gp_id", "alua_access_type", "alua_access_state"});
    } else if (name_of(path).starts_with("tpgt_")) {
        attributes(path, {"enable"});
        attributes(path + "/attrib", {"authentication", "generate_node_acls", "cache_dynamic_acls",
                                      "demo_mode_write_protect"});
        attributes(path + "/param", {"MaxBurstLength"});
        attributes(path + "/auth", secrets);
        for (const char* folder : {"/np", "/lun", "/acls"}) {
            attributes(path + folder, {});
        }
    } else if (name_of(parent(path)) == "acls") {
        attributes(path + "/auth", secrets);
        attributes(path + "/attrib", {});
    } else if (name_of(parent(parent(path))) == "acls") {
        attributes(path, {"write_protect"});
    } else if (name_of(parent(path)) == "lun") {
        attributes(path, {"alua_tg_pt_gp"});
    } else if (name_of(parent(path)) == "np") {
        attributes(path, {"iser"});
    }
}

Status FakeLioTree::make_directory(const std::string& path) {
    if (auto begun = begin_change(path); !begun) {
        return begun;
    }
    if (is_folder(path)) {
        return refuse(EEXIST, path);
    }
    if (!parent(path).empty() && !is_folder(parent(path))) {
        return refuse(ENOENT, path);
    }
    folders_[path] = true;
    add_defaults(path);
    return changed();
}

Status FakeLioTree::make_link(const std::string& path, const std::string& leads_to) {
    if (auto begun = begin_change(path); !begun) {
        return begun;
    }
    if (!is_folder(parent(path)) || !is_folder(leads_to)) {
        return refuse(ENOENT, path);
    }
    links_[path] = leads_to;
    return changed();
}

Status FakeLioTree::remove_link(const std::string& path) {
    if (auto begun = begin_change(path); !begun) {
        return begun;
    }
    return links_.erase(path) == 1 ? changed() : Status(refuse(ENOENT, path));
}

Status FakeLioTree::remove_directory(const std::string& path) {
    if (auto begun = begin_change(path); !begun) {
        return begun;
    }
    if (!is_folder(path)) {
        return refuse(ENOENT, path);
    }
    for (const auto& [folder, made] : folders_) {
        if (made && below(folder, path)) {
            return refuse(ENOTEMPTY, path);
        }
    }
    for (const auto& [link, leads_to] : links_) {
        if (below(link, path) || leads_to == path) {
            return refuse(EBUSY, path);
        }
    }
    std::erase_if(folders_,
                  [&](const auto& one) { return one.first == path || below(one.first, path); });
    std::erase_if(attributes_, [&](const auto& one) { return below(one.first, path); });
    return changed();
}

} // namespace twinsite::testing
