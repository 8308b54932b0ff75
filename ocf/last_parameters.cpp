#include "ocf/last_parameters.hpp"

#include "ocf/exit_code.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace twinsite::ocf {

namespace {

constexpr std::string_view prefix = "OCF_RESKEY_";

std::string value_in(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

bool is_one_of(std::string_view action, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), action) != names.end();
}

bool runs(int exit_code) {
    constexpr std::array running{ExitCode::success, ExitCode::running_promoted, ExitCode::degraded,
                                 ExitCode::degraded_promoted};
    return std::find(running.begin(), running.end(), static_cast<ExitCode>(exit_code)) !=
           running.end();
}

} // namespace

LastParameters::LastParameters(const Description& description, const Environment& environment)
    : description_(description) {
    const std::string instance = value_in(environment, "OCF_RESOURCE_INSTANCE");
    const bool has_identity =
        std::any_of(description.parameters.begin(), description.parameters.end(),
                    [](const Parameter& each) { return each.identity; });
    if (!has_identity || instance.empty() || instance.find('/') != std::string::npos) {
        return;
    }
    const std::string folder = value_in(environment, "HA_RSCTMP");
    file_ = std::filesystem::path(folder.empty() ? "/run/twinsite" : folder) /
            fmt::format("twinsite-{}-{}.parameters", description.name, instance);
}

bool LastParameters::is_identified_by(const Environment& environment) const {
    return std::all_of(
        description_.parameters.begin(), description_.parameters.end(), [&](const Parameter& each) {
            return !(each.identity && each.required) ||
                   !value_in(environment, fmt::format("{}{}", prefix, each.name)).empty();
        });
}

Environment LastParameters::completed(std::string_view action,
                                      const Environment& environment) const {
    if (file_.empty() || !is_one_of(action, {"stop", "demote", "notify"}) ||
        is_identified_by(environment)) {
        return environment;
    }
    const auto text = read_file(file_);
    if (!text) {
        return environment;
    }
    Environment all = environment;
    for (const std::string_view line : lines(*text)) {
        const auto equals = line.find('=');
        const std::string_view name = line.substr(0, equals);
        if (equals != std::string_view::npos && description_.find(name) != nullptr) {
            all.try_emplace(fmt::format("{}{}", prefix, name), line.substr(equals + 1));
        }
    }
    log::notice("{} was called without parameters: those that it was started with are taken",
                action);
    return all;
}

void LastParameters::note(std::string_view action, int exit_code,
                          const Environment& environment) const {
    if (file_.empty()) {
        return;
    }
    std::error_code ignored;
    if (action == "stop" && exit_code == static_cast<int>(ExitCode::success)) {
        std::filesystem::remove(file_, ignored);
    } else if (runs(exit_code) && is_identified_by(environment) &&
               (is_one_of(action, {"start", "migrate_from", "reload-agent"}) ||
                (action == "monitor" && !std::filesystem::exists(file_, ignored)))) {
        keep(environment);
    }
}

void LastParameters::keep(const Environment& environment) const {
    std::string text;
    for (const Parameter& each : description_.parameters) {
        const std::string value = value_in(environment, fmt::format("{}{}", prefix, each.name));
        if (!value.empty() && value.find('\n') == std::string::npos) {
            text += fmt::format("{}={}\n", each.name, value);
        }
    }
    std::error_code ignored; // what it means, the write says
    std::filesystem::create_directories(file_.parent_path(), ignored);
    constexpr unsigned private_mode = 0600;
    if (const auto written = replace_file(file_, text, private_mode); !written) {
        log::info("the parameters are not remembered: {}", written.error().message);
    }
}

} // namespace twinsite::ocf
