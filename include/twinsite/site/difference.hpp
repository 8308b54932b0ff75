// What differs between two configurations, in words.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

enum class ChangeKind { add, change, remove };
std::string_view to_string(ChangeKind kind);

struct ConfigChange {
    ChangeKind kind = ChangeKind::add;
    std::string section; ///< crm_config, nodes, resources, constraints, tags ...
    std::string object;  ///< its id
    std::string detail;  ///< "priority: 5 -> 10" for a change of values
};

/// The objects below <configuration> that differ. Order within a section does not matter.
std::vector<ConfigChange> differences(const Xml& before, const Xml& after);

/// "+ resources vm_rot".
std::string to_text(const ConfigChange& change);

} // namespace twinsite::site
