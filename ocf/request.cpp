#include "ocf/request.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace twinsite::ocf {

namespace {

constexpr Milliseconds default_timeout{20000};
constexpr std::size_t value_limit = 65536;

const std::string& lookup(const Environment& environment, std::string_view name) {
    static const std::string none;
    const auto found = environment.find(name);
    return found == environment.end() ? none : found->second;
}

Milliseconds timeout_of(const Environment& environment) {
    const std::string& text = lookup(environment, "OCF_RESKEY_CRM_meta_timeout");
    const auto value = parse_integer(text, 1, 86'400'000);
    return value ? Milliseconds(*value) : default_timeout;
}

/// A timeout is an immediate SIGKILL: keep a tenth, at least half a second and at most five, to
/// undo and to say why.
Milliseconds margin(Milliseconds timeout) {
    return std::clamp(timeout / 10, std::min(Milliseconds(500), timeout / 2), Milliseconds(5000));
}

Status check_value(const Parameter& parameter, const std::string& value) {
    if (value.size() > value_limit || value.find('\0') != std::string::npos) {
        return fail(ErrorKind::invalid_config, "the value is too long");
    }
    switch (parameter.type) {
    case Type::string:
        return {};
    case Type::integer:
        return parse_integer(value, parameter.low, parameter.high).map([](auto) {});
    case Type::boolean:
        return parse_boolean(value).map([](auto) {});
    case Type::select:
        if (std::find(parameter.options.begin(), parameter.options.end(), value) ==
            parameter.options.end()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("\"{}\" is none of {}", printable(value),
                                    join(parameter.options, ", ")));
        }
        return {};
    }
    return {};
}

Status take_parameter(Values& values, const Parameter& parameter, const std::string& given,
                      bool lenient) {
    if (given.empty()) {
        values.set(parameter.name, parameter.default_value);
        if (parameter.required && !(lenient && !parameter.identity)) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("parameter {} is required and not set", parameter.name));
        }
        return {};
    }
    const auto checked = check_value(parameter, given);
    if (checked) {
        values.set(parameter.name, given);
        return {};
    }
    const Error error = checked.error().in("parameter " + parameter.name);
    if (!lenient || parameter.identity) {
        return fail(error);
    }
    log::warning("{}; going on with the default to stop the resource", error.message);
    values.set(parameter.name, parameter.default_value);
    return {};
}

} // namespace

Environment process_environment() {
    Environment all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) {
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return all;
}

const std::string& Values::text(std::string_view name) const {
    static const std::string none;
    const auto found = values_.find(name);
    if (found != values_.end()) {
        return found->second;
    }
    const Parameter* parameter = description_->find(name);
    return parameter == nullptr ? none : parameter->default_value;
}

std::int64_t Values::integer(std::string_view name) const {
    return parse_integer(text(name), INT64_MIN, INT64_MAX).value_or(0);
}

bool Values::boolean(std::string_view name) const {
    return parse_boolean(text(name)).value_or(false);
}

std::string_view Request::resource() const {
    const std::string_view whole(instance);
    return whole.substr(0, whole.find(':'));
}

std::string_view Request::meta(std::string_view name) const {
    return lookup(environment, fmt::format("OCF_RESKEY_CRM_meta_{}", name));
}

std::string Request::node() const {
    if (const auto name = meta("on_node"); !name.empty()) {
        return std::string(name);
    }
    std::array<char, 256> host{};
    return ::gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "";
}

NotifyList Request::notify_list(std::string_view name) const {
    return {split(meta(fmt::format("notify_{}_resource", name))),
            split(meta(fmt::format("notify_{}_uname", name)))};
}

Result<Request> parse_request(const Description& description, std::string_view action,
                              const Environment& environment, const Clock& clock) {
    const Milliseconds timeout = timeout_of(environment);
    Request request{.action = std::string(action),
                    .instance = lookup(environment, "OCF_RESOURCE_INSTANCE"),
                    .values = Values(description),
                    .timeout = timeout,
                    .deadline = Deadline::after(clock, timeout - margin(timeout)),
                    .environment = environment};
    if (request.instance.empty()) {
        request.instance = description.name;
    }
    request.check_level = static_cast<unsigned>(
        parse_integer(lookup(environment, "OCF_CHECK_LEVEL"), 0, 100).value_or(0));
    const auto interval = request.meta("interval");
    request.probe = action == "monitor" && (interval.empty() || interval == "0");

    const bool lenient = action == "stop";
    for (const Parameter& parameter : description.parameters) {
        const std::string& given = lookup(environment, "OCF_RESKEY_" + parameter.name);
        if (auto taken = take_parameter(request.values, parameter, given, lenient); !taken) {
            return fail(taken.error());
        }
    }
    return request;
}

} // namespace twinsite::ocf
