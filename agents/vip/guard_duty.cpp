#include "agents/vip/guard_duty.hpp"

#include "agents/vip/guard.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/network/segment.hpp>

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Claim;
using network::IpAddress;

/// It goes on while the machine sleeps, so that we notice having slept (CLOCK_BOOTTIME,
/// clock_gettime(2)). Its moments are not those of SystemClock.
class BootClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override {
        timespec now{};
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        return TimePoint(std::chrono::duration_cast<TimePoint::duration>(
            std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)));
    }
    void pause(Milliseconds duration) override { std::this_thread::sleep_for(duration); }
};

class Watch {
public:
    explicit Watch(const GuardDuty& duty)
        : duty_(duty)
        , watchman_(duty.plan, clock_.now())
        , segment_(network::open_segment(clock_)) {}

    /// False: there is nothing to guard here.
    bool open() {
        auto network = network::open_network();
        if (!network) {
            log::error("{}", network.error().message);
            return false;
        }
        network_ = std::move(*network);
        const auto interface = network_->interface_at(duty_.record.interface);
        const auto all = network_->interfaces();
        if (!interface || !all) {
            return false;
        }
        interface_ = *interface;
        own_ = link_addresses(*all);
        return listen();
    }

    void run() {
        while (true) {
            wait();
            const auto duties = watchman_.wake(clock_.now());
            if (duties.verify && !still_ours()) {
                return;
            }
            hear(!duties.verify);
            if ((duties.look || duties.announce) && !is_needed()) {
                return;
            }
            if (duties.announce) {
                announce();
            }
            if (duties.end) {
                return;
            }
        }
    }

private:
    bool listen() {
        for (const AssignedAddress& ours : duty_.record.addresses) {
            if (!network::has_neighbours(interface_, ours.address.family())) {
                continue;
            }
            addresses_.push_back(ours.address);
            auto listener = segment_->listen(interface_, ours.address, own_);
            if (!listener) {
                log::error("{}", listener.error().message);
                return false;
            }
            listeners_.push_back(std::move(*listener));
        }
        return !listeners_.empty();
    }

    void wait() {
        std::vector<pollfd> wanted;
        for (const auto& listener : listeners_) {
            wanted.push_back({.fd = listener->descriptor(), .events = POLLIN, .revents = 0});
        }
        const auto left = Deadline(watchman_.next()).left(clock_);
        ::poll(wanted.data(), wanted.size(), static_cast<int>(left.count()));
    }

    /// DEFEND: what is heard is news, and was not waiting while we were frozen.
    void hear(bool defend) {
        for (const auto& listener : listeners_) {
            while (true) {
                const auto claim = listener->heard();
                if (!claim || !claim->has_value()) {
                    break; // an interface that is down says so once, and may come back
                }
                answer(**claim, defend);
            }
        }
    }

    void answer(const Claim& claim, bool may_defend) {
        if (!is_here(claim.address)) {
            return; // somebody took it from this host, the other one may have it
        }
        const auto answer = watchman_.heard(claim, clock_.now());
        if (answer.report) {
            report(claim, false);
        }
        if (answer.defend && may_defend) {
            log::warning("{} is also used by {}: announcing that it is ours", claim.address.text(),
                         claim.by.text());
            send(claim.address);
        }
    }

    void report(const Claim& claim, bool given_up) {
        std::error_code error;
        if (!std::filesystem::exists(duty_.report_file, error)) {
            packets_ = 0; // the last report was taken
        }
        const auto written =
            replace_file(duty_.report_file, to_text(ConflictReport{.address = claim.address,
                                                                   .by = claim.by.text(),
                                                                   .packets = ++packets_,
                                                                   .given_up = given_up}));
        if (!written) {
            log::error("{}", written.error().message);
        }
    }

    /// After a time in which we did not run: whoever answers now got the address meanwhile.
    bool still_ours() {
        log::warning("this process was frozen: asking whether somebody else has the address now");
        const auto deadline = Deadline::after(clock_, Milliseconds(2000));
        const auto claim = segment_->probe(interface_, addresses_, own_, {}, deadline);
        if (!claim || !claim->has_value() || (*claim)->asks) {
            return true;
        }
        log::error("{} answers for {}: giving it up", (*claim)->by.text(),
                   (*claim)->address.text());
        for (const AssignedAddress& ours : duty_.record.addresses) {
            if (auto removed = network_->remove_address(ours); !removed) {
                log::error("{}", removed.error().message);
            }
        }
        report(**claim, true);
        return false;
    }

    void announce() {
        for (const IpAddress& address : addresses_) {
            if (is_here(address)) {
                send(address);
            }
        }
    }

    void send(const IpAddress& address) {
        if (auto sent = segment_->announce(interface_, address); !sent) {
            log::warning("announcing {}: {}", address.text(), sent.error().message);
        }
    }

    /// An address that is not on the interface must not be announced: another host may have it.
    [[nodiscard]] bool is_here(const IpAddress& address) const {
        const auto all = network_->addresses(address.family());
        return !all || std::any_of(all->begin(), all->end(), [&](const AssignedAddress& each) {
            return each.interface == interface_.index && each.address == address;
        });
    }

    /// Not when the addresses were stopped or removed without ending us, nor when their interface
    /// is gone.
    [[nodiscard]] bool is_needed() {
        const auto interface = network_->interface_at(interface_.index);
        if (!interface) {
            return interface.error().kind != ErrorKind::not_found && has_record();
        }
        if (interface->link_address != interface_.link_address && !follow(*interface)) {
            return false; // the next monitor starts another
        }
        interface_ = *interface;
        return has_record() && std::any_of(addresses_.begin(), addresses_.end(),
                                           [&](const auto& each) { return is_here(each); });
    }

    [[nodiscard]] bool has_record() const {
        std::error_code error;
        return std::filesystem::exists(duty_.record_file, error);
    }

    /// The interface has another link address, as a bond that fails over: announce that one, and
    /// do not take it for somebody else's.
    bool follow(const network::Interface& interface) {
        const auto all = network_->interfaces();
        if (!all) {
            return false;
        }
        own_ = link_addresses(*all);
        interface_ = interface;
        listeners_.clear();
        addresses_.clear();
        if (!listen()) {
            return false;
        }
        announce();
        return true;
    }

    static std::vector<network::LinkAddress>
    link_addresses(const std::vector<network::Interface>& all) {
        std::vector<network::LinkAddress> addresses;
        addresses.reserve(all.size());
        for (const network::Interface& each : all) {
            addresses.push_back(each.link_address);
        }
        return addresses;
    }

    const GuardDuty& duty_;
    BootClock clock_;
    Watchman watchman_;
    std::unique_ptr<network::Network> network_;
    std::unique_ptr<network::Segment> segment_;
    network::Interface interface_;
    std::vector<network::LinkAddress> own_;
    std::vector<IpAddress> addresses_;
    std::vector<std::unique_ptr<network::Listener>> listeners_;
    unsigned packets_ = 0;
};

} // namespace

void stand_guard(const GuardDuty& duty) {
    const log::Session session({.name = duty.name, .use_stderr = false, .use_syslog = true});
    Watch watch(duty);
    if (watch.open()) {
        watch.run();
    }
}

} // namespace twinsite::vip
