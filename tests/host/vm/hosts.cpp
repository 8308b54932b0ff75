#include "tests/host/vm/hosts.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace twinsite::testing {

namespace {

constexpr const char* scripts = TWINSITE_SOURCE_DIR "/tests/host/vm/";
constexpr const char* config = "/etc/twinsite/vm/rot.xml";

std::string domain_xml() {
    return R"(<domain type='qemu'>
<name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<on_poweroff>destroy</on_poweroff><on_crash>destroy</on_crash>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='network' device='disk'>
 <driver name='qemu' type='raw' cache='none' error_policy='stop' rerror_policy='stop'/>
 <source protocol='iscsi' name='iqn.2026-11.example:red/1'><host name='10.99.0.1' port='3260'/></source>
 <target dev='vda' bus='virtio'/></disk>
<serial type='file'><source path='/run/rot.log' append='on'/><target port='0'/></serial>
<memballoon model='none'/></devices></domain>
)";
}

process::Output output_of(std::vector<std::string> argv, Milliseconds patience) {
    process::SystemCommandRunner runner;
    auto output = runner.run({.argv = std::move(argv), .input = {}, .environment = {}},
                             Deadline::after(SystemClock(), patience));
    if (!output) {
        return {.exit_code = -1, .out = {}, .err = output.error().message};
    }
    return *output;
}

AgentRun as_agent_run(const process::Output& output) {
    AgentRun result{
        .exit_code = output.exit_code, .out = output.out, .err = output.err, .reason = {}};
    for (const std::string_view line : lines(output.err)) {
        constexpr std::string_view prefix = "ocf-exit-reason:";
        if (line.starts_with(prefix)) {
            result.reason = line.substr(prefix.size());
        }
    }
    return result;
}

} // namespace

void Hosts::SetUp() {
    if (std::getenv(inside_variable) == nullptr) {
        GTEST_SKIP() << root_is_missing().value_or("the cached root could not be entered");
    }
    std::filesystem::create_directories("/tmp/storage");
    std::filesystem::create_directories("/etc/twinsite/vm");
    std::filesystem::copy_file(TWINSITE_TEST_GUEST, "/tmp/storage/disk");
    std::filesystem::resize_file("/tmp/storage/disk", 1024UL * 1024UL);
    ASSERT_TRUE(replace_file(config, domain_xml()));
    const auto prepared = run({std::string(scripts) + "prepare", "/tmp/storage", "a", "b"});
    ASSERT_TRUE(prepared.ok()) << prepared.err;
    parameters = {{"config", config}, {"migration_transport", "tcp"}, {"shutdown_timeout", "2"}};
}

void Hosts::use_domain(const std::string& xml) {
    EXPECT_TRUE(replace_file(config, xml));
}

process::Output Hosts::run(std::vector<std::string> argv, Milliseconds patience) {
    const SystemClock clock;
    const TimePoint began = clock.now();
    auto output = output_of(std::move(argv), patience);
    took = std::chrono::duration_cast<Milliseconds>(clock.now() - began);
    return output;
}

process::Output Hosts::on(const std::string& host, std::vector<std::string> argv,
                          Milliseconds patience) {
    argv.insert(argv.begin(), {std::string(scripts) + "on", host});
    return run(std::move(argv), patience);
}

std::vector<std::string> Hosts::command_line(const std::string& host,
                                             const std::string& action) const {
    std::vector<std::string> argv{std::string(scripts) + "on",
                                  host,
                                  "env",
                                  "OCF_RESOURCE_INSTANCE=vm_rot",
                                  "OCF_RESKEY_CRM_meta_interval=10000",
                                  fmt::format("OCF_RESKEY_CRM_meta_timeout={}", timeout.count())};
    if (check_level != 0) {
        argv.push_back(fmt::format("OCF_CHECK_LEVEL={}", check_level));
    }
    for (const auto& [name, value] : parameters) {
        argv.push_back(fmt::format("OCF_RESKEY_{}={}", name, value));
    }
    argv.push_back(agent_program("vm").string());
    argv.push_back(action);
    return argv;
}

AgentRun Hosts::agent(const std::string& host, const std::string& action) {
    // What Pacemaker would do at the timeout, a little later.
    return as_agent_run(run(command_line(host, action), timeout + Milliseconds(1000)));
}

std::future<AgentRun> Hosts::begin(const std::string& host, const std::string& action) {
    return std::async(std::launch::async, [argv = command_line(host, action), patience = timeout] {
        return as_agent_run(output_of(argv, patience + Milliseconds(1000)));
    });
}

void Hosts::expect(const std::string& host, const std::string& action, int exit_code) {
    const AgentRun run = agent(host, action);
    EXPECT_EQ(run.exit_code, exit_code) << action << " on " << host << ": " << run.err;
    EXPECT_LT(took, timeout) << action;
}

std::string Hosts::virsh(const std::string& host, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"virsh", "-q"});
    const auto output = on(host, std::move(arguments));
    return std::string(trim(output.out + output.err));
}

std::string Hosts::daemon_pid(const std::string& host) {
    return std::string(trim(on(host, {"cat", "/run/libvirtd.pid"}).out));
}

std::string Hosts::guest_pid(const std::string& host) {
    return std::string(trim(on(host, {"cat", "/run/libvirt/qemu/rot.pid"}).out));
}

void Hosts::send(const std::string& host, const std::string& signal, const std::string& pid) {
    const auto sent = on(host, {"kill", "-" + signal, pid});
    EXPECT_TRUE(sent.ok()) << sent.err;
}

void Hosts::kill_daemon(const std::string& host) {
    const std::string pid = daemon_pid(host);
    send(host, "KILL", pid);
    EXPECT_TRUE(eventually([&] { return !on(host, {"kill", "-0", pid}).ok(); }));
}

void Hosts::start_daemon(const std::string& host) {
    const auto started = on(host, {"start-libvirtd"});
    EXPECT_TRUE(started.ok()) << started.err;
}

void Hosts::limit_wire(const std::string& rate) {
    const auto limited = run({"tc", "qdisc", "add", "dev", "to-b", "root", "tbf", "rate", rate,
                              "burst", "256kb", "latency", "300ms"});
    EXPECT_TRUE(limited.ok()) << limited.err;
}

void Hosts::unlimit_wire() {
    EXPECT_TRUE(run({"tc", "qdisc", "del", "dev", "to-b", "root"}).ok());
}

void Hosts::make_lun() {
    const auto made = run({"tgtadm", "--lld", "iscsi", "--op", "new", "--mode", "logicalunit",
                           "--tid", "1", "--lun", "1", "-b", "/tmp/storage/disk"});
    EXPECT_TRUE(made.ok()) << made.err;
}

void Hosts::make_target() {
    const auto made = run({"tgtadm", "--lld", "iscsi", "--op", "new", "--mode", "target", "--tid",
                           "1", "-T", "iqn.2026-11.example:red"});
    EXPECT_TRUE(made.ok()) << made.err;
    make_lun();
    EXPECT_TRUE(run({"tgtadm", "--lld", "iscsi", "--op", "bind", "--mode", "target", "--tid", "1",
                     "-I", "ALL"})
                    .ok());
}

// tgtd refuses to delete a unit in the moment when one of the guest's commands is under way.
void Hosts::remove_lun() {
    std::string said;
    EXPECT_TRUE(eventually([&] {
        const auto gone = run({"tgtadm", "--lld", "iscsi", "--op", "delete", "--mode",
                               "logicalunit", "--tid", "1", "--lun", "1"});
        said = gone.err;
        return gone.ok() || said.find("still active") == std::string::npos;
    }));
    EXPECT_EQ(said, "");
}

void Hosts::remove_target() {
    const auto gone = run({"tgtadm", "--lld", "iscsi", "--op", "delete", "--force", "--mode",
                           "target", "--tid", "1"});
    EXPECT_TRUE(gone.ok()) << gone.err;
}

long Hosts::written(const std::string& host) {
    long last = -1;
    const std::string text = on(host, {"cat", "/run/rot.log"}).out;
    for (const std::string_view whole : lines(text)) {
        std::string_view line = trim(whole);
        if (!line.ends_with('.')) { // lab/guest/counter.S: only a line with its full stop is whole
            continue;
        }
        line.remove_suffix(1);
        const auto number = parse_integer(line, 0, INT32_MAX);
        last = number ? static_cast<long>(*number) : last;
    }
    return last;
}

bool Hosts::is_writing(const std::string& host) {
    const long before = written(host);
    return eventually([&] { return written(host) > before; }, Milliseconds(10000));
}

bool Hosts::eventually(const std::function<bool()>& condition, Milliseconds patience) {
    SystemClock clock;
    return poll_until(clock, Deadline::after(clock, patience), Milliseconds(200), condition);
}

} // namespace twinsite::testing
