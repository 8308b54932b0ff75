#include "cli/commands.hpp"
#include "cli/live.hpp"
#include "cli/topology_json.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/import.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace twinsite::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_cib = 64UL * 1024 * 1024;

/// "rz1=node1,node2" into node to site.
Status read_sites(const std::vector<std::string>& words, site::ImportSources& sources) {
    for (const std::string& word : words) {
        const auto equals = word.find('=');
        const auto nodes = split(equals == std::string::npos ? "" : word.substr(equals + 1), ",");
        if (equals == 0 || nodes.empty()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("--site takes SITE=NODE,NODE, not \"{}\"", printable(word)));
        }
        for (const std::string& node : nodes) {
            if (!sources.sites.emplace(node, word.substr(0, equals)).second) {
                return fail(ErrorKind::invalid_config,
                            fmt::format("--site names {} twice", printable(node)));
            }
        }
    }
    return {};
}

/// A file, or every *.res of a directory.
Status read_drbd(const fs::path& path, site::ImportSources& sources) {
    std::error_code error;
    std::vector<fs::path> files;
    if (fs::is_directory(path, error)) {
        for (fs::directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            if (at->path().extension() == ".res") {
                files.push_back(at->path());
            }
        }
        std::sort(files.begin(), files.end());
    } else {
        files.push_back(path);
    }
    for (const fs::path& file : files) {
        auto text = read_file(file);
        if (!text) {
            return fail(text.error());
        }
        sources.drbd.push_back(*std::move(text));
    }
    return {};
}

Status read_engine_files(const ImportOptions& how, site::ImportSources& sources) {
    if (!how.corosync.empty()) {
        auto text = read_file(how.corosync);
        if (!text) {
            return fail(text.error());
        }
        sources.corosync = *std::move(text);
    }
    for (const std::string& path : how.drbd) {
        if (auto done = read_drbd(path, sources); !done) {
            return done;
        }
    }
    return {};
}

/// On a node of the cluster its own files are at hand; nobody has to name them.
void use_own_files(ImportOptions& how) {
    std::error_code error;
    if (how.corosync.empty() && fs::exists("/etc/corosync/corosync.conf", error)) {
        how.corosync = "/etc/corosync/corosync.conf";
    }
    if (how.drbd.empty() && fs::is_directory("/etc/drbd.d", error)) {
        how.drbd = {"/etc/drbd.d"};
    }
}

void note_where_things_run(const site::ClusterState& state, site::ImportSources& sources) {
    for (const auto& [id, resource] : state.resources) {
        for (const site::Instance& instance : resource.running) {
            if (instance.promoted || resource.running.size() == 1) {
                sources.running_on[id] = instance.node;
            }
        }
    }
}

Result<site::Xml> read_cib_file(const std::string& file) {
    const auto text = read_file(file, largest_cib);
    if (!text) {
        return fail(text.error());
    }
    auto cib = cluster::parse_cib(*text);
    return cib ? std::move(cib) : fail(cib.error().in(file));
}

Exit print(const Options& options, const site::Imported& imported) {
    if (options.json) {
        print_json(
            {{"topology", to_json(imported.topology)}, {"findings", to_json(imported.findings)}});
        return exit_for(imported.findings);
    }
    print_json(to_json(imported.topology));
    // Not on stdout: that is the file.
    for (const site::Finding& finding : imported.findings) {
        fmt::print(stderr, "{}: {}: {} [{}]\n    {}\n", site::to_string(finding.severity),
                   printable(finding.where, 200), finding.problem, finding.code, finding.remedy);
    }
    fmt::print(stderr,
               "twinsite: {} LUN(s), {} VM(s), {} PDU(s) placed; {} thing(s) to look at above, "
               "then run \"twinsite check\"\n",
               imported.topology.luns.size(), imported.topology.vms.size(),
               imported.topology.pdus.size(), imported.findings.size());
    return exit_for(imported.findings);
}

} // namespace

Exit run_import(const Options& options, ImportOptions how) {
    site::ImportSources sources;
    sources.site_attribute = how.site_attribute;
    if (const auto fine = read_sites(how.sites, sources); !fine) {
        return report(options, fine.error(), Exit::usage);
    }
    site::Xml cib;
    if (how.cib.empty()) {
        auto live = look_at_cluster();
        if (!live) {
            return report(options, live.error(), Exit::cluster);
        }
        if (live->configuration->acts()) {
            use_own_files(how);
        }
        note_where_things_run(live->state, sources);
        cib = std::move(live->cib);
    } else {
        auto read = read_cib_file(how.cib);
        if (!read) {
            return report(options, read.error(), Exit::usage);
        }
        cib = *std::move(read);
    }
    if (const auto fine = read_engine_files(how, sources); !fine) {
        return report(options, fine.error(), Exit::usage);
    }
    const auto imported = site::import_cib(cib, sources);
    if (!imported) {
        return report(options, imported.error(), Exit::usage);
    }
    return print(options, *imported);
}

} // namespace twinsite::cli
