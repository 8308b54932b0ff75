#include <twinsite/base/text.hpp>
#include <twinsite/mirror/accepted_loss.hpp>

#include <fmt/format.h>

#include <limits>

namespace twinsite::mirror {

namespace {

process::Command attribute(const std::string& resource, const std::string& node, std::string what) {
    return {{"attrd_updater", "--node=" + node, "--name=" + accept_loss_attribute(resource),
             std::move(what)},
            {},
            {}};
}

} // namespace

std::string accept_loss_attribute(std::string_view resource) {
    return fmt::format("mirror-accept-loss-{}", resource);
}

bool loss_is_accepted(std::string_view value, std::int64_t now) {
    const auto at = parse_integer(value, 1, std::numeric_limits<std::int64_t>::max());
    return at && *at - clocks_differ <= now && now - *at <= acceptance_lasts;
}

Status AcceptedLosses::accept(const std::string& resource, const std::string& node,
                              std::int64_t now, const Deadline& deadline) {
    // An update that failed may have been heard all the same.
    accepted_.emplace_back(resource, node);
    return runner_.run_ok(attribute(resource, node, fmt::format("--update={}", now)), deadline)
        .map([](const std::string&) {});
}

AcceptedLosses::~AcceptedLosses() {
    const SystemClock clock;
    const auto deadline = Deadline::after(clock, Milliseconds(10000));
    for (const auto& [resource, node] : accepted_) {
        static_cast<void>(runner_.run(attribute(resource, node, "--delete"), deadline));
    }
}

} // namespace twinsite::mirror
