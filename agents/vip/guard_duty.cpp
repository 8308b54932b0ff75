#include "agents/vip/guard_duty.hpp"

#include "agents/vip/guard.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/network/segment.hpp>

#include <poll.h>

#include <algorithm>
#include <vector>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Claim;
using network::IpAddress;

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
        for (const network::Interface& each : *all) {
            own_.push_back(each.link_address);
        }
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
            if (duties.announce) {
                announce();
            }
            if (duties.end || (duties.look && !is_needed())) {
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
            send(address);
        }
    }

    void send(const IpAddress& address) {
        if (auto sent = segment_->announce(interface_, address); !sent) {
            log::warning("announcing {}: {}", address.text(), sent.error().message);
        }
    }

    /// Not when the address was stopped without ending us, nor when its interface is gone.
    [[nodiscard]] bool is_needed() const {
        std::error_code error;
        const auto interface = network_->interface_at(interface_.index);
        const bool gone = !interface && interface.error().kind == ErrorKind::not_found;
        return !gone && std::filesystem::exists(duty_.record_file, error);
    }

    const GuardDuty& duty_;
    SystemClock clock_;
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
