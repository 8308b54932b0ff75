#include "cli/commands.hpp"
#include "cli/prediction.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/config/edit.hpp>
#include <twinsite/config/topology_file.hpp>
#include <twinsite/site/check.hpp>
#include <twinsite/site/move.hpp>

#include <fmt/format.h>

#include <array>

namespace twinsite::cli {

namespace {

constexpr std::size_t largest_file = 64UL * 1024 * 1024;

/// The file's text with the new homes, and proof that it still reads as meant.
Result<std::string> edited(const Options& options, const site::HomeChange& change) {
    auto text = read_file(options.topology, largest_file);
    if (!text) {
        return fail(text.error());
    }
    const auto set_home = [&](std::string_view kind, const std::string& name) -> Status {
        const std::array<std::string_view, 3> path{kind, name, "home"};
        auto changed = config::set_string(*text, path, change.to);
        if (!changed) {
            return fail(changed.error());
        }
        *text = *std::move(changed);
        return {};
    };
    for (const std::string& lun : change.luns) {
        if (const auto done = set_home("luns", lun); !done) {
            return fail(done.error());
        }
    }
    for (const std::string& vm : change.vms) {
        if (const auto done = set_home("vms", vm); !done) {
            return fail(done.error());
        }
    }
    const auto again = config::parse_topology(*text);
    if (!again || !again->topology) {
        return fail(ErrorKind::invalid_config,
                    again ? fmt::format("with the new home the topology is not valid: {}: {}",
                                        again->findings.front().where,
                                        again->findings.front().problem)
                          : again.error().message);
    }
    return text;
}

} // namespace

Exit run_move(const Options& options, const MoveOptions& move) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const auto change = move.kind == "lun"
                            ? site::move_lun(*loaded.topology, move.name, move.to)
                            : site::move_vm(*loaded.topology, move.name, move.to, move.with_lun);
    if (!change) {
        return report(options, change.error(),
                      change.error().kind == ErrorKind::conflict ? Exit::findings : Exit::usage);
    }
    const auto text = edited(options, *change);
    if (!text) {
        return report(options, text.error(), Exit::findings);
    }
    const site::Topology moved = site::with_homes(*loaded.topology, *change);
    for (const site::Finding& finding : site::check(moved)) {
        if (finding.severity == site::Severity::error) {
            return report(options, {ErrorKind::conflict, finding.problem}, Exit::findings);
        }
    }
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto prediction = predict(**live, moved);
    if (!prediction) {
        return report(options, prediction.error(), exit_for_error(prediction.error()));
    }
    const Exit done = carry_out(options, **live, *prediction, move.consent);
    if (done != Exit::fine) {
        return done;
    }
    if (const auto written = replace_file(options.topology, *text); !written) {
        return report(options,
                      written.error().in("the cluster was changed, but the topology file was not; "
                                         "change \"home\" there by hand"),
                      Exit::findings);
    }
    if (!options.json) {
        fmt::print("{} is changed too; copy it to the other nodes\n", options.topology);
    }
    return Exit::fine;
}

} // namespace twinsite::cli
