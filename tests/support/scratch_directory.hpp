// A directory of one test's own, gone when the test is.
#pragma once

#include <filesystem>
#include <string_view>

namespace twinsite::testing {

class ScratchDirectory {
public:
    ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    ScratchDirectory(ScratchDirectory&&) = delete;
    ScratchDirectory& operator=(ScratchDirectory&&) = delete;
    ~ScratchDirectory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Write a file below the directory; returns its path.
    [[nodiscard]] std::filesystem::path write(std::string_view name, std::string_view content,
                                              unsigned mode = 0644) const;

private:
    std::filesystem::path path_;
};

} // namespace twinsite::testing
