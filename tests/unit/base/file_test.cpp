#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/file.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace twinsite {
namespace {

using testing::ScratchDirectory;

TEST(File, reads_what_was_written) {
    const ScratchDirectory scratch;
    const auto path = scratch.write("a", "text\n");
    EXPECT_EQ(read_file(path).value(), "text\n");
}

TEST(File, a_missing_file_is_not_found) {
    const ScratchDirectory scratch;
    EXPECT_EQ(read_file(scratch.path() / "none").error().kind, ErrorKind::not_found);
}

TEST(File, refuses_what_is_too_large_or_no_file) {
    const ScratchDirectory scratch;
    const auto path = scratch.write("a", std::string(100, 'x'));
    EXPECT_EQ(read_file(path, 99).error().kind, ErrorKind::conflict);
    EXPECT_EQ(read_file(scratch.path()).error().kind, ErrorKind::conflict);
    ASSERT_EQ(::mkfifo((scratch.path() / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_file(scratch.path() / "fifo").error().kind, ErrorKind::conflict);
}

TEST(File, rewriting_goes_through_links_and_keeps_the_mode) {
    const ScratchDirectory scratch;
    const auto file = scratch.write("real", "old\n", 0640);
    const auto link = scratch.path() / "link";
    std::filesystem::create_symlink("real", link);
    ASSERT_TRUE(rewrite_file(link, "new\n"));
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(read_file(file).value(), "new\n");
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms{0640});
    EXPECT_EQ(rewrite_file(scratch.path() / "none", "x").error().kind, ErrorKind::not_found);
}

TEST(File, a_secret_others_can_read_is_refused) {
    const ScratchDirectory scratch;
    EXPECT_EQ(read_secret_file(scratch.write("open", "geheim\n", 0644)).error().kind,
              ErrorKind::permission);
    EXPECT_EQ(read_secret_file(scratch.write("closed", "geheim\nnote\n", 0600)).value(), "geheim");
}

TEST(File, a_lock_excludes_and_ends_with_its_owner) {
    const ScratchDirectory scratch;
    const auto path = scratch.path() / "lock";
    {
        const auto first = try_lock_file(path);
        ASSERT_TRUE(first);
        EXPECT_EQ(try_lock_file(path).error().kind, ErrorKind::conflict);
    }
    EXPECT_TRUE(try_lock_file(path));
}

} // namespace
} // namespace twinsite
