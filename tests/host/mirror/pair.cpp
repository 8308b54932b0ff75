#include "tests/host/mirror/pair.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace twinsite::testing {

namespace {

constexpr const char* options =
    R"( ping-int 2; ping-timeout 5; timeout 15; connect-int 1; ko-count 7;
          after-sb-0pri discard-zero-changes; after-sb-1pri consensus; after-sb-2pri disconnect;
          verify-alg crc32c; }
    disk { fencing resource-only; on-io-error detach; c-plan-ahead 0; resync-rate 100M; }
    handlers { fence-peer "/root/fence-peer"; )";

std::string replica(const char* resource, const std::string& net, const char* handlers,
                    const std::string& here, const std::string& there) {
    return std::string("resource ") + resource + " { net { " + net + options + handlers +
           "}\n on solo { " + here + "; meta-disk internal; }\n on other { " + there +
           "; meta-disk internal; } }\n";
}

void write(const char* path, const std::string& text) {
    std::ofstream(path) << text;
}

} // namespace

std::optional<std::string> no_node() {
    if (std::filesystem::exists("/dev/ubda") && std::filesystem::exists("/dev/ubdb") &&
        std::filesystem::exists("/usr/lib/ocf/resource.d/twinsite/mirror")) {
        return std::nullopt;
    }
    return "needs a node of its own with two disks: lab/node-run starts it";
}

Ran sh(const std::string& line, Milliseconds patience) {
    process::SystemCommandRunner runner;
    const auto output = runner.run({{"bash", "-c", line + " 2>&1"}, {}, {}},
                                   Deadline::after(SystemClock(), patience));
    return output ? Ran{output->exit_code, output->out} : Ran{-1, output.error().message};
}

Pair::Pair() {
    sh("tc qdisc del dev lo root; drbdadm down red; drbdadm -c /etc/peer.conf down red-peer; "
       "rm -rf /var/lib/twinsite/mirror /run/twinsite/mirror");
    parameters("");
    configure();
    write("/root/fence-peer", "#!/bin/sh\nexit $(cat /root/fence-answer)\n");
    fence_answer(5);
    const auto made = sh("chmod 755 /root/fence-peer; hostname solo; modprobe drbd && "
                         "dd if=/dev/zero of=/dev/ubda bs=1M count=32 && "
                         "dd if=/dev/zero of=/dev/ubdb bs=1M count=32 && "
                         "drbdadm create-md --force red && "
                         "drbdadm -c /etc/peer.conf create-md --force red-peer && "
                         "drbdadm up red && drbdadm -c /etc/peer.conf up red-peer");
    EXPECT_EQ(made.code, 0) << made.out;
    EXPECT_TRUE(wait_for("Inconsistent/Inconsistent")) << state();
    sh("drbdadm new-current-uuid --clear-bitmap red/0");
    EXPECT_TRUE(wait_for("ds:UpToDate/UpToDate")) << state();
    sh("drbdadm down red; drbdadm -c /etc/peer.conf down red-peer");
}

void Pair::parameters(const std::string& settings) {
    std::string words;
    for (const std::string& setting : split(settings)) {
        words += "OCF_RESKEY_" + setting + " ";
    }
    write("/root/parameters", words);
}

void Pair::configure(const std::string& net, const std::string& disk) {
    const std::string at_a = " address 127.0.0.1:7789";
    const std::string at_b = " address 127.0.0.1:7790";
    write("/etc/drbd.d/red.res",
          replica("red", net,
                  "split-brain \"/usr/libexec/twinsite/drbd-handler split-brain\"; "
                  "out-of-sync \"/usr/libexec/twinsite/drbd-handler out-of-sync\";",
                  "device /dev/drbd0; disk " + disk + ";" + at_a,
                  "device /dev/drbd0; disk /dev/ubdb;" + at_b));
    write("/etc/peer.conf",
          "global { usage-count no; }\n" + replica("red-peer", net, "",
                                                   "device /dev/drbd1; disk /dev/ubdb;" + at_b,
                                                   "device /dev/drbd1; disk /dev/ubda;" + at_a));
}

Pair::~Pair() {
    sh("tc qdisc del dev lo root; drbdadm down red; drbdadm -c /etc/peer.conf down red-peer");
}

Ran Pair::agent(const std::string& action, int timeout_ms) {
    return sh("export OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=mirror_red "
              "OCF_RESKEY_drbd_resource=red HA_SBIN_DIR=/nonexistent "
              "OCF_RESKEY_CRM_meta_interval=10000 OCF_RESKEY_CRM_meta_timeout=" +
              std::to_string(timeout_ms) +
              "; export $(cat /root/parameters) LAB=1; /usr/lib/ocf/resource.d/twinsite/mirror " +
              action);
}

Ran Pair::peer(const std::string& arguments) {
    return sh("drbdadm -c /etc/peer.conf " + arguments);
}

void Pair::cut() {
    EXPECT_EQ(sh("modprobe sch_netem; tc qdisc add dev lo root netem loss 100%").code, 0);
}

void Pair::join() {
    EXPECT_EQ(sh("tc qdisc del dev lo root").code, 0);
}

bool Pair::sees_the_cut() {
    return wait_for("/Unknown ");
}

void Pair::fence_answer(int code) {
    write("/root/fence-answer", std::to_string(code));
}

std::string Pair::state() {
    const auto text = read_file("/proc/drbd").value_or("");
    for (const std::string_view line : lines(text)) {
        if (trim(line).starts_with("0: ")) {
            return std::string(trim(line).substr(3));
        }
    }
    return "not configured";
}

bool Pair::wait_for(const std::string& part, Milliseconds patience) {
    SystemClock clock;
    return poll_until(clock, Deadline::after(clock, patience), Milliseconds(50),
                      [&] { return state().find(part) != std::string::npos; });
}

void PairTest::SetUp() {
    if (const auto why = no_node()) {
        GTEST_SKIP() << *why;
    }
    pair_.emplace();
}

void PairTest::expect(const std::string& action, int code) {
    const auto ran = Pair::agent(action);
    EXPECT_EQ(ran.code, code) << action << ": " << ran.out << Pair::state();
}

void PairTest::both_up() {
    ASSERT_EQ(Pair::peer("up red-peer").code, 0);
    expect("start", 0);
    ASSERT_TRUE(Pair::wait_for("ds:UpToDate/UpToDate")) << Pair::state();
}

void PairTest::write(const char* device, int mib) {
    const auto ran = sh(std::string("dd if=/dev/urandom of=") + device +
                        " bs=1M oflag=direct count=" + std::to_string(mib));
    EXPECT_EQ(ran.code, 0) << ran.out;
}

bool PairTest::eventually(const std::function<bool()>& holds, Milliseconds patience) {
    SystemClock clock;
    return poll_until(clock, Deadline::after(clock, patience), Milliseconds(100), holds);
}

std::string Pair::data_sum(const std::string& disk) {
    return sh("dd if=" + disk + " bs=1M count=24 iflag=direct 2>/dev/null | sha256sum").out;
}

} // namespace twinsite::testing
