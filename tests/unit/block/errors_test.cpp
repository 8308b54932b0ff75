#include <twinsite/block/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace twinsite::block {
namespace {

class KernelLog : public ::testing::Test {
protected:
    unsigned errors(const std::string& text) {
        ErrorCount count(names, 5000);
        count.take("3,1234,6000,-;" + text);
        return count.errors().count;
    }
    std::vector<std::string> names{"drbd0", "sda1", "sda"};
};

TEST_F(KernelLog, tells_errors_that_touch_data) {
    for (const char* text :
         {"I/O error, dev sda, sector 4660 op 0x0:(READ) flags 0x0\n SUBSYSTEM=block\n",
          "critical medium error, dev sda, sector 4660 op 0x1:(WRITE) flags 0x0 phys_seg 1",
          "I/O error, dev sda, sector 0 op 0x2:(FLUSH) flags 0x800",
          "blk_update_request: I/O error, dev sda, sector 4660",
          "Buffer I/O error on dev sda1, logical block 0, async page read",
          "block drbd0: local WRITE IO error sector 8+8 on sda",
          "drbd red/0 drbd0: local READ IO error sector 8+8 on sda"}) {
        EXPECT_EQ(errors(text), 1U) << text;
    }
}

TEST_F(KernelLog, tells_other_things_too) {
    for (const char* text :
         {"I/O error, dev sdaa, sector 4660 op 0x0:(READ) flags 0x0",
          "I/O error, dev sdb, sector 4660 op 0x0:(READ) flags 0x0",
          "critical target error, dev sda, sector 8 op 0x3:(DISCARD) flags 0x800",
          "operation not supported error, dev sda, sector 8 op 0x9:(WRITE_ZEROES) flags 0x800",
          "Buffer I/O error on dev sda12, logical block 0, async page read",
          "block drbd01: local WRITE IO error sector 8+8 on sdb", "sda: sda1 sda2", "", "sda"}) {
        EXPECT_EQ(errors(text), 0U) << text;
    }
}

TEST_F(KernelLog, counts_what_is_recent_and_keeps_the_last_sentence) {
    ErrorCount count(names, 5000);
    count.take("3,1,4999,-;I/O error, dev sda, sector 1 op 0x0:(READ) flags 0x0");
    count.take("3,2,5000,-;I/O error, dev sda, sector 2 op 0x0:(READ) flags 0x0");
    count.take("3,3,5001,-;I/O error, dev sda, sector 3 op 0x0:(READ) flags 0x0\n DEVICE=b8:0\n");
    EXPECT_EQ(count.errors().count, 2U);
    EXPECT_EQ(count.errors().last, "I/O error, dev sda, sector 3 op 0x0:(READ) flags 0x0");
}

TEST_F(KernelLog, may_be_anything) {
    ErrorCount count(names, 0);
    for (const char* record : {"", ";", "3;I/O error, dev sda, x", "a,b,c;I/O error, dev sda, x",
                               "3,1,-5,-;I/O error, dev sda, x", "no head at all"}) {
        count.take(record);
    }
    EXPECT_EQ(count.errors().count, 0U);
}

} // namespace
} // namespace twinsite::block
