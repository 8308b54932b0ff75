// The built agent with a real tgtd and real initiators, inside the cached root.
#include "tests/support/ocf_agent_run.hpp"
#include "tests/support/rooted_test.hpp"

#include <twinsite/target/identity.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* scripts = "/twinsite/tests";

class Tgt : public RootedTest {
protected:
    static std::vector<Bind> binds() {
        return {{TWINSITE_TEST_PROGRAM_DIR, "/usr/lib/ocf/resource.d/twinsite"},
                {TWINSITE_TEST_PROGRAM_DIR, "/usr/libexec/twinsite"},
                {TWINSITE_TEST_SOURCE_DIR, scripts}};
    }
    static std::string with_tgt(const std::string& text) {
        const auto output =
            run_in_root({std::string(scripts) + "/with-tgt", text}, binds(), Milliseconds(120'000));
        return output ? output->out + output->err : output.error().message;
    }
};

TEST_F(Tgt, starts_serves_and_stops) {
    const std::string out = with_tgt("act monitor; act start; act start; act monitor; try 1; shown;"
                                     "act stop; act stop; act monitor; try 1; shown");
    EXPECT_THAT(out, HasSubstr("monitor=7\nstart=0\nstart=0\nmonitor=0\nyes\n"));
    EXPECT_THAT(out, HasSubstr("SCSI ID: " + target::naa_of_serial(target::derived_serial(
                                                 "iqn.2026-11.example:red", 1))));
    EXPECT_THAT(out, HasSubstr("stop=0\nstop=0\nmonitor=7\nno login\n"));
}

TEST_F(Tgt, depth_10_logs_in_and_notices_another_serial) {
    const std::string out = with_tgt(
        "export OCF_CHECK_LEVEL=10; act start; act monitor;"
        "tgtadm --lld iscsi --op update --mode logicalunit --tid 1378222224 --lun 1 --params "
        "scsi_sn=other; act monitor");
    EXPECT_THAT(out, HasSubstr("start=0\nmonitor=0\nmonitor=1\n"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:LUN 1 serial is other"));
}

TEST_F(Tgt, depth_10_takes_a_reservation_for_an_answer) {
    const std::string out =
        with_tgt("export OCF_CHECK_LEVEL=10; act start; mkfifo /tmp/hold; exec 9<>/tmp/hold; "
                 "/usr/libexec/twinsite/tests-reserve 127.0.0.1 $OCF_RESKEY_iqn 1 iqn.x:owner <&9 "
                 ">/tmp/said & "
                 "for i in $(seq 50); do grep -q reserved /tmp/said && break; sleep 0.1; done; cat "
                 "/tmp/said;"
                 "act monitor; kill %2");
    EXPECT_THAT(out, HasSubstr("start=0\nreserved\n"));
    EXPECT_THAT(out, HasSubstr("monitor=0\n"));
}

TEST_F(Tgt, depth_10_tries_every_portal) {
    const std::string out = with_tgt(
        "export OCF_CHECK_LEVEL=10; ip addr add 192.0.2.7/32 dev lo; export "
        "OCF_RESKEY_portals='127.0.0.1:3260 192.0.2.7:3261'; act start; act monitor; "
        "tgtadm --lld iscsi --op delete --mode portal --param portal=192.0.2.7:3261; act monitor");
    EXPECT_THAT(out, HasSubstr("start=0\nmonitor=0\nmonitor=1\n"));
}

TEST_F(Tgt, only_those_allowed_get_in_and_only_with_the_password) {
    const std::string out =
        with_tgt("umask 077; echo geheim123456 >/tmp/pw; export OCF_RESKEY_incoming_username=u "
                 "OCF_RESKEY_incoming_password_file=/tmp/pw OCF_RESKEY_allowed_initiators=iqn.x:a;"
                 "export OCF_CHECK_LEVEL=10; act start; act monitor; try 1 u%geheim123456@;"
                 "try 1 u%wrong1234567@; try 1 u%geheim123456@ iqn.x:b;"
                 "act stop; echo accounts:; tgtadm --op show --mode account");
    EXPECT_THAT(out, HasSubstr("start=0\nmonitor=0\nyes\nAuthentication failure(513)\nTarget not "
                               "found(515)\nstop=0\naccounts:\n"));
    EXPECT_THAT(out, Not(HasSubstr("\n    u\n"))) << "the account is left";
}

TEST_F(Tgt, targets_that_start_at_once_with_one_account_all_ask_for_the_password) {
    const std::string out = with_tgt(
        "umask 077; echo geheim123456 >/tmp/pw; export OCF_RESKEY_incoming_username=u "
        "OCF_RESKEY_incoming_password_file=/tmp/pw; for round in 1 2 3 4; do for i in 1 2 3 4; do "
        "truncate -s 1M /tmp/$i.img; (OCF_RESKEY_iqn=iqn.x:t$i OCF_RESKEY_luns=1=/tmp/$i.img "
        "quiet start) & done | sort | uniq -c; for i in 1 2 3 4; do OCF_RESKEY_iqn=iqn.x:t$i try "
        "1; "
        "done | sort | uniq -c; for i in 1 2 3 4; do OCF_RESKEY_iqn=iqn.x:t$i quiet stop; done | "
        "sort | uniq -c; done; echo accounts:; tgtadm --op show --mode account");
    const std::string round = "      4 0\n      4 Authentication failure(513)\n      4 0\n";
    EXPECT_THAT(out, HasSubstr(round + round + round + round));
    EXPECT_THAT(out, Not(HasSubstr("\n    u\n"))) << "the account is left";
}

TEST_F(Tgt, an_account_of_others_stays) {
    const std::string out =
        with_tgt("umask 077; echo geheim123456 >/tmp/pw; export OCF_RESKEY_incoming_username=u "
                 "OCF_RESKEY_incoming_password_file=/tmp/pw; tgtadm --lld iscsi --op new --mode "
                 "account --user u --password geheim123456; act start; act stop;"
                 "tgtadm --op show --mode account");
    EXPECT_THAT(out, HasSubstr("the CHAP account u was not made by this agent"));
    EXPECT_THAT(out, HasSubstr("start=0\nstop=0\nAccount list:\n    u\n"));
}

TEST_F(Tgt, a_stop_ends_the_sessions_of_a_busy_initiator) {
    const std::string out = with_tgt(
        "act start; iscsi-perf -b 8 -m 4 -t 30 iscsi://127.0.0.1/$OCF_RESKEY_iqn/1 "
        ">/dev/null 2>&1 & sleep 1; shown | grep -c Connection; act stop; act monitor; kill %2; "
        "act start; act monitor");
    EXPECT_THAT(out, HasSubstr("stop=0\nmonitor=7\nstart=0\nmonitor=0\n"));
}

TEST_F(Tgt, is_found_where_nobody_says_what_exports_it) {
    const std::string out =
        with_tgt("export OCF_RESKEY_implementation=; modules=/lib/modules/$(uname -r); act start; "
                 "act monitor;"
                 "mkdir -p $modules; echo kernel/drivers/target/iscsi/iscsi_target_mod.ko: "
                 ">$modules/modules.dep;"
                 "act monitor; act stop; shown; OCF_RESKEY_implementation=tgt act start; act "
                 "monitor; act stop;"
                 "shown");
    EXPECT_THAT(out,
                HasSubstr("start=0\nmonitor=0\nmonitor=0\nstop=0\nstart=0\nmonitor=0\nstop=0\n"));
    EXPECT_THAT(out, Not(HasSubstr("Target 1")));
}

TEST_F(Tgt, a_foreign_target_stays) {
    const std::string out =
        with_tgt("tgtadm --lld iscsi --op new --mode target --tid 1 --targetname $OCF_RESKEY_iqn;"
                 "act monitor; act start; act stop; shown");
    EXPECT_THAT(out, HasSubstr("monitor=7\nstart=1\nstop=0\nTarget 1: iqn.2026-11.example:red"));
    EXPECT_THAT(out,
                HasSubstr("ocf-exit-reason:another target of this name is there and not ours"));
}

TEST_F(Tgt, bad_settings_leave_nothing_half_built) {
    const std::string out = with_tgt("OCF_RESKEY_luns=0=/tmp/a.img act start; "
                                     "OCF_RESKEY_luns=1=/tmp/none act start; "
                                     "OCF_RESKEY_portals=203.0.113.9:3299 act start; shown");
    EXPECT_THAT(out, HasSubstr("start=6\nstart=1\nstart=1\n"));
    EXPECT_THAT(out, HasSubstr("tgt keeps LUN 0 for its own controller"));
    EXPECT_THAT(out, HasSubstr("/tmp/none: No such file"));
    EXPECT_THAT(out, HasSubstr("portal 203.0.113.9:3299"));
    EXPECT_THAT(out, Not(HasSubstr("Target ")));
}

TEST_F(Tgt, what_holds_an_action_up_is_told_in_time) {
    const std::string out = with_tgt(
        "act start; export OCF_RESKEY_CRM_meta_timeout=6000; "
        "flock /run/twinsite/iscsi-target/$OCF_RESKEY_iqn.lock sleep 8 & sleep 0.3; act stop; wait "
        "%2;"
        "kill -STOP $tgtd; act stop; kill -CONT $tgtd; export OCF_RESKEY_CRM_meta_timeout=20000;"
        "act stop");
    EXPECT_THAT(out, HasSubstr("stop=1\nstop=1\nstop=0\n"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:another run of this agent is still at work"));
    EXPECT_THAT(out, HasSubstr("ocf-exit-reason:tgtd does not answer"));
}

TEST_F(Tgt, one_image_is_not_exported_twice) {
    const std::string out = with_tgt("ln -s a.img /tmp/alias.img; OCF_RESKEY_luns='1=/tmp/a.img "
                                     "2=/tmp/alias.img' act start; act start; export "
                                     "OCF_RESKEY_iqn=iqn.x:blue OCF_RESKEY_luns=1=/tmp/alias.img; "
                                     "act start; OCF_RESKEY_luns=1=/tmp/b.img act start");
    EXPECT_THAT(out, HasSubstr("start=1\nstart=0\nstart=1\nstart=0\n"));
    EXPECT_THAT(out, HasSubstr("LUN 1 and 2 are one and the same: /tmp/alias.img"));
    EXPECT_THAT(out, HasSubstr("LUN 1: /tmp/alias.img is exported by iqn.2026-11.example:red"));
}

TEST_F(Tgt, killed_at_every_request_it_is_made_good_by_stop_and_by_start) {
    const std::string out = with_tgt("killed_everywhere start; killed_everywhere stop; echo end");
    EXPECT_THAT(out, Not(HasSubstr("bad")));
    EXPECT_THAT(out, ::testing::ContainsRegex("start: ended after [0-9][0-9]? requests"));
    EXPECT_THAT(out, ::testing::ContainsRegex("stop: ended after [0-9][0-9]? requests"));
    EXPECT_THAT(out, HasSubstr("end"));
}

TEST_F(Tgt, passes_ocf_tester) {
    expect_ocf_tester_passes(
        {.agent = "iscsi-target",
         .parameters = {{"iqn", "iqn.2026-11.example:red"},
                        {"luns", "1=/tmp/a.img"},
                        {"implementation", "tgt"}},
         .prepare =
             "truncate -s 16M /tmp/a.img; mkdir -p /run/tgtd; tgtd -f >/dev/null 2>&1 & "
             "for i in $(seq 100); do [ -S /run/tgtd/socket.0 ] && break; sleep 0.05; done"});
}

} // namespace
} // namespace twinsite::testing
