// A LUN under load, by libiscsi (qemu) and by the kernel's initiator, while it moves and while its
// host loses power: not one error, not one lost write.
#include "tests/cluster/moves_lab.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

constexpr const char* portal = "10.77.2.101";
constexpr const char* iqn = "iqn.2026-11.example:red";

int from_environment(const char* name, int otherwise) {
    const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return text == nullptr ? otherwise
                           : static_cast<int>(parse_integer(text, 0, 1000).value_or(otherwise));
}

/// An initiator and where on the LUN its writers are, in MiB.
struct Initiator {
    std::string name;
    std::string device;
    int begin;
};

const std::vector<Initiator>& initiators() {
    static const std::vector<Initiator> all{{"qemu", "/dev/nbd0", 2}, {"kernel", "/dev/sda", 32}};
    return all;
}

class TargetMoves : public MovesTest {
protected:
    void begin_load() {
        lab_->must(
            client,
            fmt::format("for m in nbd sd_mod iscsi_tcp; do modprobe $m; done; iscsid && "
                        "LIBISCSI_TCP_USER_TIMEOUT=2000 LIBISCSI_TCP_KEEPIDLE=2 "
                        "LIBISCSI_TCP_KEEPINTVL=1 LIBISCSI_TCP_KEEPCNT=3 qemu-nbd --fork -c "
                        "/dev/nbd0 -f raw "
                        "--cache=none iscsi://{0}/{1}/0 </dev/null >/lab/own/nbd.log 2>&1 && "
                        "iscsiadm -m discovery -t st -p {0} && iscsiadm -m node -l",
                        portal, iqn));
        lab_->await(seconds(20), "the kernel's disk", [&]() -> std::string {
            return lab_->lab().on(client, "test -b /dev/sda") ? "" : "no /dev/sda";
        });
        for (const Initiator& each : initiators()) {
            lab_->background(
                client, "fio-" + each.name,
                fmt::format("fio --name={0} --filename={1} --offset={2}M --size=12M "
                            "--ioengine=libaio --iodepth=4 --direct=1 --rw=randwrite --bs=4k "
                            "--thinktime=5ms --verify=crc32c --verify_backlog=128 "
                            "--verify_fatal=1 --verify_state_save=0 --time_based --runtime=3400 "
                            "--output-format=json --output=fio-{0}.json",
                            each.name, each.device, each.begin));
            lab_->background(
                client, "ack-" + each.name,
                fmt::format("/lab/source/acknowledged {0} {1} {2} /lab/own/acknowledged-{3}",
                            each.device, (each.begin + 12) * 1048576, 12 * 1048576, each.name));
        }
        await_writes();
    }

    void end_load() {
        lab_->must(client, "killall -INT fio; pkill -TERM -x acknowledged");
        lab_->await(seconds(120), "the writers have verified all", [&]() -> std::string {
            const auto left = lab_->lab().on(client, "pgrep -x -l 'fio|acknowledged' || true");
            return left && left->empty() ? "" : left.value_or("?");
        });
    }

    [[nodiscard]] static std::string file(const Initiator& initiator) {
        return MovesLab::written(client, "acknowledged-" + initiator.name);
    }

    /// Every initiator gets writes acknowledged now.
    void await_writes() {
        std::map<std::string, std::size_t> before;
        for (const Initiator& each : initiators()) {
            before[each.name] = numbers_of(file(each), "writes").size();
        }
        lab_->await(seconds(180), "writes are acknowledged", [&]() -> std::string {
            for (const Initiator& each : initiators()) {
                if (numbers_of(file(each), "writes").size() < before[each.name] + 2) {
                    return "none for " + each.name;
                }
            }
            return {};
        });
    }

    /// The longest write of each initiator while WORK went on.
    template <typename Work>
    void measure(const std::string& what, Work work) {
        std::map<std::string, std::size_t> before;
        for (const Initiator& each : initiators()) {
            before[each.name] = numbers_of(file(each), "slow").size();
        }
        work();
        await_writes();
        std::string line = what;
        for (const Initiator& each : initiators()) {
            const auto slow = numbers_of(file(each), "slow");
            double longest = 0;
            for (std::size_t i = before[each.name]; i < slow.size(); ++i) {
                longest = std::max(longest, slow[i]);
            }
            still_[what + ", " + each.name].push_back(longest);
            line += fmt::format("  {} {:.1f} s", each.name, longest);
        }
        fmt::print("     {}\n", line);
        std::fflush(stdout);
    }

    void move_to(const std::string& node) {
        lab_->must(client,
                   fmt::format("twinsite move lun red --to {} --yes --wait 180", node.substr(0, 3)),
                   seconds(240));
        lab_->await(seconds(120), "the LUN is on " + node, [&] { return lab_->missing_at(node); });
    }

    void cut_and_return(const std::string& home) {
        lab_->power_off(home);
        lab_->await(seconds(120), "the LUN is served by " + other(home), [&]() -> std::string {
            return lab_->where("target_red") == other(home) ? "" : "it is not";
        });
        await_writes();
    }

    void judge() {
        for (const Initiator& each : initiators()) {
            const std::string text = file(each);
            EXPECT_EQ(text.find("lost"), std::string::npos) << each.name;
            EXPECT_EQ(text.find("error"), std::string::npos) << each.name;
            EXPECT_EQ(numbers_of(text, "verified").size(), 1U) << each.name;
            // "fio: terminating on signal 2" comes first.
            const std::string report =
                MovesLab::written(client, fmt::format("fio-{}.json", each.name));
            const auto json = nlohmann::json::parse(
                report.substr(std::min(report.find('{'), report.size())), nullptr, false);
            ASSERT_FALSE(json.is_discarded()) << "fio told nothing about " << each.name;
            const auto& job = json.at("jobs").at(0);
            EXPECT_EQ(job.at("error").get<int>(), 0) << each.name;
            EXPECT_EQ(
                MovesLab::written(client, fmt::format("fio-{}.log", each.name)).find("verify"),
                std::string::npos);
            fmt::print("     {}: fio wrote {} blocks, read and verified {}, error {}; every one of "
                       "{:.0f} blocks carries what was acknowledged last\n",
                       each.name, job.at("write").at("total_ios").get<long>(),
                       job.at("read").at("total_ios").get<long>(), job.at("error").get<int>(),
                       numbers_of(text, "verified").empty() ? 0 : numbers_of(text, "verified")[0]);
        }
        const auto errors =
            lab_->must(client, "dmesg | grep -cE 'I/O error|rejecting I/O' || true");
        EXPECT_EQ(errors, "0\n") << "errors in the client's kernel log";
        for (const auto& [what, durations] : still_) {
            fmt::print("     standing still, {}: {}\n", what, summary_of(durations));
        }
    }

    std::map<std::string, std::vector<double>> still_;
};

TEST_F(TargetMoves, no_error_and_no_lost_write) {
    const int moves = from_environment("TWINSITE_MOVES", 20);
    const int cuts = from_environment("TWINSITE_CUTS", 10);
    lab_->await(seconds(120), "the LUN is at home", [&] { return lab_->missing_at("rz1-a"); });
    begin_load();
    std::string home = "rz1-a";
    for (int i = 0; i < moves && !HasFailure(); ++i) {
        home = other(home);
        measure("planned move", [&] { move_to(home); });
    }
    for (int i = 0; i < cuts && !HasFailure(); ++i) {
        measure("power cut", [&] { cut_and_return(home); });
        measure("return", [&] {
            lab_->power_on(home);
            lab_->await(seconds(240), "the LUN is home and in sync",
                        [&] { return lab_->missing_at(home); });
        });
    }
    end_load();
    judge();
}

} // namespace
} // namespace twinsite::lab
