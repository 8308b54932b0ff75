#include "cli/arguments.hpp"

#include <twinsite/base/table.hpp>

#include <unistd.h>

#include <cstdlib>

namespace twinsite::cli {

namespace {

void add_consent(CLI::App* command, Consent& consent) {
    command->add_flag("--yes", consent.yes, "Do it; without it the plan is shown only");
    command->add_flag("--allow-restarts", consent.allow_restarts,
                      "Even if running VMs are stopped or restarted by it");
    command
        ->add_option("--wait", consent.wait_s,
                     "Then wait until Pacemaker has carried it out, for at most so many seconds")
        ->check(CLI::Range(1U, 86400U));
}

void describe_file_commands(CLI::App& app, Arguments& all) {
    auto* check = app.add_subcommand("check", "Findings about the topology file");
    check->add_flag("--live", all.check.live, "Also the cluster against the file");
    check->add_option("--vm-config-dir", all.check.vm_config_dir,
                      "Directory with copies of the domain XMLs, as VM.xml");
    check->callback([&all] { all.action = [&all] { return run_check(all.options, all.check); }; });

    auto* render = app.add_subcommand("render", "Print the configuration the topology asks for");
    render->add_option("--format", all.render.format, "cib, pcs, crmsh, drbd or corosync")
        ->required()
        ->check(CLI::IsMember({"cib", "pcs", "crmsh", "drbd", "corosync"}));
    render->add_option("--output-dir", all.render.output_dir,
                       "With drbd: write LUN.res files into this directory");
    render->callback(
        [&all] { all.action = [&all] { return run_render(all.options, all.render); }; });

    auto* whatif = app.add_subcommand("whatif", "Where everything ends up when something fails");
    whatif->add_option("--fail", all.whatif.fail,
                       "node:NAME, site:NAME, storage:NAME or link; may be repeated");
    whatif->add_option("--add-vm", all.whatif.add_vms,
                       "One more VM: memory_mib=N,home=SITE[,name=NAME][,lun=LUN]");
    whatif->add_flag("--live", all.whatif.live,
                     "From the cluster's present state, by Pacemaker's own scheduler");
    whatif->callback(
        [&all] { all.action = [&all] { return run_whatif(all.options, all.whatif); }; });
}

void describe_import(CLI::App& app, Arguments& all) {
    auto* importer = app.add_subcommand(
        "import", "A topology from an existing cluster, and a list of what has no place in it");
    importer->add_option("--cib", all.import_.cib,
                         "A CIB in a file; without it the live cluster is read");
    importer->add_option("--site", all.import_.sites,
                         "SITE=NODE,NODE where the nodes do not say it; may be repeated");
    importer
        ->add_option("--site-attribute", all.import_.site_attribute,
                     "The node attribute that says it")
        ->capture_default_str();
    importer->add_option("--corosync", all.import_.corosync,
                         "corosync.conf: cluster name, addresses, witness");
    importer->add_option("--drbd", all.import_.drbd,
                         "A resource file of DRBD, or a directory of them: devices, disks, ports");
    importer->callback([&all] {
        all.action = [&all] { return run_import(all.options, all.import_); };
    } // namespace
    );
} // namespace twinsite::cli

void describe_cluster_commands(CLI::App& app, Arguments& all) {
    auto* plan = app.add_subcommand("plan", "What apply would change, and what Pacemaker would do");
    plan->callback([&all] { all.action = [&all] { return run_plan(all.options); }; });

    auto* apply =
        app.add_subcommand("apply", "Bring the cluster's configuration in line with the topology");
    add_consent(apply, all.apply.consent);
    apply->callback([&all] { all.action = [&all] { return run_apply(all.options, all.apply); }; });

    auto* status = app.add_subcommand("status", "The site map: what runs where");
    status->add_flag("--watch", all.status.watch, "Again every two seconds");
    status->callback([&all] {
        all.status_given = true;
        all.action = [&all] { return run_status(all.options, all.status); };
    });

    auto* move = app.add_subcommand("move", "Change the home of a VM or a LUN");
    move->add_option("KIND", all.move.kind, "vm or lun")
        ->required()
        ->check(CLI::IsMember({"vm", "lun"}));
    move->add_option("NAME", all.move.name, "Its name")->required();
    move->add_option("--to", all.move.to, "The new home, a site")->required();
    move->add_flag("--with-lun", all.move.with_lun, "A VM together with its LUN and all VMs on it");
    add_consent(move, all.move.consent);
    move->callback([&all] { all.action = [&all] { return run_move(all.options, all.move); }; });
}

void describe_drain(CLI::App& app, Arguments& all, const char* name, const char* what, bool away) {
    auto* command = app.add_subcommand(name, what);
    command->add_option("KIND", all.drain.kind, "node or site")
        ->required()
        ->check(CLI::IsMember({"node", "site"}));
    command->add_option("NAME", all.drain.name, "Its name")->required();
    add_consent(command, all.drain.consent);
    command->callback([&all, away] {
        all.drain.away = away;
        all.action = [&all] { return run_drain(all.options, all.drain); };
    });
}

void describe_bad_day(CLI::App& app, Arguments& all) {
    auto* resolve = app.add_subcommand(
        "resolve", "After a split brain: which copy survives, what is lost, by which commands");
    resolve->add_option("LUN", all.resolve.luns, "LUNs; without any, all that have a copy here");
    resolve->add_option("--keep", all.resolve.keep, "The site whose copy survives");
    resolve->add_flag("--yes", all.resolve.yes, "Run the commands");
    resolve->callback(
        [&all] { all.action = [&all] { return run_resolve(all.options, all.resolve); }; });

    auto* go_live =
        app.add_subcommand("go-live", "An operator's confirmation that the other site is dead");
    go_live->add_option("SITE", all.go_live.site, "The site that lives")->required();
    go_live->add_flag("--yes", all.go_live.yes, "The other site has no power: I looked");
    go_live->add_flag("--force", all.go_live.force,
                      "Although this site has quorum and fences the other by itself");
    go_live->callback(
        [&all] { all.action = [&all] { return run_go_live(all.options, all.go_live); }; });
}

/// For the shell's completion; in no group, so that --help does not show it.
void describe_names(CLI::App& app, Arguments& all) {
    auto* names = app.add_subcommand("names", "Names of one kind, one a line")->group("");
    names->add_option("KIND", all.names_kind, "site, node, storage, lun or vm")
        ->required()
        ->check(CLI::IsMember({"site", "node", "storage", "lun", "vm"}));
    names->callback(
        [&all] { all.action = [&all] { return run_names(all.options, all.names_kind); }; });
}

} // namespace

void describe(CLI::App& app, Arguments& arguments) {
    app.name("twinsite");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", TWINSITE_VERSION);
    app.add_option("--topology", arguments.options.topology, "The topology file")
        ->capture_default_str();
    app.add_option("--output", arguments.output, "text or json; status also html or prometheus")
        ->check(CLI::IsMember({"text", "json", "html", "prometheus"}))
        ->capture_default_str();
    describe_file_commands(app, arguments);
    describe_import(app, arguments);
    describe_cluster_commands(app, arguments);
    describe_drain(app, arguments, "drain", "Evacuate a node or a site by live migration", true);
    describe_drain(app, arguments, "undrain", "Let a drained node or site work again", false);
    describe_bad_day(app, arguments);
    describe_names(app, arguments);
    app.footer("Exit: 0 fine, 1 findings or a refused action, 2 bad usage or unreadable input, "
               "3 the cluster could not be asked.");
}

void Arguments::settle() {
    options.json = output == "json";
    options.colour =
        colour_wanted(::isatty(STDOUT_FILENO) == 1, std::getenv("NO_COLOR"), std::getenv("TERM"));
    status.format = output;
    if (output == "html" || output == "prometheus") {
        // Only status has pages and metrics; action is set by its callback.
        if (!status_given) {
            throw CLI::ValidationError("--output", output + " is for status only");
        }
    }
}

} // namespace twinsite::cli
