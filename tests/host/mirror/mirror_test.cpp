// The installed agent and handler on a real DRBD 8.4.
#include "tests/host/mirror/pair.hpp"

#include <twinsite/base/deadline.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class RealDrbd : public PairTest {};

TEST_F(RealDrbd, a_life_from_start_to_stop) {
    expect("monitor", 7);
    both_up();
    expect("start", 0);
    expect("monitor", 0);
    expect("promote", 0);
    expect("promote", 0);
    expect("monitor", 8);
    write("/dev/drbd0", 2);
    expect("demote", 0);
    expect("demote", 0);
    expect("monitor", 0);
    expect("stop", 0);
    expect("stop", 0);
    expect("monitor", 7);
}

TEST_F(RealDrbd, a_device_that_is_held_open_is_named_and_nothing_is_broken) {
    both_up();
    expect("promote", 0);
    sh("sleep 300 </dev/drbd0 & echo $! >/root/holder");
    const auto demoted = Pair::agent("demote", 6000);
    EXPECT_EQ(demoted.code, 1);
    EXPECT_THAT(demoted.out, HasSubstr("in use by sleep (pid "));
    expect("monitor", 8);
    sh("kill $(cat /root/holder)");
    expect("demote", 0);
}

TEST_F(RealDrbd, a_start_without_the_peer_is_bounded_and_its_data_is_not_promoted) {
    const auto begin = std::chrono::steady_clock::now();
    expect("start", 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(40));
    const auto promoted = Pair::agent("promote");
    EXPECT_EQ(promoted.code, 1);
    EXPECT_THAT(promoted.out, HasSubstr("the peer may have newer"));
    EXPECT_THAT(Pair::agent("monitor").out, HasSubstr("-INFINITY"));
}

TEST_F(RealDrbd, a_start_goes_on_from_every_half_way_state) {
    ASSERT_EQ(Pair::peer("up red-peer").code, 0);
    for (const char* half : {"drbdsetup new-resource red", "drbdadm adjust --skip-net red",
                             "timeout -s KILL 0.3 drbdadm adjust red"}) {
        sh(half);
        expect("start", 0);
        EXPECT_TRUE(Pair::wait_for("cs:Connected")) << half;
        expect("stop", 0);
    }
}

TEST_F(RealDrbd, the_peer_dies_and_we_are_promoted_as_soon_as_the_kernel_knows) {
    both_up();
    ASSERT_EQ(Pair::peer("primary red-peer").code, 0);
    ASSERT_TRUE(Pair::wait_for("ro:Secondary/Primary"));
    Pair::cut();
    const auto begin = std::chrono::steady_clock::now();
    expect("promote", 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("seconds_from_cut_to_promoted", std::to_string(took.count()));
    EXPECT_LT(took.count(), 10.0);
    EXPECT_THAT(Pair::state(), HasSubstr("ro:Primary/Unknown"));
}

TEST_F(RealDrbd, a_promotion_without_proof_of_the_peers_end_is_refused_in_time) {
    both_up();
    Pair::fence_answer(1);
    Pair::cut();
    ASSERT_TRUE(Pair::sees_the_cut());
    const auto promoted = Pair::agent("promote", 10000);
    EXPECT_EQ(promoted.code, 1);
    EXPECT_THAT(promoted.out, HasSubstr("Refusing to be Primary while peer is not outdated"));
}

TEST_F(RealDrbd, a_cut_stops_io_for_less_than_five_seconds_and_heals_in_one_direction) {
    both_up();
    expect("promote", 0);
    Pair::fence_answer(1);
    write("/dev/drbd0", 1);
    Pair::cut();
    const auto begin = std::chrono::steady_clock::now();
    write("/dev/drbd0", 4);
    const std::chrono::duration<double> stood = std::chrono::steady_clock::now() - begin;
    RecordProperty("seconds_io_stood_still", std::to_string(stood.count()));
    EXPECT_LT(stood.count(), 5.0);
    EXPECT_THAT(Pair::state(), HasSubstr("ro:Primary/Unknown"));
    expect("monitor", 191);
    Pair::join();
    EXPECT_TRUE(Pair::wait_for("cs:Connected")) << Pair::state();
    EXPECT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("demote", 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), Pair::data_sum("/dev/ubdb"));
}

TEST_F(RealDrbd, standing_io_is_shown_and_once_released_heals_in_one_direction) {
    both_up();
    expect("promote", 0);
    ASSERT_EQ(sh("drbdsetup disk-options 0 --fencing=resource-and-stonith").code, 0);
    Pair::fence_answer(1);
    Pair::cut();
    ASSERT_TRUE(Pair::sees_the_cut());
    sh("dd if=/dev/urandom of=/dev/drbd0 bs=1M count=2 oflag=direct conv=notrunc >/dev/null 2>&1 & "
       "echo $! >/root/writer");
    EXPECT_THAT(Pair::agent("monitor").out, HasSubstr("I/O STANDS STILL"));
    EXPECT_EQ(sh("kill -0 $(cat /root/writer)").code, 0) << "it wrote without proof";
    EXPECT_EQ(sh("drbdsetup resume-io 0").code, 0);
    EXPECT_TRUE(eventually([] { return sh("kill -0 $(cat /root/writer)").code != 0; }));
    EXPECT_THAT(Pair::agent("monitor").out, Not(HasSubstr("I/O STANDS STILL")));
    Pair::join();
    EXPECT_TRUE(Pair::wait_for("cs:Connected")) << Pair::state();
    EXPECT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("demote", 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), Pair::data_sum("/dev/ubdb"));
}

TEST_F(RealDrbd, cuts_under_write_load_lose_no_acknowledged_write) {
    both_up();
    expect("promote", 0);
    Pair::fence_answer(4);
    sh("fio --name=load --filename=/dev/drbd0 --direct=1 --rw=randwrite --bs=4k --size=24m "
       "--ioengine=psync --verify=crc32c --do_verify=0 --rate=1m "
       "--output=/root/fio.log >/dev/null & echo $! >/root/fio");
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(Pair::wait_for("cs:Connected"));
        Pair::cut();
        ASSERT_TRUE(Pair::sees_the_cut()) << Pair::state();
        Pair::join();
        ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate", Milliseconds(30000))) << Pair::state();
    }
    EXPECT_TRUE(
        eventually([] { return sh("kill -0 $(cat /root/fio)").code != 0; }, Milliseconds(60000)));
    EXPECT_THAT(sh("cat /root/fio.log").out, HasSubstr("err= 0"));
    expect("demote", 0);
    // Read on the other side, which had to catch up twice.
    ASSERT_EQ(Pair::peer("primary red-peer").code, 0);
    const auto verified =
        sh("fio --name=load --filename=/dev/drbd1 --direct=1 --rw=randwrite --bs=4k "
           "--size=24m --ioengine=psync --verify=crc32c --verify_only=1");
    EXPECT_EQ(verified.code, 0) << verified.out;
    ASSERT_EQ(Pair::peer("secondary red-peer").code, 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), Pair::data_sum("/dev/ubdb"));
}

TEST_F(RealDrbd, writes_on_both_sides_are_seen_recorded_shown_and_resolved_as_promised) {
    both_up();
    expect("promote", 0);
    Pair::cut();
    ASSERT_TRUE(Pair::sees_the_cut());
    write("/dev/drbd0", 3);
    // It notices the loss by itself, a moment before or after this side.
    ASSERT_TRUE(eventually([] { return Pair::peer("primary --force red-peer").code == 0; }));
    write("/dev/drbd1", 2);
    ASSERT_EQ(Pair::peer("secondary red-peer").code, 0);
    Pair::join();
    ASSERT_TRUE(Pair::wait_for("cs:StandAlone")) << Pair::state();
    SystemClock clock;
    EXPECT_TRUE(
        poll_until(clock, Deadline::after(clock, Milliseconds(10000)), Milliseconds(100), [] {
            return Pair::agent("monitor").out.find("SPLIT BRAIN since") != std::string::npos;
        }));
    expect("monitor", 191);
    EXPECT_THAT(sh("cat /var/lib/twinsite/mirror/red.json").out,
                HasSubstr("\"out-of-sync-kib\": 3072"));

    // The record goes with the node attribute, and there is no cluster here.
    sh("printf '#!/bin/sh\\n' >/usr/local/sbin/attrd_updater; "
       "chmod 755 /usr/local/sbin/attrd_updater");
    const std::string kept = sh("dd if=/dev/drbd0 bs=1M count=24 2>/dev/null | sha256sum").out;
    ASSERT_EQ(Pair::peer("connect --discard-my-data red-peer").code, 0);
    ASSERT_EQ(sh("drbdadm connect red").code, 0);
    ASSERT_TRUE(Pair::wait_for("cs:Connected")) << Pair::state();
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("monitor", 8);
    EXPECT_THAT(sh("cat /var/lib/twinsite/mirror/red.json").out, Not(HasSubstr("split-brain")));
    sh("rm -f /usr/local/sbin/attrd_updater");
    expect("demote", 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), kept);
    EXPECT_EQ(Pair::data_sum("/dev/ubdb"), kept);
}

TEST_F(RealDrbd, a_primary_is_not_joined_by_a_second_one) {
    both_up();
    ASSERT_EQ(Pair::peer("primary red-peer").code, 0);
    ASSERT_TRUE(Pair::wait_for("ro:Secondary/Primary"));
    const auto promoted = Pair::agent("promote", 6000);
    EXPECT_EQ(promoted.code, 1);
    EXPECT_THAT(promoted.out, HasSubstr("the peer is connected and still promoted"));
    EXPECT_THAT(Pair::state(), HasSubstr("ro:Secondary/Primary"));
}

TEST_F(RealDrbd, a_copy_that_missed_writes_is_not_promoted) {
    both_up();
    ASSERT_EQ(Pair::peer("primary red-peer").code, 0);
    expect("stop", 0);
    write("/dev/drbd1", 2);
    Pair::cut(); // it comes back while its peer is out of reach
    expect("start", 0);
    const auto promoted = Pair::agent("promote", 6000);
    EXPECT_EQ(promoted.code, 1);
    EXPECT_THAT(promoted.out, HasSubstr("red is not promoted: local data is"));
    EXPECT_THAT(Pair::agent("monitor").out, HasSubstr("-INFINITY"));
    Pair::join();
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    ASSERT_EQ(Pair::peer("secondary red-peer").code, 0);
    expect("promote", 0);
}

TEST_F(RealDrbd, a_kernel_that_does_not_answer_drbdsetup_is_looked_at_otherwise) {
    both_up();
    expect("promote", 0);
    // What answers in its place is as deaf as drbdsetup in an uninterruptible call.
    sh("mv /usr/sbin/drbdsetup /usr/sbin/drbdsetup.real; printf '#!/bin/sh\\nsleep 100\\n' "
       ">/usr/sbin/drbdsetup; chmod 755 /usr/sbin/drbdsetup");
    const auto seen = Pair::agent("monitor");
    sh("mv /usr/sbin/drbdsetup.real /usr/sbin/drbdsetup");
    EXPECT_EQ(seen.code, 191) << seen.out;
    EXPECT_THAT(seen.out, HasSubstr("did not answer drbdsetup within 6 s"));
    expect("monitor", 8);
}

TEST_F(RealDrbd, missing_metadata_and_unknown_resources_change_nothing) {
    sh("dd if=/dev/zero of=/dev/ubda bs=1M count=64");
    const auto started = Pair::agent("start");
    EXPECT_EQ(started.code, 1);
    EXPECT_THAT(started.out, HasSubstr("No valid meta data found"));
    expect("monitor", 7);
    sh("rm /etc/drbd.d/red.res");
    const auto unknown = Pair::agent("start");
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.out, HasSubstr("defines no resource red for this node"));
    expect("stop", 0);
}

} // namespace
} // namespace twinsite::testing
