// What an agent says of itself. One table yields parsing, defaults, validation and metadata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::ocf {

enum class Type { string, integer, boolean, select };

struct Parameter {
    std::string name;
    Type type = Type::string;
    std::string shortdesc;
    std::string longdesc;
    std::string default_value{};
    bool required = false;
    bool reloadable = false;
    std::string unique_group{};         ///< "" = values may repeat in the cluster
    std::vector<std::string> options{}; ///< of a select
    std::int64_t low = 0;               ///< of an integer
    std::int64_t high = 2147483647;     ///< of an integer
    /// A stop needs it to know what to stop. Any other broken value does not hinder a stop: the
    /// default is taken and a warning logged, because a stop that fails costs the node its power.
    bool identity = false;
};

/// One <action> of the metadata. Seconds; 0 interval and depth are not printed.
struct ActionSpec {
    std::string name;
    unsigned timeout;
    unsigned interval = 0;
    unsigned depth = 0;
    std::string role{}; ///< "", "Promoted" or "Unpromoted"
};

struct Description {
    std::string name; ///< of the agent's file
    std::string shortdesc;
    std::string longdesc;
    std::vector<Parameter> parameters;
    std::vector<ActionSpec> actions; ///< meta-data is added by itself

    [[nodiscard]] const Parameter* find(std::string_view parameter) const;
};

/// The XML of meta-data: valid against OCF 1.1 and, with its inline additions, ra-api-1.dtd.
std::string metadata(const Description& description);

} // namespace twinsite::ocf
