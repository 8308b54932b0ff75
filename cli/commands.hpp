// The subcommands; each in its own file.
#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace twinsite::cli {

/// What the operator agreed to, for every command that changes the cluster.
struct Consent {
    bool yes = false;
    bool allow_restarts = false;
    unsigned wait_s =
        0; ///< after the change, for the cluster to have carried it out; 0: do not wait
};

struct CheckOptions {
    bool live = false;
    std::string vm_config_dir; ///< copies of the domain XMLs, where this is no node
};
Exit run_check(const Options& options, const CheckOptions& check);

struct WhatIfOptions {
    std::vector<std::string> fail;
    std::vector<std::string> add_vms;
    bool live = false;
};
Exit run_whatif(const Options& options, const WhatIfOptions& whatif);

struct RenderOptions {
    std::string format;
    std::string output_dir; ///< for drbd: one file per LUN instead of stdout
};
Exit run_render(const Options& options, const RenderOptions& render);

struct ApplyOptions {
    Consent consent;
};
Exit run_plan(const Options& options);
Exit run_apply(const Options& options, const ApplyOptions& apply);

struct ImportOptions {
    std::string cib; ///< a file; "": the live cluster
    std::string corosync;
    std::vector<std::string> drbd;
    std::vector<std::string> sites; ///< SITE=NODE,NODE
    std::string site_attribute = "site";
};
Exit run_import(const Options& options, ImportOptions how);

struct MoveOptions {
    std::string kind; ///< vm or lun
    std::string name;
    std::string to;
    bool with_lun = false;
    Consent consent;
};
Exit run_move(const Options& options, const MoveOptions& move);

struct DrainOptions {
    std::string kind; ///< node or site
    std::string name;
    bool away = true; ///< false: back again
    Consent consent;
};
Exit run_drain(const Options& options, const DrainOptions& drain);

struct ResolveOptions {
    std::vector<std::string> luns; ///< none: all that have a copy here
    std::string keep;              ///< a site whose copies an operator chose
    bool yes = false;
};
Exit run_resolve(const Options& options, const ResolveOptions& how);

struct GoLiveOptions {
    std::string site;
    bool yes = false;
    bool force = false; ///< though this site has quorum and fences by itself
};
Exit run_go_live(const Options& options, const GoLiveOptions& go_live);

/// The names of one kind (site, node, storage, lun, vm), one a line, for the shell's completion.
/// Silent when the topology is not usable.
Exit run_names(const Options& options, const std::string& kind);

struct StatusOptions {
    std::string format; ///< "", html or prometheus
    bool watch = false;
};
Exit run_status(const Options& options, const StatusOptions& status);

} // namespace twinsite::cli
