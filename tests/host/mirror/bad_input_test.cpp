// What an admin can get wrong: each has its reason and code, changes nothing, and touches no data.
#include "tests/host/mirror/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class MirrorBadInput : public PairTest {
protected:
    /// A start that fails with CODE and WORDS, and leaves nothing behind.
    static void expect_refused(int code, const std::string& words) {
        const std::string before = disks();
        const auto started = Pair::agent("start");
        EXPECT_EQ(started.code, code) << started.out;
        EXPECT_THAT(started.out, HasSubstr(words));
        EXPECT_EQ(disks(), before) << "a start that failed wrote to a disk";
        expect("monitor", 7);
        expect("stop", 0);
    }
    static std::string disks() { return sh("sha256sum /dev/ubda /dev/ubdb").out; }
};

TEST_F(MirrorBadInput, an_unknown_resource) {
    sh("sed -i 's/resource red /resource other /' /etc/drbd.d/red.res");
    expect_refused(1, "DRBD's configuration defines no resource red for this node");
}

TEST_F(MirrorBadInput, a_file_for_other_hosts) {
    sh("sed -i 's/on solo /on elsewhere /' /etc/drbd.d/red.res");
    expect_refused(1, "DRBD's configuration defines no resource red for this node");
}

TEST_F(MirrorBadInput, a_file_that_was_written_by_half) {
    sh("head -c 200 /etc/drbd.d/red.res >/root/half; cp /root/half /etc/drbd.d/red.res");
    expect_refused(1, "red.res");
}

TEST_F(MirrorBadInput, a_backing_device_that_is_missing) {
    Pair::configure("protocol C;", "/dev/ubdz");
    expect_refused(1, "/dev/ubdz");
}

TEST_F(MirrorBadInput, a_device_without_metadata) {
    sh("dd if=/dev/zero of=/dev/ubda bs=1M count=64");
    expect_refused(1, "No valid meta data found");
}

TEST_F(MirrorBadInput, a_backing_device_that_is_too_small) {
    ASSERT_EQ(sh("modprobe dm-mod; dmsetup create small --table '0 40960 linear /dev/ubda 0' && "
                 "dmsetup mknodes")
                  .code,
              0);
    Pair::configure("protocol C;", "/dev/mapper/small");
    expect_refused(1, "No valid meta data found");
    // With the metadata of a larger device moved to its end it is still refused.
    sh("dd if=/dev/ubda of=/dev/ubda bs=4k skip=$((64*256-8)) seek=$((20*256-8)) count=8 "
       "conv=notrunc");
    EXPECT_EQ(Pair::agent("start").code, 1);
    expect("stop", 0);
    sh("dmsetup remove small");
}

TEST_F(MirrorBadInput, metadata_that_belongs_to_other_data) {
    ASSERT_EQ(Pair::peer("up red-peer").code, 0);
    // Another mirror's life: a new history on this side only.
    ASSERT_EQ(sh("drbdadm create-md --force red && drbdadm up red && drbdadm disconnect red; "
                 "drbdadm primary --force red; drbdadm secondary red; drbdadm down red")
                  .code,
              0);
    const std::string before = Pair::data_sum("/dev/ubda");
    expect("start", 0);
    ASSERT_TRUE(Pair::wait_for("cs:StandAlone")) << Pair::state();
    const auto seen = Pair::agent("monitor");
    EXPECT_EQ(seen.code, 190);
    EXPECT_THAT(seen.out, HasSubstr("StandAlone"));
    EXPECT_THAT(seen.out, HasSubstr("-INFINITY"));
    EXPECT_EQ(Pair::agent("promote", 6000).code, 1);
    expect("stop", 0);
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), before);
}

TEST_F(MirrorBadInput, both_sides_inconsistent) {
    ASSERT_EQ(sh("drbdadm create-md --force red && drbdadm -c /etc/peer.conf create-md --force "
                 "red-peer && drbdadm -c /etc/peer.conf up red-peer")
                  .code,
              0);
    expect("start", 0);
    ASSERT_TRUE(Pair::wait_for("ds:Inconsistent/Inconsistent")) << Pair::state();
    EXPECT_THAT(Pair::agent("monitor").out,
                HasSubstr("score -INFINITY: local data is Inconsistent"));
    const auto promoted = Pair::agent("promote", 6000);
    EXPECT_EQ(promoted.code, 1);
    EXPECT_THAT(promoted.out, HasSubstr("red is not promoted: local data is Inconsistent"));
    expect("stop", 0);
}

TEST_F(MirrorBadInput, a_module_that_is_missing) {
    sh("rmmod drbd; mv /usr/sbin/modprobe /usr/sbin/modprobe.real; "
       "printf '#!/bin/sh\\necho \"modprobe: FATAL: Module drbd not found\" >&2; exit 1\\n' "
       ">/usr/sbin/modprobe; chmod 755 /usr/sbin/modprobe");
    const auto started = Pair::agent("start");
    sh("mv /usr/sbin/modprobe.real /usr/sbin/modprobe");
    EXPECT_EQ(started.code, 5) << started.out;
    EXPECT_THAT(started.out, HasSubstr("the DRBD kernel module cannot be loaded"));
    expect("monitor", 7);
}

} // namespace
} // namespace twinsite::testing
