#include <twinsite/base/text.hpp>
#include <twinsite/power/http_model.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace twinsite::power {

namespace {

using nlohmann::json;

/// No family has more outlets or links than that.
constexpr std::size_t longest_list = 1024;

Result<json> parse(std::string_view text) {
    auto document = json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        return fail(ErrorKind::protocol, "the device's answer is no JSON");
    }
    return document;
}

/// Null when there is nothing.
const json* look(const json& document, const std::string& pointer) {
    try {
        const json::json_pointer where(pointer);
        return document.contains(where) ? &document.at(where) : nullptr;
    } catch (const json::exception&) {
        return nullptr;
    }
}

std::optional<std::string> text_of(const json* value) {
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_string()) {
        return value->get<std::string>();
    }
    if (value->is_boolean()) {
        return value->get<bool>() ? "true" : "false";
    }
    if (value->is_number_integer()) {
        return fmt::format("{}", value->get<std::int64_t>());
    }
    return std::nullopt;
}

bool is_path(const std::string& text) {
    return text.starts_with('/') && !text.starts_with("//") && text.size() < 1024 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

OutletReading read_check(const HttpCheck& check, const json& outlet, const OutletReading& so_far) {
    const auto value = text_of(look(outlet, check.pointer));
    if (!value) {
        return check.optional
                   ? so_far
                   : OutletReading{OutletState::unknown,
                                   fmt::format("the device does not tell its {}", check.name)};
    }
    const auto found = check.values.find(*value);
    if (found == check.values.end()) {
        return {OutletState::unknown,
                fmt::format("its {} is {}, which is unknown", check.name, printable(*value))};
    }
    return found->second ? OutletReading{*found->second,
                                         fmt::format("its {} is {}", check.name, printable(*value))}
                         : so_far;
}

OutletReading read_state(const HttpModel& model, const json& outlet) {
    const auto value = text_of(look(outlet, model.status));
    if (!value) {
        return {OutletState::unknown, "the device does not tell its state"};
    }
    const auto found = model.status_values.find(*value);
    if (found == model.status_values.end()) {
        return {OutletState::unknown,
                fmt::format("the device reports {}, which is no known state", printable(*value))};
    }
    OutletReading reading{found->second, {}};
    if (reading.state == OutletState::on || reading.state == OutletState::off) {
        for (const HttpCheck& check : model.checks) {
            const OutletReading checked = read_check(check, outlet, reading);
            if (checked.state != OutletState::off) {
                reading = checked;
            }
        }
    } else {
        reading.detail = fmt::format("the device reports {}", printable(*value));
    }
    return reading;
}

Result<HttpOutlet> outlet_of(const HttpModel& model, const json& document, std::size_t position) {
    HttpOutlet found;
    if (model.identifier.empty()) {
        found.device_identifier = fmt::format("{}", position + model.counts_from);
    } else {
        const auto text = text_of(look(document, model.identifier));
        if (!text || text->empty() || text->size() > 64) {
            return fail(ErrorKind::protocol, "the device shows an outlet without identifier");
        }
        found.device_identifier = *text;
    }
    const auto number = parse_integer(found.device_identifier, 0, 65535);
    found.outlet.identifier =
        number && model.counts_from == 0 ? fmt::format("{}", *number + 1) : found.device_identifier;
    found.outlet.name = model.name.empty()
                            ? std::string{}
                            : std::string(trim(text_of(look(document, model.name)).value_or("")));
    found.reading = read_state(model, document);
    for (const auto& [command, how] : model.commands) {
        const auto path =
            how.path_pointer.empty() ? std::nullopt : text_of(look(document, how.path_pointer));
        if (path && is_path(*path)) {
            found.paths[command] = *path;
        }
    }
    return found;
}

void replace_all(std::string& text, std::string_view mark, std::string_view by) {
    for (std::size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + by.size())) {
        text.replace(at, mark.size(), by);
    }
}

/// REQUEST with the outlet's identifier in the place of each "{id}".
Result<HttpRequest> addressed(HttpRequest request, const HttpOutlet& outlet) {
    const bool plain = outlet.device_identifier.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
                       std::string::npos;
    if (!plain && (request.path + request.body).find("{id}") != std::string::npos) {
        return fail(ErrorKind::protocol, "the device's outlet has an identifier that cannot be "
                                         "sent back");
    }
    replace_all(request.path, "{id}", outlet.device_identifier);
    replace_all(request.body, "{id}", outlet.device_identifier);
    return request;
}

} // namespace

Result<std::vector<HttpOutlet>> http_outlets(const HttpModel& model, std::string_view answer) {
    const auto document = parse(answer);
    if (!document) {
        return fail(document.error());
    }
    const json* list = look(*document, model.outlets);
    if (list == nullptr || !(list->is_array() || list->is_object()) ||
        list->size() > longest_list) {
        return fail(ErrorKind::protocol, "the device shows no list of outlets: is it a PDU of "
                                         "this family?");
    }
    std::vector<HttpOutlet> outlets;
    std::set<std::string> seen;
    for (const auto& item : list->items()) {
        if (list->is_object() && !item.key().starts_with(model.key_prefix)) {
            continue;
        }
        auto outlet = outlet_of(model, item.value(), outlets.size());
        if (!outlet) {
            return fail(outlet.error());
        }
        if (!seen.insert(outlet->outlet.identifier).second) {
            return fail(ErrorKind::protocol, fmt::format("the device shows outlet {} twice",
                                                         printable(outlet->outlet.identifier)));
        }
        outlets.push_back(std::move(*outlet));
    }
    if (outlets.empty()) {
        return fail(ErrorKind::protocol,
                    "the device shows no outlets: is it a PDU of this family?");
    }
    return outlets;
}

Result<HttpOutlet> http_outlet(const HttpModel& model, std::string_view text) {
    const auto document = parse(text);
    if (!document) {
        return fail(document.error());
    }
    return outlet_of(model, *document, 0);
}

Result<std::vector<std::string>> http_links(std::string_view step, std::string_view text) {
    const auto document = parse(text);
    if (!document) {
        return fail(document.error());
    }
    const bool each = step.ends_with("/*");
    const json* found = look(*document, std::string(step.substr(0, step.size() - (each ? 2 : 0))));
    if (found == nullptr || (each && !found->is_array()) || found->size() > longest_list) {
        return fail(ErrorKind::protocol, fmt::format("the device's answer has no {}", step));
    }
    std::vector<std::string> links;
    const auto add = [&](const json& item) {
        const auto link = text_of(look(item, "/@odata.id"));
        if (link && is_path(*link)) {
            links.push_back(*link);
            return true;
        }
        return false;
    };
    const bool fine = each ? std::all_of(found->begin(), found->end(), add) : add(*found);
    if (!fine) {
        return fail(ErrorKind::protocol, "the device's answer links to no path of its own");
    }
    return links;
}

Result<HttpRequest> http_command(const HttpModel& model, const HttpOutlet& outlet,
                                 OutletCommand command) {
    const auto found = model.commands.find(command);
    if (found == model.commands.end()) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("this family has no {} command", to_string(command)));
    }
    HttpRequest request = found->second.request;
    if (!found->second.path_pointer.empty()) {
        const auto path = outlet.paths.find(command);
        if (path == outlet.paths.end()) {
            return fail(ErrorKind::protocol,
                        fmt::format("the device does not say how to switch outlet {}",
                                    printable(outlet.outlet.identifier)));
        }
        request.path = path->second;
    }
    return addressed(std::move(request), outlet);
}

Result<HttpRequest> http_no_operation(const HttpModel& model, const HttpOutlet& outlet) {
    if (!model.no_operation) {
        return fail(ErrorKind::invalid_config, "this family has no command that switches nothing");
    }
    return addressed(model.no_operation->request, outlet);
}

} // namespace twinsite::power
