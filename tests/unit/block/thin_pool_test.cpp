#include <twinsite/block/thin_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::block {
namespace {

using ::testing::HasSubstr;

TEST(ThinPool, reads_what_the_kernel_says) {
    EXPECT_EQ(parse_pool_status("0 24/1024 160/320 - rw discard_passdown queue_if_no_space - 1024")
                  .value(),
              (PoolFill{50, 2, ""}));
    EXPECT_EQ(parse_pool_status("7 1/1024 320/320 - out_of_data_space discard_passdown "
                                "error_if_no_space - 1024")
                  .value()
                  .broken,
              "out of data space");
    EXPECT_EQ(parse_pool_status("7 1/10 1/10 - ro x").value().broken, "read only");
    EXPECT_EQ(parse_pool_status("Fail").value().broken, "failed");
    for (const char* nonsense :
         {"", "Error", "0 24 160 - rw", "0 a/b 1/2 - rw", "0 1/0 1/0 - rw"}) {
        EXPECT_FALSE(parse_pool_status(nonsense)) << nonsense;
    }
}

TEST(ThinPool, speaks_up_at_the_first_threshold_and_louder_at_the_second) {
    EXPECT_EQ(judge_pool({79, 10, ""}, 80, 95), "");
    EXPECT_THAT(judge_pool({80, 10, ""}, 80, 95), HasSubstr("is filling up (data 80 %"));
    EXPECT_THAT(judge_pool({10, 95, ""}, 80, 95), HasSubstr("NEARLY FULL"));
    EXPECT_THAT(judge_pool({10, 10, "read only"}, 80, 95), HasSubstr("read only: writes fail"));
}

TEST(ThinPool, a_disk_without_a_pool_has_none) {
    EXPECT_FALSE(pool_below("/dev/null").value());
    EXPECT_FALSE(pool_below("/dev/no-such-disk"));
}

} // namespace
} // namespace twinsite::block
