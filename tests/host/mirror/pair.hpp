// Two replicas of one mirror in one kernel: /dev/drbd0 on /dev/ubda is the one under test,
// /dev/drbd1 on /dev/ubdb stands for the other site. The link between them is lo, and can be cut.
#pragma once

#include <twinsite/base/deadline.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

namespace twinsite::testing {

/// Why the tests cannot run here; they need a node of their own (lab/node-run).
std::optional<std::string> no_node();

struct Ran {
    int code = -1;
    std::string out; ///< stdout and stderr
};

/// A line of shell, bounded.
Ran sh(const std::string& line, Milliseconds patience = Milliseconds(60000));

class Pair {
public:
    /// Both with new metadata, up to date, down.
    Pair();
    ~Pair();
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    Pair(Pair&&) = delete;
    Pair& operator=(Pair&&) = delete;

    /// The installed agent, as Pacemaker calls it.
    static Ran agent(const std::string& action, int timeout_ms = 20000);
    /// Parameters of the agent from now on: "verify_days=7 ...".
    static void parameters(const std::string& settings);
    /// New configuration files: what stands in the net section besides the usual, and below which
    /// disk the one under test keeps its data.
    static void configure(const std::string& net = "protocol C;",
                          const std::string& disk = "/dev/ubda");
    /// drbdadm on the other site.
    static Ran peer(const std::string& arguments);
    static void cut();
    static void join();
    /// DRBD has given the connection up. Not by the peer's disk state: "DUnknown" becomes
    /// "Outdated" as soon as the fence handler has answered, between two looks.
    static bool sees_the_cut();
    /// What the fence-peer handler answers from now on.
    static void fence_answer(int code);
    /// The kernel's line of the mirror under test: "cs:Connected ro:... ds:...".
    static std::string state();
    static bool wait_for(const std::string& part, Milliseconds patience = Milliseconds(20000));
    /// Of the user data below both devices, once both are down.
    static std::string data_sum(const std::string& disk);
};

/// Each test has a new pair, and is skipped where there can be none.
class PairTest : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override { pair_.reset(); }

    /// The agent's exit code for ACTION.
    static void expect(const std::string& action, int code);
    static void both_up();
    static void write(const char* device, int mib);
    static bool eventually(const std::function<bool()>& holds,
                           Milliseconds patience = Milliseconds(20000));

private:
    std::optional<Pair> pair_;
};

} // namespace twinsite::testing
