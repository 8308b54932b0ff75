#include "lib/target/lio/layout.hpp"
#include "lib/target/lio/observation.hpp"

#include <twinsite/base/text.hpp>

#include <gtest/gtest.h>

namespace twinsite::target::lio {
namespace {

// Linux 6.1, read from a real backing store.
TEST(StoreInfo, of_a_block_device) {
    const auto info = parse_store_info(
        "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 248\n"
        "        iBlock device: ubda  UDEV PATH: /dev/ubda  readonly: 0\n"
        "        Major: 98 Minor: 0  CLAIMED: IBLOCK\n");
    EXPECT_EQ(info.path, "/dev/ubda");
    EXPECT_EQ(info.read_only, false);
    EXPECT_EQ(info.device_number, "98:0");
}

TEST(StoreInfo, of_a_file) {
    const auto info = parse_store_info(
        "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 16384\n"
        "        TCM FILEIO ID: 0        File: /srv/red.img  Size: 67108864  Mode: O_DSYNC Async: "
        "0\n");
    EXPECT_EQ(info.path, "/srv/red.img");
    EXPECT_EQ(info.read_only, std::nullopt);
    EXPECT_EQ(info.device_number, "");
}

TEST(StoreInfo, of_something_unexpected_is_empty) {
    EXPECT_EQ(parse_store_info("").path, "");
    EXPECT_EQ(parse_store_info("Status: DEACTIVATED").path, "");
}

TEST(Layout, a_backing_store_tells_whose_it_is) {
    const std::string name = backstore_name("iqn.x:red", 12);
    EXPECT_TRUE(is_backstore_of(name, "iqn.x:red"));
    EXPECT_FALSE(is_backstore_of(name, "iqn.x:re"));
    EXPECT_FALSE(is_backstore_of(name, "iqn.x:red2"));
    EXPECT_FALSE(is_backstore_of("iqn.x:red+lun", "iqn.x:red"));
    EXPECT_FALSE(is_backstore_of("iqn.x:red+lun1x", "iqn.x:red"));
}

TEST(Layout, an_adapters_number_is_stable_and_out_of_targetclis_way) {
    EXPECT_EQ(adapter_path(Backing::Kind::block, "iqn.2026-11.example:red"),
              "core/iblock_1378222224");
    const auto number = parse_integer(
        adapter_path(Backing::Kind::file, "iqn.x:red").substr(sizeof("core/fileio_") - 1), 0,
        INT64_MAX);
    ASSERT_TRUE(number);
    EXPECT_GE(*number, 1 << 30);
    EXPECT_LE(*number, INT32_MAX);
}

TEST(Layout, lun_folders_are_told_from_others) {
    EXPECT_EQ(lun_number("lun_7"), 7U);
    EXPECT_EQ(lun_number("attrib"), std::nullopt);
    EXPECT_EQ(lun_number("lun_"), std::nullopt);
}

} // namespace
} // namespace twinsite::target::lio
