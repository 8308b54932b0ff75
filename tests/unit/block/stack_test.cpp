#include "tests/support/scratch_directory.hpp"

#include <twinsite/block/stack.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace twinsite::block {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// dm-0 on dm-1 and sda1; sda1 on sda.
class Stack : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* folder : {"dev/block", "devices/dm-0/slaves", "devices/dm-1/slaves",
                                   "devices/sda/slaves", "devices/sda/sda1/holders"}) {
            std::filesystem::create_directories(sys() / folder);
        }
        static_cast<void>(scratch.write("devices/sda/sda1/partition", "1\n"));
        link("devices/dm-0", "dev/block/253:0");
        link("devices/sda/sda1", "dev/block/8:1");
        link("devices/dm-1", "devices/dm-0/slaves/dm-1");
        link("devices/sda/sda1", "devices/dm-0/slaves/sda1");
    }
    void link(const char* device, const char* at) const {
        std::filesystem::create_directory_symlink(sys() / device, sys() / at);
    }
    [[nodiscard]] std::filesystem::path sys() const { return scratch.path(); }
    testing::ScratchDirectory scratch;
};

TEST_F(Stack, is_the_device_and_all_below_it) {
    const auto names = stack_of("253:0", sys());
    EXPECT_THAT(names, UnorderedElementsAre("dm-0", "dm-1", "sda1", "sda"));
    EXPECT_EQ(names.front(), "dm-0");
    EXPECT_THAT(stack_of("8:1", sys()), ElementsAre("sda1", "sda"));
}

TEST_F(Stack, of_nothing_is_empty) {
    EXPECT_THAT(stack_of("8:99", sys()), IsEmpty());
    EXPECT_FALSE(device_number("/dev/no-such-disk"));
}

TEST_F(Stack, ends_also_where_it_goes_in_a_circle) {
    link("devices/dm-0", "devices/dm-1/slaves/dm-0");
    EXPECT_EQ(stack_of("253:0", sys()).size(), 4U);
}

} // namespace
} // namespace twinsite::block
