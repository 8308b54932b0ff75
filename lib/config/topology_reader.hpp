// The parts of the topology file, each read by one function.
#pragma once

#include "lib/config/object_reader.hpp"

#include <twinsite/site/topology.hpp>

#include <string>
#include <string_view>

namespace twinsite::config {

using ValueCheck = std::string (*)(std::string_view);

/// Report WHERE when CHECK objects to a TEXT that is not empty.
void require(Problems& problems, const std::string& where, std::string_view text, ValueCheck check);

void read_node(const Json& json, const std::string& path, site::Node& node, Problems& problems);
void read_pdu(const Json& json, const std::string& path, site::Pdu& pdu, Problems& problems);
void read_lun(const Json& json, const std::string& path, site::Lun& lun, Problems& problems);
void read_vm(const Json& json, const std::string& path, site::Vm& vm, Problems& problems);
void read_policy(const Json& json, const std::string& path, site::Policy& policy,
                 Problems& problems);

/// Names that refer to nothing, with the nearest that exists.
void check_references(const site::Topology& topology, Problems& problems);

} // namespace twinsite::config
