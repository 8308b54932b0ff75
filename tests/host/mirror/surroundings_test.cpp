// The mirror's surroundings on a real kernel: link, thin pool, send queue, verify runs, growth.
#include "tests/host/mirror/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

class Surroundings : public PairTest {
protected:
    static std::string link() { return sh("cat /run/twinsite/mirror/red.link").out; }
    static bool monitor_says(const std::string& part) {
        return Pair::agent("monitor").out.find(part) != std::string::npos;
    }
    /// Attribute updates go to a file: there is no cluster here.
    static void record_attributes() {
        sh("printf '#!/bin/sh\\necho \"$*\" >>/root/attributes\\n' >/usr/local/sbin/attrd_updater; "
           "chmod 755 /usr/local/sbin/attrd_updater; rm -f /root/attributes");
    }
    static std::string attributes() { return sh("cat /root/attributes").out; }
};

TEST_F(Surroundings, a_lost_link_is_told_at_once_and_a_flapping_one_is_called_so) {
    record_attributes();
    Pair::parameters("link_health=true");
    both_up();
    ASSERT_TRUE(eventually([] { return link().starts_with("up "); }));
    for (int i = 0; i < 3; ++i) {
        Pair::cut();
        ASSERT_TRUE(Pair::sees_the_cut());
        // No monitor runs here: what is told comes from DRBD's events.
        EXPECT_TRUE(eventually([] { return link().starts_with("lost "); }, Milliseconds(2000)))
            << link();
        Pair::join();
        ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    }
    EXPECT_TRUE(eventually([] { return link().starts_with("flapping 3"); })) << link();
    expect("monitor", 0); // the promoted side shows it
    expect("promote", 0);
    EXPECT_TRUE(monitor_says("link is flapping: lost 3 times"));
    expect("monitor", 191);
    expect("demote", 0);
    EXPECT_TRUE(eventually([] {
        return attributes().find("--name=mirror-link-red --update=flapping") != std::string::npos;
    })) << attributes();
    EXPECT_THAT(attributes(), HasSubstr("--name=#health-mirror-red --update=yellow"));
    expect("stop", 0);
    EXPECT_THAT(attributes(), HasSubstr("--name=mirror-link-red --delete"));
    EXPECT_THAT(sh("ls /run/twinsite/mirror").out, Not(HasSubstr("watcher")));
}

TEST_F(Surroundings, a_verify_run_begins_when_it_is_due_and_reports_what_differs) {
    both_up();
    expect("promote", 0);
    write("/dev/drbd0", 4);
    // Silent corruption of the peer's copy, below DRBD.
    ASSERT_EQ(sh("dd if=/dev/urandom of=/dev/ubdb bs=4k seek=100 count=2 conv=fsync").code, 0);
    Pair::parameters("verify_days=7");
    expect("monitor", 8); // begins it
    EXPECT_TRUE(eventually([] { return monitor_says("verify found 8 KiB that differ"); }))
        << Pair::state() << sh("cat /var/lib/twinsite/mirror/red.json").out;
    expect("monitor", 191);
    // The repair: a disconnect and connect resyncs what differs.
    sh("drbdadm disconnect red; drbdadm connect red");
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    EXPECT_TRUE(eventually([] { return Pair::agent("monitor").code == 8; }))
        << Pair::agent("monitor").out;
    expect("demote", 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    EXPECT_EQ(Pair::data_sum("/dev/ubda"), Pair::data_sum("/dev/ubdb"));
}

TEST_F(Surroundings, an_asynchronous_peer_behind_a_slow_link_is_measured) {
    record_attributes();
    Pair::configure("protocol A; sndbuf-size 8M; on-congestion pull-ahead; congestion-fill 2M;");
    Pair::parameters("max_behind=1");
    both_up();
    expect("promote", 0);
    expect("monitor", 8);
    EXPECT_THAT(attributes(), HasSubstr("--name=mirror-behind-red --update=0"));
    ASSERT_EQ(sh("modprobe sch_netem; tc qdisc add dev lo root netem rate 2mbit").code, 0);
    write("/dev/drbd0", 8); // at once: it does not wait for the link
    EXPECT_TRUE(monitor_says("the asynchronous peer is")) << attributes() << Pair::state();
    expect("monitor", 191);
    Pair::join();
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate", Milliseconds(40000))) << Pair::state();
    EXPECT_TRUE(eventually([] { return Pair::agent("monitor").code == 8; }, Milliseconds(40000)));
}

TEST_F(Surroundings, a_thin_pool_is_shown_before_and_when_it_is_full) {
    // 20 MiB of pool below a device that promises 40.
    const auto made = sh("modprobe dm-thin-pool && dd if=/dev/zero of=/dev/ubda bs=1M count=4 && "
                         "dmsetup create meta --table '0 8192 linear /dev/ubda 0' && "
                         "dmsetup create data --table '0 40960 linear /dev/ubda 8192' && "
                         "dmsetup mknodes && "
                         "dmsetup create pool --table '0 40960 thin-pool /dev/mapper/meta "
                         "/dev/mapper/data 128 0 1 error_if_no_space' && dmsetup mknodes && "
                         "dmsetup message pool 0 'create_thin 0' && "
                         "dmsetup create thin --table '0 81920 thin /dev/mapper/pool 0' && "
                         "dmsetup mknodes");
    ASSERT_EQ(made.code, 0) << made.out;
    Pair::configure("protocol C;", "/dev/mapper/thin");
    ASSERT_EQ(sh("drbdadm create-md --force red && drbdadm -c /etc/peer.conf create-md --force "
                 "red-peer && drbdadm up red && drbdadm -c /etc/peer.conf up red-peer")
                  .code,
              0);
    ASSERT_TRUE(Pair::wait_for("Inconsistent/Inconsistent")) << Pair::state();
    sh("drbdadm new-current-uuid --clear-bitmap red/0");
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("start", 0);
    expect("promote", 0);
    expect("monitor", 8);
    write("/dev/drbd0", 17);
    EXPECT_THAT(Pair::agent("monitor").out, HasSubstr("the thin pool below is filling up (data 8"));
    expect("monitor", 191);
    sh("dd if=/dev/urandom of=/dev/drbd0 bs=256k seek=68 count=9 oflag=direct");
    EXPECT_THAT(Pair::agent("monitor").out, HasSubstr("THE THIN POOL BELOW IS NEARLY FULL"));
    // Past its end: this side's disk fails, DRBD detaches it, the load goes on on the peer's copy.
    const auto over = sh("dd if=/dev/urandom of=/dev/drbd0 bs=1M seek=20 count=4 oflag=direct");
    EXPECT_EQ(over.code, 0) << over.out;
    EXPECT_TRUE(Pair::wait_for("ds:Diskless/UpToDate")) << Pair::state();
    const auto seen = Pair::agent("monitor");
    EXPECT_EQ(sh("cat /run/twinsite/devices/147:0").out,
              "the mirror's own disk is lost (Diskless)"); // the target's monitor reads it
    EXPECT_EQ(seen.code, 191);
    EXPECT_THAT(seen.out, HasSubstr("works on the peer's copy only"));
    EXPECT_THAT(seen.out, HasSubstr("out of data space"));
    expect("demote", 0);
    expect("stop", 0);
    sh("dmsetup remove thin; dmsetup remove pool; dmsetup remove data; dmsetup remove meta");
}

TEST_F(Surroundings, both_disks_grow_and_the_mirror_with_them_while_it_is_used) {
    const auto made = sh("modprobe dm-mod && "
                         "dmsetup create grow --table '0 65536 linear /dev/ubda 0' && "
                         "dmsetup create grow-peer --table '0 65536 linear /dev/ubdb 0' && "
                         "dmsetup mknodes");
    ASSERT_EQ(made.code, 0) << made.out;
    Pair::configure("protocol C;", "/dev/mapper/grow");
    sh("sed -i 's#/dev/ubdb#/dev/mapper/grow-peer#' /etc/drbd.d/red.res /etc/peer.conf; "
       "drbdadm create-md --force red && drbdadm -c /etc/peer.conf create-md --force red-peer && "
       "drbdadm up red && drbdadm -c /etc/peer.conf up red-peer");
    ASSERT_TRUE(Pair::wait_for("Inconsistent/Inconsistent")) << Pair::state();
    sh("drbdadm new-current-uuid --clear-bitmap red/0");
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("start", 0);
    expect("promote", 0);
    write("/dev/drbd0", 8);
    const std::string before = sh("dd if=/dev/drbd0 bs=1M count=8 2>/dev/null | sha256sum").out;
    for (const char* name : {"grow", "grow-peer"}) {
        const std::string disk = std::string(name) == "grow" ? "/dev/ubda" : "/dev/ubdb";
        ASSERT_EQ(sh("dmsetup reload " + std::string(name) + " --table '0 98304 linear " + disk +
                     " 0' && dmsetup resume " + name)
                      .code,
                  0);
    }
    const auto grown = sh("drbdadm resize red");
    EXPECT_EQ(grown.code, 0) << grown.out;
    EXPECT_TRUE(eventually([] {
        return std::stoll("0" + sh("blockdev --getsize64 /dev/drbd0").out) > 47LL * 1024 * 1024;
    })) << sh("blockdev --getsize64 /dev/drbd0").out;
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    expect("monitor", 8);
    EXPECT_EQ(sh("dd if=/dev/drbd0 bs=1M count=8 2>/dev/null | sha256sum").out, before);
    expect("demote", 0);
    expect("stop", 0);
    Pair::peer("down red-peer");
    sh("dmsetup remove grow; dmsetup remove grow-peer");
}

TEST_F(Surroundings, a_resync_runs_at_the_rate_that_is_configured) {
    both_up();
    expect("promote", 0);
    Pair::peer("disconnect red-peer");
    ASSERT_TRUE(Pair::wait_for("cs:WFConnection"));
    write("/dev/drbd0", 24);
    const auto begin = std::chrono::steady_clock::now();
    Pair::peer("connect red-peer");
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("seconds_for_24_mib", std::to_string(took.count()));
    // DRBD's default would crawl at 250 KiB/s: a minute and a half.
    EXPECT_LT(took.count(), 15.0);
}

} // namespace
} // namespace twinsite::testing
