#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/simulation.hpp>

#include <fmt/format.h>

#include <optional>

namespace twinsite::cluster {

namespace {

using site::Movement;
using site::MovementKind;

/// mirror_red:0 is an instance of mirror_red.
std::string base_id(std::string_view id) {
    return std::string(id.substr(0, id.find(':')));
}

std::optional<MovementKind> kind_of(std::string_view action) {
    if (action == "start") {
        return MovementKind::start;
    }
    if (action == "stop") {
        return MovementKind::stop;
    }
    if (action == "move" || action == "restart" || action == "recover" || action == "re-promote") {
        return MovementKind::restart;
    }
    if (action == "migrate") {
        return MovementKind::migrate;
    }
    if (action == "promote") {
        return MovementKind::promote;
    }
    if (action == "demote") {
        return MovementKind::demote;
    }
    return std::nullopt; // reload, noop: nothing that anybody notices
}

std::optional<Movement> movement_of(const site::Xml& action) {
    if (action.name == "node_action") {
        Movement movement;
        movement.resource = action.get("node");
        movement.kind = MovementKind::fence;
        movement.reason = action.get("reason");
        return movement;
    }
    const auto kind = kind_of(action.get("action"));
    if (action.name != "rsc_action" || !kind || action.get("blocked") == "true") {
        return std::nullopt;
    }
    Movement movement;
    movement.resource = base_id(action.get("resource"));
    movement.kind = *kind;
    movement.from = action.get("source");
    movement.to = action.get("dest");
    movement.reason = action.get("reason");
    const std::string node(action.get("node"));
    if (*kind == MovementKind::stop || *kind == MovementKind::demote) {
        movement.from = movement.from.empty() ? node : movement.from;
        movement.to.clear();
    } else if (*kind == MovementKind::start || *kind == MovementKind::promote) {
        if (movement.to.empty()) {
            movement.to = movement.from.empty() ? node : movement.from;
        }
        movement.from.clear();
    } else {
        if (movement.from.empty()) {
            movement.from = node;
        }
        if (movement.to.empty()) {
            movement.to = movement.from;
        }
    }
    return movement;
}

} // namespace

Result<std::vector<Movement>> parse_simulation(std::string_view xml) {
    const auto root = parse_xml(xml);
    if (!root) {
        return fail(ErrorKind::protocol, "crm_simulate gave no XML");
    }
    const site::Xml* status = root->child("status");
    if (status == nullptr || status->get("code") != "0") {
        return fail(ErrorKind::protocol,
                    fmt::format("crm_simulate failed: {}",
                                status == nullptr ? "no status" : status->get("message")));
    }
    std::vector<Movement> movements;
    const site::Xml* actions = root->child("actions");
    if (actions != nullptr) {
        for (const site::Xml& action : actions->children) {
            if (auto movement = movement_of(action)) {
                movements.push_back(*std::move(movement));
            }
        }
    }
    return movements;
}

Result<std::vector<Movement>> simulate(process::CommandRunner& runner, const site::Xml& cib,
                                       const Deadline& deadline) {
    process::Command command;
    command.argv = {"crm_simulate", "--run", "--xml-pipe", "--output-as=xml"};
    command.input = site::to_text(cib);
    const auto output = runner.run(command, deadline);
    if (!output) {
        return fail(output.error());
    }
    if (!output->ok()) {
        return fail(ErrorKind::protocol,
                    fmt::format("crm_simulate failed: {}", output->complaint()));
    }
    return parse_simulation(output->out);
}

Result<std::vector<Movement>> simulate(process::CommandRunner& runner, site::Xml cib,
                                       const Event& event, const Deadline& deadline) {
    happen(cib, event);
    return simulate(runner, cib, deadline);
}

} // namespace twinsite::cluster
