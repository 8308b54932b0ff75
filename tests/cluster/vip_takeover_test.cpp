// An address under Pacemaker, a client with a TCP stream: planned move, power cut, frozen node.
#include "tests/cluster/moves_lab.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

constexpr const char* resource = "address_tcp";

struct Answer {
    double at = 0;
    std::string mac;
};

/// Who answered for the address, in the order of time.
std::vector<Answer> answers() {
    std::vector<Answer> all;
    const std::string text = MovesLab::written(client, "arp");
    for (const std::string_view line : lines(text)) {
        const auto words = split(line);
        if (words.size() == 2) {
            all.push_back({std::strtod(words[0].c_str(), nullptr), words[1]});
        }
    }
    return all;
}

/// For how long, in seconds, two machines answered: from the first change of the answering MAC to
/// the last, where they follow each other closely. A clean takeover is one change.
double twice(const std::vector<Answer>& seen, std::size_t from) {
    constexpr double close = 2;
    double longest = 0;
    double first = 0;
    double last = -close;
    for (std::size_t i = from + 1; i < seen.size(); ++i) {
        if (seen[i].mac == seen[i - 1].mac) {
            continue;
        }
        if (seen[i].at - last > close) {
            first = seen[i].at;
        }
        last = seen[i].at;
        longest = std::max(longest, last - first);
    }
    return longest;
}

class VipTakeover : public MovesTest {
protected:
    void SetUp() override {
        MovesTest::SetUp();
        if (HasFatalFailure() || began_) {
            return;
        }
        began_ = true;
        lab_->must(client,
                   "pcs resource create address_tcp ocf:twinsite:vip ip=10.77.2.200 "
                   "cidr_netmask=24 nic=storage0 reset_connections=true op monitor interval=5s && "
                   "pcs constraint location address_tcp avoids rz1-b && "
                   "pcs resource defaults update resource-stickiness=100");
        for (const char* node : {"rz1-a", "rz2-a"}) {
            lab_->background(node, "echo", "/lab/source/echo-server 5000");
        }
        lab_->await(seconds(60), "the address is up", [&]() -> std::string {
            return lab_->where(resource).empty() ? "it is nowhere" : "";
        });
        lab_->background(client, "load", "/lab/source/tcp-load 10.77.2.200 5000 /lab/own/tcp");
        lab_->background(client, "watch",
                         "/lab/source/arp-watch storage0 10.77.2.200 10.77.2.12 /lab/own/arp");
        await_echoes();
    }

    [[nodiscard]] std::string file(const char* name) const {
        return MovesLab::written(client, name);
    }

    /// Echoes go on now.
    void await_echoes() {
        const auto before = numbers_of(file("tcp"), "echoes").size();
        lab_->await(seconds(60), "the client gets echoes", [&]() -> std::string {
            return numbers_of(file("tcp"), "echoes").size() > before + 1 ? "" : "none";
        });
    }

    void await_on(const std::string& node) {
        lab_->await(seconds(120), "the address is on " + node, [&]() -> std::string {
            const std::string now = lab_->where(resource);
            return now == node ? "" : "it is on \"" + now + "\"";
        });
    }

    /// What the client saw while WORK went on: how long it stood still.
    template <typename Work>
    double longest_gap(const char* what, Work work) {
        const auto before = numbers_of(file("tcp"), "gap").size();
        const auto answered = answers().size();
        work();
        await_echoes();
        auto gaps = numbers_of(file("tcp"), "gap");
        gaps.erase(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(before));
        const double longest = gaps.empty() ? 0 : *std::max_element(gaps.begin(), gaps.end());
        twice_ = twice(answers(), answered == 0 ? 0 : answered - 1);
        fmt::print("     {}: {:.2f} s without an echo; answered by two for {:.2f} s\n", what,
                   longest, twice_);
        return longest;
    }

    void move_to(const std::string& node) {
        lab_->must(client, fmt::format("crm_resource --move --resource {0} --node {1} --force",
                                       resource, node));
        await_on(node);
        lab_->must(client, fmt::format("crm_resource --clear --resource {}", resource));
    }

    void repair(const std::string& node) {
        lab_->power_on(node);
        lab_->background(node, "echo", "/lab/source/echo-server 5000");
        lab_->await(seconds(180), node + " is back", [&]() -> std::string {
            const auto view = lab_->lab().cluster(client);
            return view && view->all_online() ? "" : "not online";
        });
    }

    double twice_ = 0;

private:
    static inline bool began_ = false;
};

TEST_F(VipTakeover, a_planned_move_is_a_short_gap) {
    for (int round = 0; round < 3; ++round) {
        const std::string to = other(lab_->where(resource));
        const double gap = longest_gap("planned move", [&] { move_to(to); });
        EXPECT_LT(gap, 10) << "the two actions and Pacemaker's work between them";
        EXPECT_LT(twice_, 0.1) << "both nodes answered for the address";
    }
}

TEST_F(VipTakeover, a_power_cut_ends_with_the_fencing) {
    const std::string victim = lab_->where(resource);
    const double gap = longest_gap("power cut", [&] {
        lab_->power_off(victim);
        await_on(other(victim));
    });
    EXPECT_LT(gap, 60) << "token, fencing and start";
    EXPECT_EQ(twice_, 0);
    repair(victim);
}

TEST_F(VipTakeover, a_frozen_node_is_fenced_and_does_not_come_back_with_the_address) {
    const std::string victim = lab_->where(resource);
    longest_gap("frozen node, fenced", [&] {
        ASSERT_TRUE(lab_->lab().power(victim, "hang"));
        await_on(other(victim));
        EXPECT_NE(lab_->lab().power_state(victim).value_or("?"), "hung") << "its power was not cut";
    });
    EXPECT_EQ(twice_, 0);
    repair(victim);
}

/// Without fencing nothing but the address' own guard can end it: it asks the segment as soon as it
/// runs again. Until then the kernel answers; the test says how long that is.
TEST_F(VipTakeover, a_frozen_node_that_nobody_fenced_gives_the_address_up_when_it_resumes) {
    lab_->must(client, "pcs property set stonith-enabled=false");
    const std::string victim = lab_->where(resource);
    longest_gap("frozen node, not fenced", [&] {
        ASSERT_TRUE(lab_->lab().power(victim, "hang"));
        await_on(other(victim));
        lab_->clock().pause(seconds(5));
        ASSERT_TRUE(lab_->lab().power(victim, "resume"));
        lab_->await(seconds(60), "the resumed node has given the address up", [&]() -> std::string {
            const auto told = lab_->lab().on(
                victim, "grep -c 'was frozen: given up' /var/log/pacemaker/pacemaker.log || true");
            return told && *told != "0\n" ? "" : "its monitor has not said so";
        });
    });
    EXPECT_LT(twice_, 2);
    lab_->must(client, "pcs property set stonith-enabled=true");
    fmt::print("     two answered for {:.2f} s after the node resumed\n", twice_);
}

} // namespace
} // namespace twinsite::lab
