#include <twinsite/base/data_size.hpp>

#include <gtest/gtest.h>

namespace twinsite {
namespace {

TEST(DataSize, is_read_as_libvirt_reads_it) {
    constexpr std::uint64_t kib = 1024;
    const struct {
        const char* amount;
        const char* unit;
        std::uint64_t bytes;
    } cases[]{{"0", "", 0},
              {"4", "", 4 * kib},
              {" 4\n", "KiB", 4 * kib},
              {"4", "k", 4 * kib},
              {"4", "KB", 4'000},
              {"7", "b", 7},
              {"7", "Bytes", 7},
              {"7", "byte", 7},
              {"4", "GB", 4'000'000'000},
              {"4", "gb", 4'000'000'000},
              {"4", "G", 4 * kib * kib * kib},
              {"1", "TiB", kib * kib * kib * kib},
              {"1", "tib", kib * kib * kib * kib},
              {"1", "PB", 1'000'000'000'000'000},
              {"1", "E", 1ULL << 60U}};
    for (const auto& each : cases) {
        const auto bytes = parse_data_size(each.amount, each.unit);
        ASSERT_TRUE(bytes) << each.amount << each.unit << ": " << bytes.error().message;
        EXPECT_EQ(*bytes, each.bytes) << each.amount << each.unit;
    }
}

TEST(DataSize, is_nothing_else) {
    const std::pair<const char*, const char*> cases[]{
        {"", "KiB"},  {"4.5", "GiB"}, {"-1", "KiB"},
        {"1", "Zib"}, {"1", "kibi"},  {"1", "KBs"},
        {"1", "i"},   {"2", "EiB"},   {"99999999999999999999", "b"}};
    for (const auto& [amount, unit] : cases) {
        EXPECT_FALSE(parse_data_size(amount, unit)) << amount << unit;
    }
}

} // namespace
} // namespace twinsite
