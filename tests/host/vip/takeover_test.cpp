// A client under load keeps its service over planned moves and a power loss.
#include "tests/host/vip/world.hpp"

#include <twinsite/base/text.hpp>

#include <chrono>
#include <iostream>

namespace twinsite::testing {
namespace {

/// Accepts connections on every address and echoes; one per host, as long as the host lives.
constexpr const char* server = R"py(
import socket, threading
def serve(c):
    try:
        while True:
            data = c.recv(4096)
            if not data: return
            c.sendall(data)
    except OSError: pass
s = socket.create_server(("", 5000), backlog=64)
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
)py";

/// Sends numbers over TCP and waits for each echo; reconnects at once when the connection ends or
/// is silent for 300 ms. Prints the longest time without an echo, in ms, when it is told to end.
constexpr const char* load = R"py(
import os, socket, time
def connect():
    while not os.path.exists("/run/load-end"):
        try:
            c = socket.create_connection(("10.11.0.101", 5000), 0.3)
            c.settimeout(0.3)
            return c
        except OSError: time.sleep(0.005)
longest, last, number, c = 0, None, 0, None
while not os.path.exists("/run/load-end"):
    try:
        c = c or connect()
        if c is None: break
        message = b"%08d" % number
        c.sendall(message)
        if c.recv(8) == message:
            now = time.monotonic()
            if last is None: open("/run/load-runs", "w")
            else: longest = max(longest, now - last)
            last, number = now, number + 1
            time.sleep(0.002)
        else: c = None
    except OSError: c = None
print(number, round(longest * 1000), flush=True)
)py";

class TakeoverUnderLoad : public World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) {
            return;
        }
        for (const Host* host : {&a, &b}) {
            host->must(std::string("cat >/run/server.py <<'EOF'\n") + server +
                       "\nEOF\npython3 /run/server.py >/dev/null 2>&1 &");
        }
        client.must(std::string("rm -f /run/load-*; cat >/run/load.py <<'EOF'\n") + load +
                    "\nEOF\n");
    }

    struct Seen {
        int echoes = 0;
        int gap = 1'000'000; ///< longest time without an echo, ms
        int actions = 0;     ///< what the agent's actions took, ms
    };

    /// What the client saw while WORK went on.
    template <typename Work>
    Seen under_load(Work work) {
        client.must("python3 /run/load.py >/run/load-result 2>&1 &");
        EXPECT_TRUE(soon([] { return shell("test -e /run/load-runs").exit_code == 0; }));
        const auto begin = std::chrono::steady_clock::now();
        work();
        const auto took = std::chrono::steady_clock::now() - begin;
        SystemClock().pause(Milliseconds(1000));
        static_cast<void>(shell("touch /run/load-end"));
        std::vector<std::string> result;
        EXPECT_TRUE(soon([&] {
            result = split(shell("cat /run/load-result").out);
            return result.size() == 2;
        })) << shell("cat /run/load-result").out;
        if (result.size() != 2) {
            return {};
        }
        return {.echoes = std::stoi(result[0]),
                .gap = std::stoi(result[1]),
                .actions = static_cast<int>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(took).count())};
    }

    /// The address follows its resource within a second.
    static void expect_short(const Seen& seen) {
        EXPECT_GT(seen.echoes, 10);
        EXPECT_LT(seen.gap, seen.actions + 1000);
        std::cout << seen.gap << " ms without an echo, of which the actions took " << seen.actions
                  << " ms; " << seen.echoes << " echoes\n";
    }

    const Settings resetting = with(one_address, {{"reset_connections", "true"}});
};

TEST_F(TakeoverUnderLoad, a_planned_move_is_a_short_gap) {
    ASSERT_EQ(a.agent("start", resetting).exit_code, 0);
    expect_short(under_load([&] {
        EXPECT_EQ(a.agent("stop", resetting).exit_code, 0);
        EXPECT_EQ(b.agent("start", resetting).exit_code, 0);
    }));
}

TEST_F(TakeoverUnderLoad, a_power_loss_is_a_short_gap) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    expect_short(under_load([&] {
        static_cast<void>(shell("ip link set port-a nomaster"));
        EXPECT_EQ(b.agent("start", one_address).exit_code, 0);
    }));
}

} // namespace
} // namespace twinsite::testing
