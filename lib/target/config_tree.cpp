#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/target/config_tree.hpp>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace twinsite::target {

namespace {

struct DirectoryCloser {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

Result<std::vector<std::string>> entries(const std::filesystem::path& path, unsigned char type) {
    const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(path.c_str()));
    if (!directory) {
        return fail(error_from_errno(errno, path.string()));
    }
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr) {
            break;
        }
        const std::string_view name(entry->d_name);
        if (entry->d_type == type && name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (errno != 0) {
        return fail(error_from_errno(errno, path.string()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Status status_of(int result, const std::filesystem::path& path) {
    if (result != 0) {
        return fail(error_from_errno(errno, path.string()));
    }
    return {};
}

} // namespace

Result<bool> SystemConfigTree::exists(const std::string& path) {
    struct stat info {};
    if (::stat((root_ / path).c_str(), &info) == 0) {
        return S_ISDIR(info.st_mode);
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return false;
    }
    return fail(error_from_errno(errno, (root_ / path).string()));
}

Result<std::vector<std::string>> SystemConfigTree::directories(const std::string& path) {
    return entries(root_ / path, DT_DIR);
}

Result<std::vector<std::string>> SystemConfigTree::links(const std::string& path) {
    return entries(root_ / path, DT_LNK);
}

Result<std::string> SystemConfigTree::link_target(const std::string& path) {
    std::error_code error;
    const auto link = root_ / path;
    const auto text = std::filesystem::read_symlink(link, error);
    if (error) {
        return fail(error_from_errno(error.value(), link.string()));
    }
    return (link.parent_path() / text).lexically_normal().lexically_relative(root_).string();
}

Result<std::string> SystemConfigTree::read(const std::string& path) {
    auto text = read_file(root_ / path);
    if (text && text->ends_with('\n')) {
        text->pop_back();
    }
    return text;
}

Status SystemConfigTree::write(const std::string& path, std::string_view value) {
    return write_attribute(root_ / path, value);
}

Status SystemConfigTree::make_directory(const std::string& path) {
    return status_of(::mkdir((root_ / path).c_str(), 0755), root_ / path);
}

Status SystemConfigTree::make_link(const std::string& path, const std::string& target) {
    return status_of(::symlink((root_ / target).c_str(), (root_ / path).c_str()), root_ / path);
}

Status SystemConfigTree::remove_link(const std::string& path) {
    return status_of(::unlink((root_ / path).c_str()), root_ / path);
}

Status SystemConfigTree::remove_directory(const std::string& path) {
    return status_of(::rmdir((root_ / path).c_str()), root_ / path);
}

} // namespace twinsite::target
