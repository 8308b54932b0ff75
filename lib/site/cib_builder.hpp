// The pieces a CIB is made of, with the ids that pcs would give them.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::site::cib {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// KIND is instance_attributes, meta_attributes, utilization or cluster_property_set. Values that
/// are "" are left out, and the whole set when nothing is left.
void add_pairs(Xml& parent, std::string_view kind, std::string_view id, const Pairs& pairs);

struct Operation {
    std::string name;
    std::string interval = "0s";
    std::string timeout = {};
    std::string role = {}; ///< "" for none
};
void add_operations(Xml& primitive, const std::vector<Operation>& operations);

Xml primitive(std::string_view id, std::string_view klass, std::string_view provider,
              std::string_view type);

/// RESOURCE is an id; NODE is kept away, or preferred, by SCORE.
Xml location(std::string_view id, std::string_view resource, std::string_view node,
             std::string_view score);

/// What draws a resource home.
struct Preference {
    std::string resource;
    std::string role; ///< "" for any
    std::string site;
    int score = 0;
};

/// HOME, but only in the hours of WINDOW ("22:00-05:00").
Xml home_in_window(const Preference& home, std::string_view window);

} // namespace twinsite::site::cib
