// From a cluster that exists to a topology: what a CIB says about sites, LUNs and VMs, whoever
// wrote it, and what could not be placed.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <map>
#include <string>
#include <vector>

namespace twinsite::site {

/// What an admin and the engines' own files add to the CIB; all of it may be missing.
struct ImportSources {
    std::string site_attribute = "site";      ///< the node attribute that names a node's site
    std::map<std::string, std::string> sites; ///< node to site; beats the attribute
    std::string corosync;                     ///< text of corosync.conf
    std::vector<std::string> drbd;            ///< texts of DRBD's resource files
    std::map<std::string, std::string> running_on = {}; ///< resource to node, where it runs now
};

/// Codes of the findings: import-not-placed (an object of the CIB that the topology has no place
/// for), import-not-known (a key of the topology that nothing told), import-means-less (placed, but
/// the topology says it otherwise).
struct Imported {
    Topology topology; ///< "" and 0 where nothing is known: write it, and check names the gaps
    std::vector<Finding> findings;
};

/// Errors: invalid_config when CIB has no configuration, a schema that is not understood, or the
/// same id twice.
Result<Imported> import_cib(const Xml& cib, const ImportSources& sources);

} // namespace twinsite::site
