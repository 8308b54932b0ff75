#include "relays.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace twinsite::pdu {

Relays::Relays(std::filesystem::path folder, unsigned count, RelayNatures natures, Hook hook)
    : folder_(std::move(folder))
    , natures_(std::move(natures))
    , hook_(std::move(hook))
    , relays_(count) {
    std::filesystem::create_directories(folder_ / "outlets");
    for (unsigned outlet = 1; outlet <= count; ++outlet) {
        relays_[outlet - 1].on = stored(outlet);
        if (!std::filesystem::exists(file(outlet))) {
            static_cast<void>(replace_file(file(outlet), "on\n"));
        }
    }
    worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Relays::~Relays() {
    worker_.request_stop();
    changed_.notify_all();
}

std::filesystem::path Relays::file(unsigned outlet) const {
    return folder_ / "outlets" / std::to_string(outlet);
}

bool Relays::stored(unsigned outlet) const {
    const auto text = read_file(file(outlet));
    return !text || trim(*text) != "off";
}

Relay Relays::at(unsigned outlet) const {
    const std::lock_guard guard(mutex_);
    return relays_.at(outlet - 1);
}

void Relays::command(unsigned outlet, bool on, Milliseconds after) {
    if (natures_(outlet).stuck) {
        return;
    }
    const std::lock_guard guard(mutex_);
    relays_.at(outlet - 1).moving = true;
    jobs_.push_back({outlet, on, after});
    changed_.notify_all();
}

void Relays::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        Job job{};
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
                return;
            }
            job = jobs_.front();
            jobs_.pop_front();
        }
        move(job, stop);
    }
}

void Relays::record(unsigned outlet, bool on) const {
    const std::string_view state = on ? "on" : "off";
    if (const auto kept = replace_file(file(outlet), fmt::format("{}\n", state)); !kept) {
        log::error("outlet {}: {}", outlet, kept.error().message);
    }
    std::ofstream journal(folder_ / "journal", std::ios::app);
    journal << outlet << ' ' << state << '\n' << std::flush;
    if (!journal) {
        log::error("outlet {}: the journal does not take that it is {}", outlet, state);
    }
}

void Relays::move(const Job& job, const std::stop_token& stop) {
    const auto arrived = [&] {
        return std::none_of(jobs_.begin(), jobs_.end(),
                            [&](const Job& later) { return later.outlet == job.outlet; });
    };
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, natures_(job.outlet).delay + job.after, [] { return false; });
    }
    const auto done = hook_(job.outlet, job.on);
    if (!done) {
        log::error("outlet {} stays as it is: {}", job.outlet, done.error().message);
    } else {
        record(job.outlet, job.on);
    }
    const std::lock_guard guard(mutex_);
    Relay& relay = relays_.at(job.outlet - 1);
    relay.on = done ? job.on : relay.on;
    relay.moving = !arrived();
    log::info("outlet {} is {}", job.outlet, relay.on ? "on" : "off");
}

} // namespace twinsite::pdu
