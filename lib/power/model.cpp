// JSON into a model. What a file may say is in fencing/netpdu/model.schema.json too.
#include "json_reader.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/power/model.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

OidPattern pattern_of(const JsonView& view) {
    return view.take(OidPattern::parse(view.text()));
}

OutletState state_of(const JsonView& view) {
    const std::string text = view.text();
    for (const OutletState state : {OutletState::on, OutletState::off, OutletState::pending,
                                    OutletState::unknown, OutletState::error}) {
        if (text == to_string(state)) {
            return state;
        }
    }
    view.complain("must be on, off, pending, unknown or error");
}

IdentifierPart part_of(const JsonView& view) {
    view.only({"part", "column", "default", "counts_from"});
    IdentifierPart part{.name = view.at("part").text()};
    if (view.has("column")) {
        part.column = pattern_of(view.at("column"));
    }
    if (view.has("default")) {
        part.default_value = static_cast<std::uint32_t>(view.at("default").number(0, 65535));
    }
    if (view.has("counts_from")) {
        part.counts_from = static_cast<std::uint32_t>(view.at("counts_from").number(0, 1));
    }
    return part;
}

Check check_of(const JsonView& view) {
    view.only({"name", "oid", "values", "optional"});
    Check check{.name = view.at("name").text(),
                .object = pattern_of(view.at("oid")),
                .values = {},
                .optional = view.flag_or("optional", false)};
    view.at("values").each_member([&](const std::string& value, const JsonView& state) {
        check.values[value] = state.text() == "ok" ? std::nullopt : std::optional(state_of(state));
    });
    return check;
}

SnmpCommand command_of(const JsonView& view) {
    view.only({"oid", "value"});
    const JsonView value = view.at("value");
    if (value.raw().is_string()) {
        return {pattern_of(view.at("oid")), value.text()};
    }
    return {pattern_of(view.at("oid")), value.number(INT32_MIN, INT32_MAX)};
}

void read_commands(const JsonView& view, SnmpModel& model) {
    view.only({"on", "off", "cycle", "no_operation"});
    model.commands.emplace(OutletCommand::on, command_of(view.at("on")));
    model.commands.emplace(OutletCommand::off, command_of(view.at("off")));
    if (view.has("cycle")) {
        model.commands.emplace(OutletCommand::cycle, command_of(view.at("cycle")));
    }
    if (view.has("no_operation")) {
        model.no_operation = command_of(view.at("no_operation"));
    }
}

void read_identifier(const JsonView& view, SnmpModel& model) {
    view.each_element([&](const JsonView& part) { model.identifier.push_back(part_of(part)); });
    view.require(!model.identifier.empty(), "names no part");
    const bool columns = model.identifier.front().column.has_value();
    for (const IdentifierPart& part : model.identifier) {
        view.require(part.column.has_value() == columns,
                     "either all parts have a column, or none has");
    }
}

SnmpModel snmp_of(const JsonView& view) {
    view.only({"sys_object_id", "identifier", "name", "status", "checks", "commands"});
    SnmpModel model;
    view.at("sys_object_id").each_element([&](const JsonView& oid) {
        model.system_identifiers.push_back(oid.take(Oid::parse(oid.text())));
    });
    read_identifier(view.at("identifier"), model);
    if (view.has("name")) {
        model.name = pattern_of(view.at("name"));
    }
    const JsonView status = view.at("status");
    status.only({"oid", "values"});
    model.status = pattern_of(status.at("oid"));
    status.at("values").each_member([&](const std::string& value, const JsonView& state) {
        model.status_values[value] = state_of(state);
    });
    if (view.has("checks")) {
        view.at("checks").each_element(
            [&](const JsonView& check) { model.checks.push_back(check_of(check)); });
    }
    read_commands(view.at("commands"), model);
    return model;
}

HttpRequest request_of(const JsonView& view) {
    return {.method = view.text_or("method", "GET"),
            .path = view.text_or("path", ""),
            .body = view.text_or("body", "")};
}

HttpCheck http_check_of(const JsonView& view) {
    view.only({"name", "pointer", "values", "optional"});
    HttpCheck check{.name = view.at("name").text(),
                    .pointer = view.at("pointer").text(),
                    .values = {},
                    .optional = view.flag_or("optional", false)};
    view.at("values").each_member([&](const std::string& value, const JsonView& state) {
        check.values[value] = state.text() == "ok" ? std::nullopt : std::optional(state_of(state));
    });
    return check;
}

void read_http_commands(const JsonView& view, HttpModel& model) {
    view.only({"on", "off", "cycle", "no_operation"});
    view.require(view.has("on") && view.has("off"), "must have on and off");
    for (const OutletCommand command :
         {OutletCommand::on, OutletCommand::off, OutletCommand::cycle}) {
        const std::string name(to_string(command));
        if (view.has(name.c_str())) {
            const JsonView how = view.at(name.c_str());
            how.only({"method", "path", "path_pointer", "body"});
            model.commands[command] = {request_of(how), how.text_or("path_pointer", "")};
        }
    }
    if (view.has("no_operation")) {
        const JsonView how = view.at("no_operation");
        how.only({"method", "path", "body"});
        model.no_operation = {request_of(how), {}};
    }
}

HttpModel http_of(const JsonView& view) {
    view.only({"list", "follow", "outlets", "key_prefix", "identifier", "counts_from", "name",
               "status", "checks", "commands"});
    HttpModel model;
    model.list = request_of(view.at("list"));
    model.outlets = view.text_or("outlets", "");
    model.key_prefix = view.text_or("key_prefix", "");
    model.identifier = view.text_or("identifier", "");
    model.name = view.text_or("name", "");
    if (view.has("counts_from")) {
        model.counts_from = static_cast<unsigned>(view.at("counts_from").number(0, 1));
    }
    if (view.has("follow")) {
        view.at("follow").each_element(
            [&](const JsonView& step) { model.follow.push_back(step.text()); });
    }
    const JsonView status = view.at("status");
    status.only({"pointer", "values"});
    model.status = status.at("pointer").text();
    status.at("values").each_member([&](const std::string& value, const JsonView& state) {
        model.status_values[value] = state_of(state);
    });
    if (view.has("checks")) {
        view.at("checks").each_element(
            [&](const JsonView& check) { model.checks.push_back(http_check_of(check)); });
    }
    read_http_commands(view.at("commands"), model);
    return model;
}

Model model_of(const JsonView& view) {
    view.only({"$schema", "name", "title", "verified_against", "source", "notes", "snmp", "http"});
    Model model{.name = view.at("name").text(),
                .title = view.at("title").text(),
                .verified_against = view.at("verified_against").text(),
                .source = view.at("source").text(),
                .snmp = {},
                .http = {}};
    view.at("verified_against")
        .require(model.verified_against == "mib" || model.verified_against == "device",
                 "must be mib or device");
    view.require(view.has("snmp") != view.has("http"), "must have either snmp or http");
    if (view.has("http")) {
        model.http = http_of(view.at("http"));
    } else {
        model.snmp = snmp_of(view.at("snmp"));
    }
    return model;
}

/// The model of FILE, whose content is TEXT.
Result<Model> model_in(const std::filesystem::path& file, std::string_view text) {
    auto model = parse_model(text);
    if (!model) {
        return fail(model.error().in(file.string()));
    }
    if (model->name != file.stem()) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{}: a model's file has its name, {}.json", file.string(),
                                printable(model->name)));
    }
    return model;
}

Result<Model> read_model(const std::filesystem::path& file) {
    const auto text = read_file(file);
    return text ? model_in(file, *text) : fail(text.error());
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".json") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

Result<Model> parse_model(std::string_view json) {
    try {
        const auto document = nlohmann::json::parse(json, nullptr, true, true);
        return model_of(JsonView(document, ""));
    } catch (const JsonComplaint& complaint) {
        return fail(ErrorKind::invalid_config, complaint.message);
    } catch (const nlohmann::json::exception& error) {
        return fail(ErrorKind::invalid_config, printable(error.what(), 200));
    }
}

Result<LoadedModels> load_models(const std::filesystem::path& folder, std::string_view mentioning) {
    LoadedModels loaded;
    const auto files = files_of(folder);
    for (const auto& file : files) {
        const auto text = read_file(file);
        if (text && text->find(mentioning) == std::string::npos) {
            continue;
        }
        auto model = text ? model_in(file, *text) : Result<Model>(fail(text.error()));
        if (model) {
            loaded.models.push_back(std::move(*model));
        } else {
            loaded.complaints.push_back(model.error().message);
        }
    }
    if (files.empty() || (mentioning.empty() && loaded.models.empty())) {
        return fail(ErrorKind::not_installed,
                    fmt::format("no PDU models in {}: install them there", folder.string()));
    }
    return loaded;
}

Result<Model> load_model(const std::filesystem::path& folder, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& file : files_of(folder)) {
        if (file.stem() == name) {
            return read_model(file);
        }
        names.push_back(file.stem());
    }
    return fail(ErrorKind::invalid_config, fmt::format("model \"{}\" is not known; known are: {}",
                                                       printable(name), join(names, ", ")));
}

} // namespace twinsite::power
