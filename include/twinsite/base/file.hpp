// Small files: parameters, XML, state markers, sysfs and configfs attributes.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace twinsite {

inline constexpr std::size_t default_file_limit = 1024UL * 1024UL;

/// The whole of a regular file (or a sysfs/configfs attribute).
/// Errors: those of errno; conflict when it is larger than LIMIT bytes or no regular file.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t limit = default_file_limit);

/// Write an existing attribute file (sysfs, configfs, procfs) with one write(2), as they demand.
Status write_attribute(const std::filesystem::path& path, std::string_view value);

/// Replace PATH as a whole: a reader sees the old file or the new one, also after a power cut.
Status replace_file(const std::filesystem::path& path, std::string_view content,
                    unsigned mode = 0644);

/// Replace the content of a file that exists, as replace_file() does: what PATH leads to through
/// symbolic links, which stay, with the owner and mode that it has.
Status rewrite_file(const std::filesystem::path& path, std::string_view content);

/// The whole of a file that nobody but its owner may read (else kind permission). The text appears
/// in no error message.
Result<std::string> read_private_file(const std::filesystem::path& path);

/// A secret: first line of a file that nobody but its owner may read (else kind permission).
/// The text appears in no error message.
Result<std::string> read_secret_file(const std::filesystem::path& path);

/// An flock(2) held until the descriptor is closed; the file is created when it is missing.
/// Errors: conflict when somebody else holds it; the caller polls with its own deadline.
Result<FileDescriptor> try_lock_file(const std::filesystem::path& path);

} // namespace twinsite
