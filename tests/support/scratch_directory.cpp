#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/file.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <stdexcept>
#include <string>
#include <system_error>

namespace twinsite::testing {

ScratchDirectory::ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "twinsite-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no scratch directory");
    }
    path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path ScratchDirectory::write(std::string_view name, std::string_view content,
                                              unsigned mode) const {
    auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    const auto written = replace_file(file, content, mode);
    EXPECT_TRUE(written) << written.error().message;
    return file;
}

} // namespace twinsite::testing
