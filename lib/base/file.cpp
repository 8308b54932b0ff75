#include <twinsite/base/file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace twinsite {

namespace {

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, unsigned mode = 0) {
    FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!file.valid()) {
        return fail(error_from_errno(errno, path.string()));
    }
    return file;
}

/// O_NONBLOCK at open: a FIFO given for a file must not hang the action.
Result<FileDescriptor> open_regular(const std::filesystem::path& path, struct stat& info) {
    auto file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) {
        return file;
    }
    if (::fstat(file->get(), &info) != 0) {
        return fail(error_from_errno(errno, path.string()));
    }
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorKind::conflict, fmt::format("{} is not a regular file", path.string()));
    }
    return file;
}

Result<std::string> read_all(const FileDescriptor& file, const std::filesystem::path& path,
                             std::size_t limit) {
    std::string content;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(error_from_errno(errno, path.string()));
        }
        if (got == 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > limit) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} is larger than {} bytes", path.string(), limit));
        }
    }
}

Status write_all(const FileDescriptor& file, const std::filesystem::path& path,
                 std::string_view content) {
    while (!content.empty()) {
        const ssize_t put = ::write(file.get(), content.data(), content.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return fail(error_from_errno(errno, path.string()));
        }
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

} // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
    struct stat info {};
    return open_regular(path, info).and_then([&](const FileDescriptor& file) {
        return read_all(file, path, limit);
    });
}

Status write_attribute(const std::filesystem::path& path, std::string_view value) {
    const auto file = open_file(path, O_WRONLY | O_NONBLOCK);
    if (!file) {
        return fail(file.error());
    }
    const ssize_t put = ::write(file->get(), value.data(), value.size());
    if (put < 0) {
        return fail(error_from_errno(errno, path.string()));
    }
    if (static_cast<std::size_t>(put) != value.size()) {
        return fail(ErrorKind::internal, fmt::format("{}: short write", path.string()));
    }
    return {};
}

namespace {

/// PREPARE gives the new file owner and mode; 0 when it worked.
template <typename Prepare>
Status replace(const std::filesystem::path& path, std::string_view content,
               const Prepare& prepare) {
    std::string name = path.string() + ".XXXXXX";
    FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.valid()) {
        return fail(error_from_errno(errno, path.string()));
    }
    const auto give_up = [&](Error error) {
        ::unlink(name.c_str());
        return fail(std::move(error));
    };
    if (auto written = write_all(file, path, content); !written) {
        return give_up(written.error());
    }
    if (prepare(file.get()) != 0 || ::fsync(file.get()) != 0 ||
        ::rename(name.c_str(), path.c_str()) != 0) {
        return give_up(error_from_errno(errno, path.string()));
    }
    // The rename itself must survive a power cut too.
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (const auto directory = open_file(folder, O_RDONLY | O_DIRECTORY); directory) {
        ::fsync(directory->get());
    }
    return {};
}

} // namespace

Status replace_file(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    return replace(path, content, [mode](int file) { return ::fchmod(file, mode); });
}

Status rewrite_file(const std::filesystem::path& path, std::string_view content) {
    std::error_code error;
    const auto target = std::filesystem::canonical(path, error);
    struct stat info {};
    if (error || ::stat(target.c_str(), &info) != 0) {
        return fail(error_from_errno(error ? error.value() : errno, path.string()));
    }
    return replace(target, content, [&info](int file) {
        return ::fchown(file, info.st_uid, info.st_gid) != 0 ? -1
                                                             : ::fchmod(file, info.st_mode & 07777);
    });
}

Result<std::string> read_private_file(const std::filesystem::path& path) {
    struct stat info {};
    const auto file = open_regular(path, info);
    if (!file) {
        return fail(file.error());
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(ErrorKind::permission,
                    fmt::format("{} can be read by others: run chmod 600 on it", path.string()));
    }
    return read_all(*file, path, 65536);
}

Result<std::string> read_secret_file(const std::filesystem::path& path) {
    auto content = read_private_file(path);
    if (!content) {
        return content;
    }
    content->resize(std::min(content->find_first_of("\r\n"), content->size()));
    if (content->empty()) {
        return fail(ErrorKind::invalid_config, fmt::format("{} is empty", path.string()));
    }
    return content;
}

Result<FileDescriptor> try_lock_file(const std::filesystem::path& path) {
    auto file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!file) {
        return file;
    }
    if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} is locked by another process", path.string()));
        }
        return fail(error_from_errno(errno, path.string()));
    }
    return file;
}

} // namespace twinsite
