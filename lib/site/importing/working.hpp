// What the steps of an import hand to each other.
#pragma once

#include "lib/site/constraint_words.hpp"
#include "lib/site/importing/inventory.hpp"

#include <twinsite/site/failback_window.hpp>
#include <twinsite/site/import.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace twinsite::site::importing {

inline constexpr std::int64_t infinity = infinite_score;

/// One resource drawn to, or kept from, one node or one site.
struct Preference {
    std::string constraint;
    std::string resource;
    std::string node; ///< or
    std::string site;
    std::int64_t score = 0;
    bool promoted = false;       ///< only for the role Promoted
    std::vector<DateSpec> times; ///< only then; empty: always
    bool placed = false;
};

/// Two resources that belong together, or apart, or start one after the other.
struct Bond {
    std::string constraint;
    std::string resource;
    std::string with; ///< an order's "first"
    std::int64_t score = 0;
    bool order = false;
    bool same_site_only = false; ///< by the site attribute instead of the node
    bool stops = false;          ///< an order of stops, not of starts
    bool placed = false;
};

struct DrbdDisk {
    std::string node;
    std::string disk;
    std::string address;
};
/// One resource of DRBD's own configuration.
struct DrbdResource {
    std::string name;
    std::string device;
    std::int64_t port = 0;
    std::string protocol;
    std::vector<DrbdDisk> disks;
};

struct Working {
    const Xml& configuration;
    const ImportSources& sources;
    Inventory inventory;
    Topology topology = {};
    std::vector<Finding> findings = {};
    std::vector<Preference> preferences = {};
    std::vector<Bond> bonds = {};
    std::vector<DrbdResource> drbd = {};
    std::unordered_map<std::string, std::size_t> lun_of = {}; ///< primitive to LUN
    std::unordered_map<std::string, std::size_t> vm_of = {};  ///< primitive to VM
    /// Indices into preferences, by resource as written, by LUN, by VM.
    std::unordered_map<std::string, std::vector<std::size_t>> preferences_of = {};
    std::vector<std::vector<std::size_t>> preferences_of_lun = {};
    std::vector<std::vector<std::size_t>> preferences_of_vm = {};

    [[nodiscard]] const Xml& section(std::string_view name) const;
    [[nodiscard]] Values properties() const;
    [[nodiscard]] std::string site_of(std::string_view node) const;
    /// The one LUN (VM) that a primitive, group or clone is a part of.
    [[nodiscard]] std::optional<std::size_t> lun_behind(std::string_view id) const;
    [[nodiscard]] std::optional<std::size_t> vm_behind(std::string_view id) const;

    void not_placed(std::string where, std::string problem, std::string remedy);
    void not_known(std::string path, std::string problem, std::string remedy);
    void means_less(std::string where, std::string problem, std::string remedy);
};

// The steps, in this order.
void read_drbd_files(Working& work);
void import_nodes(Working& work);
void read_corosync_file(Working& work);
void read_constraints(Working& work); ///< fills preferences and bonds
void import_luns(Working& work);
void import_vms(Working& work);
void sort_preferences(Working& work); ///< by LUN and by VM
void import_homes(Working& work);     ///< of LUNs and VMs, and hosts
void import_power(Working& work);
void import_policy(Working& work);
void report_leftovers(Working& work); ///< whatever nobody placed

} // namespace twinsite::site::importing
