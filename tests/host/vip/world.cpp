#include "tests/host/vip/world.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <cstdlib>

namespace twinsite::testing {

namespace {

constexpr const char* agent_path = "/usr/lib/ocf/resource.d/twinsite/vip";

process::Output run_command(const process::Command& command) {
    auto output = process::SystemCommandRunner().run(
        command, Deadline::after(SystemClock(), Milliseconds(60'000)));
    return output ? *output
                  : process::Output{.exit_code = 127, .out = {}, .err = output.error().message};
}

process::Command on_host(const std::string& name, std::vector<std::string> argv) {
    argv.insert(argv.begin(), {"ip", "netns", "exec", name});
    return {.argv = std::move(argv), .input = {}, .environment = {}};
}

} // namespace

process::Output shell(const std::string& text) {
    return run_command({.argv = {"/bin/sh", "-c", text}, .input = {}, .environment = {}});
}

process::Output Host::run(const std::string& text) const {
    return run_command(on_host(name_, {"/bin/sh", "-c", text}));
}

std::string Host::must(const std::string& text) const {
    const auto output = run(text);
    EXPECT_EQ(output.exit_code, 0) << name_ << ": " << text << "\n" << output.err;
    return std::string(trim(output.out));
}

AgentRun Host::agent(const std::string& action, const Settings& parameters,
                     const Settings& environment) const {
    process::Command command = on_host(name_, {agent_path, action});
    command.environment = {{"OCF_RESOURCE_INSTANCE", "address_red"},
                           {"HA_RSCTMP", "/run/" + name_}};
    Settings all{{"CRM_meta_interval", "10000"}, {"CRM_meta_timeout", "20000"}};
    for (const auto& [name, value] : with(all, parameters)) {
        command.environment.emplace_back("OCF_RESKEY_" + name, value);
    }
    command.environment.insert(command.environment.end(), environment.begin(), environment.end());
    const auto output = run_command(command);
    AgentRun run{.exit_code = output.exit_code, .out = output.out, .err = output.err, .reason = {}};
    for (const std::string_view line : lines(run.err)) {
        if (line.starts_with("ocf-exit-reason:")) {
            run.reason = line.substr(16);
        }
    }
    return run;
}

bool Host::has(const std::string& address, const std::string& interface) const {
    const auto output = run("ip -o address show dev " + interface);
    return output.out.find(" " + address + " ") != std::string::npos;
}

std::string Host::mac() const {
    return must("cat /sys/class/net/eth0/address");
}

std::string Host::neighbour(const std::string& address) const {
    const auto words = split(run("ip neighbour show to " + address).out);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "lladdr") {
            return words[i + 1];
        }
    }
    return {};
}

bool Host::reaches(const std::string& address) const {
    return run("ping -n -c 1 -W 1 " + address).exit_code == 0;
}

int Host::guard() const {
    const auto text = read_file("/run/" + name_ + "/twinsite-vip-address_red.guard");
    return text ? static_cast<int>(parse_integer(trim(*text), 1, INT32_MAX).value_or(0)) : 0;
}

void World::SetUp() {
    if (std::getenv("TWINSITE_INSIDE_ROOT") == nullptr) {
        GTEST_SKIP() << root_is_missing().value_or("not inside the cached root");
    }
    const auto made = shell(R"(set -e
        ip link add segment0 type bridge && ip link set segment0 up
        number() { case $1 in a) echo 1;; b) echo 2;; *) echo 9;; esac; }
        for host in a b client; do
            ip netns add $host
            ip link add port-$host type veth peer name eth0 netns $host
            ip link set port-$host master segment0 up
            ip -n $host link set lo up
            ip -n $host address add 10.11.0.$(number $host)/24 dev eth0
            ip -n $host address add fd00:11::$(number $host)/64 dev eth0 nodad
            ip -n $host link set eth0 up
        done)");
    ASSERT_EQ(made.exit_code, 0) << made.err;
}

void World::TearDown() {
    if (std::getenv("TWINSITE_INSIDE_ROOT") == nullptr) {
        return;
    }
    static_cast<void>(shell(R"(
        for host in a b client; do
            [ -e /run/netns/$host ] || continue
            for id in $(ip netns pids $host); do kill -9 $id; done
            ip netns delete $host
            ip link delete port-$host 2>/dev/null
            rm -rf /run/$host
        done
        ip link delete segment0 2>/dev/null
        true)"));
}

Settings with(Settings settings, const Settings& more) {
    for (const auto& [name, value] : more) {
        settings[name] = value;
    }
    return settings;
}

} // namespace twinsite::testing
