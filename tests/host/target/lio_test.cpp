#include "tests/support/in_root.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

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

TEST_F(Lio, exports_to_real_initiators_as_the_scsi_standard_wants) {
    const std::string out =
        in_node("act start; for t in ALL.Inquiry ALL.Read16 ALL.Write16 ALL.ReadCapacity16 "
                "ALL.TestUnitReady ALL.ReportSupportedOpcodes.Simple ALL.iSCSIcmdsn; do "
                "iscsi-test-cu -d -s -t $t iscsi://127.0.0.1/$OCF_RESKEY_iqn/0 2>&1 | "
                "awk '/^ *tests/ { print \"failed:\" $5 }'; done;"
                "qemu-io -f raw -c 'write -P 7 0 1M' -c 'read -P 7 0 1M' "
                "iscsi://127.0.0.1/$OCF_RESKEY_iqn/0; act stop");
    EXPECT_THAT(out, HasSubstr("failed:0"));
    EXPECT_THAT(out, Not(::testing::ContainsRegex("failed:[1-9]")));
    EXPECT_THAT(out, HasSubstr("read 1048576/1048576"));
    EXPECT_THAT(out, Not(HasSubstr("Pattern verification failed")));
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
