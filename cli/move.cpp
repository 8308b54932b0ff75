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

struct Edit {
    std::string before;
    std::string after;

    [[nodiscard]] bool empty() const { return before == after; }
};

/// The file as it is now and with the new homes, and proof that it still reads as meant.
Result<Edit> edit_of(const std::string& file, const site::HomeChange& change) {
    auto text = read_file(file, largest_file);
    if (!text) {
        return fail(text.error());
    }
    Edit edit{*text, *text};
    const auto set_home = [&](std::string_view kind, const std::string& name) -> Status {
        const std::array<std::string_view, 3> path{kind, name, "home"};
        auto changed = config::set_string(edit.after, path, change.to);
        if (!changed) {
            return fail(changed.error());
        }
        edit.after = *std::move(changed);
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
    const auto again = config::parse_topology(edit.after);
    if (!again || !again->topology) {
        return fail(ErrorKind::invalid_config,
                    again ? fmt::format("with the new home the topology is not valid: {}: {}",
                                        again->findings.front().where,
                                        again->findings.front().problem)
                          : again.error().message);
    }
    return edit;
}

/// Reads the file again first: others may have edited it while the cluster was waited for.
Status write_homes(const std::string& file, const site::HomeChange& change) {
    return edit_of(file, change)
        .and_then([&](const Edit& edit) {
            return edit.empty() ? Status{} : rewrite_file(file, edit.after);
        })
        .map_error([](const Error& error) {
            return error.in("the cluster has the new home, but the topology file has not; run the "
                            "same command again, or change \"home\" there by hand");
        });
}

/// The cluster first: it may refuse. Then the file, before anything is waited for: the two agree
/// however long the cluster takes.
class Move {
public:
    Move(const Options& options, const Consent& consent, const site::HomeChange& change,
         const Prediction& prediction, bool in_file)
        : options_(options)
        , consent_(consent)
        , change_(change)
        , prediction_(prediction)
        , in_cluster_(!prediction.changes.empty())
        , in_file_(in_file)
        , document_(to_json(prediction)) {
        document_["applied"] = false;
        document_["file_changed"] = false;
    }

    Exit carry_out(cluster::Configuration& live) {
        show();
        if (in_cluster_ || in_file_) {
            if (const auto may = permitted(prediction_, consent_); !may) {
                return stop(may.error(), Exit::findings);
            }
        }
        if (in_cluster_) {
            const auto done = make_change(options_, live, prediction_, consent_, document_);
            if (!done) {
                return stop(done.error().in(fmt::format("{} was not changed", options_.topology)),
                            exit_for_error(done.error()));
            }
            say("applied");
        }
        if (in_file_) {
            if (const auto written = write_homes(options_.topology, change_); !written) {
                return stop(written.error(), Exit::findings);
            }
            document_["file_changed"] = true;
            say(fmt::format("{} is changed too; copy it to the other nodes", options_.topology));
        }
        if (in_cluster_) {
            if (const auto rest = await_rest(live, consent_); !rest) {
                return stop(rest.error(), Exit::findings);
            }
        }
        if (options_.json) {
            print_json(document_);
        }
        return Exit::fine;
    }

private:
    const Options& options_;
    const Consent& consent_;
    const site::HomeChange& change_;
    const Prediction& prediction_;
    bool in_cluster_;
    bool in_file_; ///< whether it has another home still
    Json document_;

    void say(const std::string& text) const {
        if (!options_.json) {
            fmt::print("{}\n", text);
        }
    }

    void show() const {
        if (!options_.json) {
            print_prediction(prediction_);
        }
        if (in_file_ && !in_cluster_) {
            say(fmt::format("The cluster has the new home already; {} would be changed.",
                            options_.topology));
        }
    }

    Exit stop(const Error& error, Exit exit) const {
        return report(options_, error, exit, document_);
    }
};

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
    const auto edit = edit_of(options.topology, *change);
    if (!edit) {
        return report(options, edit.error(), Exit::findings);
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
    return Move(options, move.consent, *change, *prediction, !edit->empty()).carry_out(**live);
}

} // namespace twinsite::cli
