#include "agents/mirror/settings.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>

#include <chrono>
#include <cstdint>

namespace twinsite::mirror {

Result<Settings> Settings::from(const ocf::Request& request) {
    Settings settings{.resource = request.values.text("drbd_resource")};
    if (auto name = check_resource_name(settings.resource); !name) {
        return fail(name.error().in("parameter drbd_resource"));
    }
    settings.wait_for_peer = std::chrono::seconds(request.values.integer("wfc_timeout"));
    // Pacemaker passes the new and the old name.
    settings.promoted_max = static_cast<int>(
        parse_integer(request.meta("promoted_max"), 1, 100)
            .value_or(parse_integer(request.meta("master_max"), 1, 100).value_or(1)));
    settings.link_health = request.values.boolean("link_health");
    settings.care.pool_warn = static_cast<unsigned>(request.values.integer("pool_warn"));
    settings.care.pool_alarm = static_cast<unsigned>(request.values.integer("pool_alarm"));
    settings.care.most_behind_kib =
        static_cast<std::uint64_t>(request.values.integer("max_behind")) * 1024;
    settings.care.verify.every_days = static_cast<int>(request.values.integer("verify_days"));
    const auto window = parse_window(request.values.text("verify_window"));
    if (window) {
        settings.care.verify.window = *window;
    } else if (request.action != "stop") {
        return fail(window.error());
    }
    auto scores = parse_scores(request.values.text("adjust_master_score"));
    if (scores) {
        settings.scores = *scores;
    } else if (request.action != "stop") {
        return fail(scores.error());
    }
    return settings;
}

} // namespace twinsite::mirror
