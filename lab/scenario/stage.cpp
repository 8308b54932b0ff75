#include "lab/scenario/stage.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::lab {

namespace {
constexpr Milliseconds look_interval{500};
} // namespace

Stage::Stage(LabControl& lab, SitePlan plan)
    : lab_(lab)
    , plan_(std::move(plan)) {}

void Stage::listen() {
    recorder_ = std::make_unique<Recorder>(LabControl::state_folder() / "serial", plan_.node_names,
                                           plan_.guest_names());
}

GuestHistory Stage::history(const std::string& guest) const {
    return recorder_ ? recorder_->history(guest) : GuestHistory{};
}

Status Stage::wait(Milliseconds patience, const Expectation& expectation) {
    std::string missing;
    const auto holds = [&] {
        missing = expectation();
        return missing.empty();
    };
    if (poll_until(clock_, Deadline::after(clock_, patience), look_interval, holds)) {
        return {};
    }
    return fail(ErrorKind::timeout,
                fmt::format("after {} s: {}", patience.count() / 1000, missing));
}

Status Stage::hold(Milliseconds duration, const Expectation& expectation) {
    const auto begin = clock_.now();
    std::string missing;
    const auto broken = [&] {
        missing = expectation();
        return !missing.empty();
    };
    if (poll_until(clock_, Deadline::after(clock_, duration), look_interval, broken)) {
        const std::chrono::duration<double> after = clock_.now() - begin;
        return fail(ErrorKind::conflict, fmt::format("{:.1f} s later: {}", after.count(), missing));
    }
    return {};
}

std::string Stage::heard_on(const std::string& guest) const {
    const auto lines = history(guest);
    return lines.empty() ? std::string() : lines.back().node;
}

std::string Stage::missing_counts(const std::vector<std::string>& guests, Milliseconds patience) {
    for (const std::string& guest : guests) {
        const auto lines = history(guest);
        const auto last = std::find_if(lines.rbegin(), lines.rend(), [](const GuestLine& line) {
            return line.kind == GuestLine::Kind::acknowledged;
        });
        if (last == lines.rend() || clock_.now() - last->at > patience) {
            return guest + " does not count";
        }
    }
    return {};
}

std::string Stage::observer(const std::string& except, const std::string& site) {
    for (const std::string& node : plan_.node_names) {
        if (node != except && (site.empty() || plan_.site_of(node) == site) &&
            lab_.power_state(node).value_or("") == "on") {
            return node;
        }
    }
    return plan_.node_names.front();
}

Result<std::string> Stage::boot_id(const std::string& node) {
    return lab_.on(node, "cat /proc/sys/kernel/random/boot_id");
}

std::string Stage::missing_luns(const ClusterView& view) {
    for (const auto& [name, lun] : plan_.luns) {
        const auto promoted = view.promoted.find("mirror_" + name);
        if (promoted == view.promoted.end()) {
            return fmt::format("mirror_{} is not promoted", name);
        }
        if (!lun.converged && plan_.site_of(promoted->second) != lun.home) {
            return fmt::format("mirror_{} is promoted on {}, away from {}", name, promoted->second,
                               lun.home);
        }
        for (const char* part : {"address_", "target_"}) {
            if (!lun.converged && view.where(part + name) != promoted->second) {
                return fmt::format("{}{} is on \"{}\"", part, name, view.where(part + name));
            }
        }
        const auto mirrors = lab_.mirrors(promoted->second);
        if (!mirrors || !mirrors->contains(lun.minor)) {
            return fmt::format("no DRBD state of {} from {}", name, promoted->second);
        }
        const MirrorState& state = mirrors->at(lun.minor);
        if (!state.healthy()) {
            return fmt::format("mirror {} is {} {}", name, state.connection, state.disks);
        }
    }
    return {};
}

std::string Stage::missing_guests(const ClusterView& view) const {
    for (const auto& [name, guest] : plan_.guests) {
        const std::string node = view.where("vm_" + name);
        if (plan_.site_of(node) != guest.home) {
            return fmt::format("vm_{} is on \"{}\", away from {}", name, node, guest.home);
        }
    }
    return {};
}

std::string Stage::missing_at_home(const std::string& node) {
    const auto view = lab_.cluster(node);
    if (!view) {
        return view.error().message;
    }
    if (!view->all_online()) {
        return "not all nodes are online";
    }
    for (const std::string& missing :
         {missing_guests(*view), missing_luns(*view), missing_counts(plan_.guest_names())}) {
        if (!missing.empty()) {
            return missing;
        }
    }
    return {};
}

} // namespace twinsite::lab
