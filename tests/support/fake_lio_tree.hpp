// A model of LIO's configfs tree in memory: which folders bring which attributes, and which
// removals the kernel refuses. It can die before any change, as an agent that is killed does.
#pragma once

#include <twinsite/target/config_tree.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace twinsite::testing {

/// Thrown where the process would have been killed.
struct Killed {};

class FakeLioTree final : public target::ConfigTree {
public:
    FakeLioTree();

    /// Changes until the process dies; nothing: it lives.
    std::optional<int> changes_left{};
    /// Fails these changes: a part of the path, and the errno.
    std::map<std::string, int> failures{};
    /// Called after each change that succeeded.
    std::function<void()> after_change = [] {};

    /// Every folder, link and attribute=value besides the ones an empty LIO has.
    [[nodiscard]] std::vector<std::string> content() const;
    [[nodiscard]] int changes() const { return changes_; }
    void set(const std::string& path, const std::string& value) { attributes_[path] = value; }

    Result<bool> exists(const std::string& path) override;
    Result<std::vector<std::string>> directories(const std::string& path) override;
    Result<std::vector<std::string>> links(const std::string& path) override;
    Result<std::string> link_target(const std::string& path) override;
    Result<std::string> read(const std::string& path) override;
    Status write(const std::string& path, std::string_view value) override;
    Status make_directory(const std::string& path) override;
    Status make_link(const std::string& path, const std::string& target) override;
    Status remove_link(const std::string& path) override;
    Status remove_directory(const std::string& path) override;

private:
    Status begin_change(const std::string& path);
    Status changed();
    void add_defaults(const std::string& path);
    [[nodiscard]] bool is_folder(const std::string& path) const { return folders_.contains(path); }

    std::map<std::string, bool> folders_; ///< true: made by a user, not by the kernel
    std::map<std::string, std::string> links_;
    std::map<std::string, std::string> attributes_;
    int changes_ = 0;
};

} // namespace twinsite::testing
