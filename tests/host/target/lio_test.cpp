#include "tests/support/in_root.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Lio : public ::testing::Test {
protected:
    void SetUp() override {
        if (const auto why = root_is_missing()) {
            GTEST_SKIP() << *why;
        }
    }

    /// TEXT without the lines in which the agent tells what it does.
    static std::string results_in(const std::string& text) {
        std::string kept;
        for (const std::string_view line : lines(text)) {
            if (line.find(": info: ") == std::string_view::npos) {
                kept += line;
                kept += '\n';
            }
        }
        return kept;
    }

    /// Shell text inside a fresh node; see the file scenario beside this one.
    static std::string in_node(const std::string& text) {
        const process::Command command{
            .argv = {TWINSITE_NODE_RUN, "--install", TWINSITE_TEST_BUILD_DIR, "--share",
                     TWINSITE_TEST_SOURCE_DIR, "--disk", "64", "--disk", "64", "--timeout", "300",
                     "--", "/lab/share/scenario", text},
            .input = {},
            .environment = {}};
        const auto output = process::SystemCommandRunner().run(
            command, Deadline::after(SystemClock(), Milliseconds(380'000)));
        return output ? output->out + output->err : output.error().message;
    }
};

TEST_F(Lio, starts_serves_and_stops) {
    const std::string out =
        in_node("act monitor; act stop; act start; act start; act monitor;"
                "OCF_CHECK_LEVEL=10 act monitor; try 0; act stop; act stop; act monitor; try 0;"
                "echo left:; left; echo end");
    EXPECT_THAT(out, HasSubstr("is exported by lio\n")); // nobody asked for it: it is told
    EXPECT_THAT(results_in(out),
                HasSubstr("monitor=7\nstop=0\nstart=0\nstart=0\nmonitor=0\nmonitor=0\nyes\n"
                          "stop=0\nstop=0\nmonitor=7\nno login\nleft:\nend\n"));
}

TEST_F(Lio, passes_ocf_tester) {
    EXPECT_THAT(in_node("env -u OCF_RESOURCE_INSTANCE ocf-tester -n t -o iqn=$OCF_RESKEY_iqn -o "
                        "luns=$OCF_RESKEY_luns -o portals=$OCF_RESKEY_portals $agent"),
                HasSubstr("passed all tests"));
}

TEST_F(Lio, passes_of_iscsi_test_cu_whatever_the_kernel_passes) {
    // What LIO does in its own way (VERIFY, WRITE SAME, residuals) is no fault of the export: a
    // target made by hand, with the kernel's defaults, is the measure.
    const std::string out = in_node(
        "failures() { iscsi-test-cu -d -t ALL iscsi://127.0.0.1/$OCF_RESKEY_iqn/0 >/tmp/cu 2>&1; "
        "awk '/^Suite:/ {s=$2} /^ *Test:/ {t=$2} /FAILED$/ {print s\".\"t}' /tmp/cu | sort -u; };"
        "act start; failures >/tmp/ours; awk '/^ *tests/ {print \"passed:\" $4 \" of \" $3}' "
        "/tmp/cu; act monitor; act stop; left;"
        "mkdir -p $tree/core/iblock_0/bare $tree/iscsi/$OCF_RESKEY_iqn/tpgt_1/lun/lun_0 "
        "$tree/iscsi/$OCF_RESKEY_iqn/tpgt_1/np/127.0.0.1:3260; cd $tree/core/iblock_0/bare;"
        "echo udev_path=/dev/ubda >control; echo 1 >enable; cd $tree/iscsi/$OCF_RESKEY_iqn/tpgt_1;"
        "ln -s $tree/core/iblock_0/bare lun/lun_0/bare; for a in generate_node_acls "
        "cache_dynamic_acls; do echo 1 >attrib/$a; done; for a in authentication "
        "demo_mode_write_protect; do echo 0 >attrib/$a; done; echo 1 >enable; cd /;"
        "failures >/tmp/bare; echo worse:; comm -23 /tmp/ours /tmp/bare; echo end");
    EXPECT_THAT(out, ::testing::ContainsRegex("passed:2[0-9][0-9] of 2[0-9][0-9]\n"));
    EXPECT_THAT(results_in(out), HasSubstr("start=0\npassed:"));
    EXPECT_THAT(out, HasSubstr("\nmonitor=0\nstop=0\nworse:\nend\n")) << out;
    fmt::print("     {}\n",
               out.substr(out.find("passed:"), std::string_view("passed:205 of 230").size()));
}

TEST_F(Lio, keeps_what_qemu_writes) {
    const std::string out =
        in_node("act start; qemu-io -f raw -c 'write -P 7 0 1M' -c 'read -P 7 0 1M' "
                "iscsi://127.0.0.1/$OCF_RESKEY_iqn/0; act stop");
    EXPECT_THAT(out, HasSubstr("read 1048576/1048576"));
    EXPECT_THAT(out, Not(HasSubstr("Pattern verification failed")));
}

TEST_F(Lio, takes_reservations_and_tells_that_a_stop_loses_them) {
    const std::string out = in_node(
        "rm -rf /var/target /etc/target; act start; act monitor; iscsi-test-cu -d -s -t "
        "ALL.ProutRegister.Simple iscsi://127.0.0.1/$OCF_RESKEY_iqn/0 2>&1 | awk '/^ *tests/ "
        "{print "
        "\"failed:\" $5}'; modprobe iscsi_tcp; modprobe sd_mod; iscsid; (iscsiadm -m discovery -t "
        "st -p 127.0.0.1; iscsiadm -m node -l) >/dev/null 2>&1; for i in $(seq 50); do [ -b "
        "/dev/sda "
        "] && break; sleep 0.1; done; sg_persist --out --register --param-sark=7 /dev/sda "
        ">/dev/null 2>&1 || echo no sg_persist; act monitor; iscsiadm -m node -u >/dev/null;"
        "act stop");
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nmonitor=0\nfailed:0\n"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:LUN 0 has 1 registration for persistent "
                               "reservations: a move would lose it\nmonitor=190\n"));
    EXPECT_THAT(out, HasSubstr("reservations are lost with this stop\nstop=0\n"));
}

TEST_F(Lio, lets_in_whom_it_should_with_chap_both_ways) {
    const std::string out = in_node(
        "umask 077; echo geheim123456 >/tmp/in; echo andersrum1234 >/tmp/out;"
        "echo iqn.x:c eigen ganzeigen1234 >/tmp/own;"
        "export OCF_RESKEY_incoming_username=u OCF_RESKEY_incoming_password_file=/tmp/in "
        "OCF_RESKEY_outgoing_username=tt OCF_RESKEY_outgoing_password_file=/tmp/out;"
        "export OCF_CHECK_LEVEL=10; act start; act monitor; echo open: $(try 0) $(try 0 "
        "u%geheim123456@) $(try 0 u%falsch123456@); proves() { iscsi-inq -i iqn.x:a "
        "\"iscsi://u%geheim123456@127.0.0.1/$OCF_RESKEY_iqn/0?target_user=tt&target_password=$1\" "
        ">/dev/null 2>&1 && echo proves itself || echo is refused; };"
        "proves andersrum1234; proves falsch1234567; act stop;"
        "export OCF_RESKEY_allowed_initiators='iqn.x:a iqn.x:c' "
        "OCF_RESKEY_initiator_credentials_file=/tmp/own; act start; act monitor;"
        "echo a: $(try 0 u%geheim123456@) b: $(try 0 u%geheim123456@ iqn.x:b) "
        "c: $(try 0 eigen%ganzeigen1234@ iqn.x:c) $(try 0 u%geheim123456@ iqn.x:c);"
        "chmod 644 /tmp/own; act monitor; act stop; left");
    EXPECT_THAT(results_in(out),
                HasSubstr("start=0\nmonitor=0\nopen: Authentication failure(513) yes "
                          "Authentication failure(513)\nproves itself\nis refused\nstop=0\n"));
    EXPECT_THAT(out, HasSubstr("monitor=0\na: yes b: Authorization failure(514) c: yes "
                               "Authentication failure(513)\n"));
    EXPECT_THAT(out, HasSubstr("/tmp/own can be read by others"));
    EXPECT_THAT(out, HasSubstr("monitor=190\nstop=0\n"));
}

TEST_F(Lio, a_proof_that_libiscsi_cannot_read_is_told_and_is_no_failure) {
    const std::string out = in_node(
        "umask 077; echo geheim123456 >/tmp/in; echo andersrum1234 >/tmp/out;"
        "export OCF_RESKEY_incoming_username=u OCF_RESKEY_incoming_password_file=/tmp/in "
        "OCF_RESKEY_outgoing_username=ttt OCF_RESKEY_outgoing_password_file=/tmp/out;"
        "export OCF_CHECK_LEVEL=10; act start; act monitor;"
        // The kernel's initiator has no such trouble.
        "modprobe iscsi_tcp; modprobe sd_mod; iscsid; exec 2>&1;"
        "iscsiadm -m discovery -t st -p 127.0.0.1 >/dev/null; set_to() { iscsiadm -m node -T "
        "$OCF_RESKEY_iqn -p 127.0.0.1 -o update -n node.session.auth.$1 -v $2; };"
        "set_to authmethod CHAP; set_to username u; set_to password geheim123456; set_to "
        "username_in ttt; set_to password_in andersrum1234; iscsiadm -m node -l | grep -o "
        "'successful'; iscsiadm -m node -u >/dev/null; set_to password_in falsch1234567;"
        "iscsiadm -m node -l | grep -o 'successful' || echo not fooled; act stop");
    EXPECT_THAT(out,
                HasSubstr("cannot log in with mutual CHAP where the target's user name is ttt"));
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nmonitor=0\n"));
    EXPECT_THAT(out, HasSubstr("successful\n"));
    EXPECT_THAT(out, HasSubstr("not fooled\n"));
    EXPECT_THAT(out, HasSubstr("stop=0\n"));
}

TEST_F(Lio, serves_what_the_usual_agents_offer) {
    const std::string out = in_node(
        "truncate -s 16M /tmp/f; export OCF_RESKEY_luns='0=/dev/ubda 3=/dev/ubdb 5=/tmp/f' "
        "OCF_RESKEY_read_only_luns=3 OCF_RESKEY_portals='127.0.0.1:3260 [::1]:3261' "
        "OCF_RESKEY_emulate_tpu=true OCF_RESKEY_emulate_3pc=false OCF_RESKEY_emulate_caw=false "
        "OCF_RESKEY_alua_state=active/nonoptimized "
        "OCF_RESKEY_session_parameters=MaxBurstLength=65536 OCF_RESKEY_vendor_id=ACME "
        "OCF_RESKEY_product_id=DISK OCF_RESKEY_scsi_sn='0=n 3=given-3 5=f' OCF_CHECK_LEVEL=10;"
        "act start; act monitor; url=iscsi://127.0.0.1/$OCF_RESKEY_iqn;"
        "iscsi-inq iscsi://[::1]:3261/$OCF_RESKEY_iqn/0 | grep -E '^(Vendor|Product|3PC)';"
        "iscsi-inq -e 1 -c 128 $url/3 | grep -i serial; iscsi-inq -e 1 -c 178 $url/5 | grep -i "
        "lbpu;"
        "qemu-io -f raw -c 'write 0 4k' $url/3 2>&1; t=$tree/iscsi/$OCF_RESKEY_iqn/tpgt_1;"
        "cat $t/param/MaxBurstLength; grep -h 'Primary Access State' $t/lun/*/alua_tg_pt_gp;"
        "act stop; left");
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nmonitor=0\n3PC:0\nVendor:ACME"));
    EXPECT_THAT(out, HasSubstr("Product:DISK"));
    EXPECT_THAT(out, HasSubstr("Unit Serial Number:[given-3]\nlbpu:1\n"));
    EXPECT_THAT(out, HasSubstr("LUN is write protected\n65536\n"));
    for (const char* line : {"Primary Access State: Active/NonOptimized", "stop=0\n"}) {
        EXPECT_THAT(out, HasSubstr(line));
    }
}

TEST_F(Lio, blocks_and_write_cache_are_as_asked_for) {
    const std::string out = in_node(
        "truncate -s 16M /tmp/f; export OCF_RESKEY_luns=0=/tmp/f OCF_RESKEY_emulate_write_cache=1 "
        "OCF_RESKEY_lun_attributes='block_size=4096 queue_depth=64'; act start; act monitor;"
        "iscsi-readcapacity16 iscsi://127.0.0.1/$OCF_RESKEY_iqn/0; act stop;"
        "OCF_RESKEY_luns=0=/dev/ubda act start; left");
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nmonitor=0\n"));
    EXPECT_THAT(out, HasSubstr("LOGICAL BLOCK LENGTH IN BYTES:4096\n"));
    EXPECT_THAT(out, HasSubstr("stop=0\n"));
    EXPECT_THAT(out,
                HasSubstr("ocf-exit-reason:LUN 0: a block device reports its own write cache"));
    EXPECT_TRUE(out.ends_with("start=6\n")) << out;
}

TEST_F(Lio, trouble_below_a_lun_is_degraded) {
    const std::string out = in_node(
        // Sector 0x1234 of this disk has a medium error.
        "modprobe sd_mod; modprobe scsi_debug dev_size_mb=16 opts=2; for i in $(seq 50); do [ -b "
        "/dev/sda ] && break; sleep 0.1; done; export OCF_RESKEY_luns=0=/dev/sda; act start;"
        "url=iscsi://127.0.0.1/$OCF_RESKEY_iqn/0; qemu-io -f raw -c 'read 4M 64k' $url | grep -c "
        "'read 65536'; act monitor; qemu-io -f raw -c 'read 2385920 512' $url 2>&1 | grep -i error;"
        "act monitor; touch -d '1 minute ago' /run/twinsite/iscsi-target/*.errors;" // its next look
        "act monitor; act stop; export OCF_RESKEY_luns=0=/dev/ubda; act start; act monitor;"
        "mkdir -p /run/twinsite/devices; echo 'the mirror said so' "
        ">/run/twinsite/devices/$(stat -c %Hr:%Lr /dev/ubda); act monitor;"
        "touch -d '6 minutes ago' /run/twinsite/devices/*; act monitor; act stop");
    EXPECT_THAT(results_in(out),
                HasSubstr("start=0\n1\nmonitor=0\nread failed: Input/output error\nmonitor=0\n"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:1 I/O error in the last 5 minutes: critical medium "
                               "error, dev sda, sector 4660 op 0x0:(READ)"));
    EXPECT_THAT(out, HasSubstr("\nmonitor=190\nstop=0\n"));
    EXPECT_THAT(out, HasSubstr("start=0\nmonitor=0\n")); // another disk's error is not this one's
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:LUN 0: the mirror said so\nmonitor=190\n"
                               "monitor=0\nstop=0\n"));
}

TEST_F(Lio, a_thin_pool_below_a_lun_is_watched) {
    const std::string out = in_node(
        // 20 MiB of pool below a LUN that promises 40.
        "modprobe dm-thin-pool; dd if=/dev/zero of=/dev/ubda bs=1M count=4 2>/dev/null; make() { "
        "dmsetup create $1 --table \"$2\"; dmsetup mknodes; };"
        "make meta '0 8192 linear /dev/ubda 0'; make data '0 40960 linear /dev/ubda 8192';"
        "make pool '0 40960 thin-pool /dev/mapper/meta /dev/mapper/data 128 0';"
        "dmsetup message pool 0 'create_thin 0'; make thin '0 81920 thin /dev/mapper/pool 0';"
        "export OCF_RESKEY_luns=0=/dev/mapper/thin; act start; act monitor;"
        "qemu-io -f raw -c 'write 0 17M' iscsi://127.0.0.1/$OCF_RESKEY_iqn/0 | grep -c 'wrote 17';"
        "act monitor; OCF_RESKEY_pool_warn=95 act monitor; act stop; left");
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nmonitor=0\n1\n"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:LUN 0: the thin pool below is filling up (data 8"));
    EXPECT_THAT(out, HasSubstr("\nmonitor=190\nmonitor=0\nstop=0\n"));
}

TEST_F(Lio, killed_at_every_change_it_is_made_good_by_stop_and_by_start) {
    const std::string out = in_node("killed_everywhere start 1 mkdir symlink;"
                                    "killed_everywhere stop 1 rmdir unlink;"
                                    "killed_everywhere start 4 write; echo end");
    EXPECT_THAT(out, Not(HasSubstr("bad")));
    for (const char* call : {"start: ended after [0-9]+ mkdir", "start: ended after [0-9]+ symlink",
                             "stop: ended after [0-9]+ rmdir", "stop: ended after [0-9]+ unlink",
                             "start: ended after [0-9]+ write"}) {
        EXPECT_THAT(out, ::testing::ContainsRegex(call));
    }
}

TEST_F(Lio, twenty_targets_start_and_stop_at_once) {
    const std::string out = in_node(
        "several 20 start; several 20 monitor; several 20 stop; left; several 20 start >/dev/null;"
        "several 10 stop & for i in $(seq 21 30); do truncate -s 4M /tmp/many.$i; "
        "(OCF_RESKEY_iqn=iqn.2026-11.example:many-$i OCF_RESKEY_luns=0=/tmp/many.$i code start) & "
        "done | sort | uniq -c; wait; ls $tree/iscsi | grep -c many");
    EXPECT_THAT(out, HasSubstr(" 20 0\n 20 0\n 20 0\n"));
    EXPECT_THAT(out, HasSubstr(" 10 0\n"));
    EXPECT_THAT(out, HasSubstr("\n20\n"));
    EXPECT_THAT(out, Not(HasSubstr(" 1\n")));
}

TEST_F(Lio, a_stop_that_hangs_in_the_kernel_says_where_and_ends_in_time) {
    const std::string out = in_node(
        "modprobe dm-mod; size=$(blockdev --getsz /dev/ubda);"
        "echo \"0 $size linear /dev/ubda 0\" | dmsetup create slow || exit 1;"
        "[ -e /dev/mapper/slow ] || dmsetup mknodes;"
        "export OCF_RESKEY_luns=0=/dev/mapper/slow; act start; dmsetup suspend slow;"
        "(timeout 40 qemu-io -t none -f raw -c 'write 0 4k' "
        "iscsi://127.0.0.1/$OCF_RESKEY_iqn/0 >/dev/null 2>&1 &) ; sleep 3;"
        "export OCF_RESKEY_CRM_meta_timeout=8000; s=$(date +%s); act stop;"
        "[ $(($(date +%s) - s)) -le 8 ] && echo in time; act stop;"
        "dmsetup resume slow; sleep 3; export OCF_RESKEY_CRM_meta_timeout=30000; act stop; left;"
        "dmsetup remove slow && echo released");
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:stop hangs in the kernel at: ending the sessions"));
    EXPECT_THAT(out, HasSubstr("stop=1\nin time\n"));
    EXPECT_THAT(out, HasSubstr("stop=0\nreleased\n"));
}

TEST_F(Lio, a_mirror_can_be_demoted_after_a_stop) {
    const std::string out = in_node(
        "modprobe drbd; h=$(hostname); printf 'resource red { disk /dev/ubdb; device /dev/drbd0; "
        "meta-disk internal; on %s { address 127.0.0.1:7789; } on other { address 127.0.0.2:7789; "
        "} }' $h >/etc/drbd.d/red.res;"
        "drbdadm create-md --force red >/dev/null 2>&1; drbdadm up red; "
        "drbdadm primary --force red; export OCF_RESKEY_luns=0=/dev/drbd0; act start; try 0;"
        "drbdadm secondary red 2>/dev/null || echo held; act stop; drbdadm secondary red && "
        "echo demoted; act start");
    EXPECT_THAT(results_in(out), HasSubstr("start=0\nyes\nheld\nstop=0\ndemoted\n"));
    EXPECT_THAT(out, HasSubstr("is its mirror promoted here?"));
    EXPECT_THAT(out, HasSubstr("start=1\n"));
}

TEST_F(Lio, a_foreign_target_stays_and_a_vanished_file_does_not_hinder_a_stop) {
    const std::string out = in_node(
        "modprobe target_core_mod; modprobe iscsi_target_mod; mkdir -p $tree/iscsi "
        "$tree/core/iblock_0/x; echo udev_path=/dev/ubdb >$tree/core/iblock_0/x/control; "
        "echo 1 >$tree/core/iblock_0/x/enable; t=$tree/iscsi/$OCF_RESKEY_iqn/tpgt_1;"
        "mkdir $tree/iscsi/$OCF_RESKEY_iqn; mkdir $t; mkdir $t/lun/lun_0; "
        "ln -s $tree/core/iblock_0/x $t/lun/lun_0/x; act monitor; act start; act stop;"
        "ls $t/lun; truncate -s 8M /tmp/f; export OCF_RESKEY_iqn=iqn.x:y OCF_RESKEY_luns=5=/tmp/f;"
        "act start; rm /tmp/f; act monitor; act stop; act monitor");
    EXPECT_THAT(out, HasSubstr("monitor=7\n"));
    EXPECT_THAT(out, HasSubstr("start=1\n"));
    EXPECT_THAT(out, HasSubstr("not ours: its lun_0 is core/iblock_0/x"));
    EXPECT_THAT(results_in(out), HasSubstr("stop=0\nlun_0\nstart=0\n"));
    EXPECT_THAT(out, HasSubstr("monitor=1\nstop=0\nmonitor=7\n"));
    EXPECT_THAT(out, HasSubstr("LUN 5: /tmp/f has vanished"));
}

} // namespace
} // namespace twinsite::testing
