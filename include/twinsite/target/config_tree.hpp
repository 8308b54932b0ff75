// LIO's part of configfs as a tree of objects: the seam between decisions and the kernel.
#pragma once

#include <twinsite/base/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target {

/// Paths are relative to the root, which is /sys/kernel/config/target for the kernel's own.
class ConfigTree {
public:
    ConfigTree() = default;
    ConfigTree(const ConfigTree&) = delete;
    ConfigTree& operator=(const ConfigTree&) = delete;
    virtual ~ConfigTree() = default;

    /// Whether PATH is a directory. Errors: of errno, but not not_found.
    virtual Result<bool> exists(const std::string& path) = 0;
    /// Names of the directories (not attributes, not links) in PATH.
    virtual Result<std::vector<std::string>> directories(const std::string& path) = 0;
    /// Names of the symbolic links in PATH.
    virtual Result<std::vector<std::string>> links(const std::string& path) = 0;
    /// Where the link PATH leads, relative to the root.
    virtual Result<std::string> link_target(const std::string& path) = 0;
    /// The attribute without its last newline.
    virtual Result<std::string> read(const std::string& path) = 0;
    virtual Status write(const std::string& path, std::string_view value) = 0;
    virtual Status make_directory(const std::string& path) = 0;
    /// Make the link PATH that leads to TARGET.
    virtual Status make_link(const std::string& path, const std::string& target) = 0;
    virtual Status remove_link(const std::string& path) = 0;
    virtual Status remove_directory(const std::string& path) = 0;
};

class SystemConfigTree final : public ConfigTree {
public:
    explicit SystemConfigTree(std::filesystem::path root)
        : root_(std::move(root)) {}

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
    std::filesystem::path root_;
};

} // namespace twinsite::target
