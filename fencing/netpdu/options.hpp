// What fence_netpdu can be told. One table yields the command line, stdin, metadata and manual.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::fencing {

/// Types of the fence agent API.
enum class Type { string, boolean, integer, second, select };

struct Option {
    std::string name;       ///< as in a cluster's configuration: with '_'
    char letter = 0;        ///< of the short form on the command line, 0 for none
    std::string argument{}; ///< what the long form's argument is called; "" takes none
    Type type = Type::string;
    std::string shortdesc{};
    std::string default_value{};
    std::vector<std::string> choices{}; ///< of a select
    bool required = false;
    std::string old_name{}; ///< the deprecated name that means the same
};

/// In the order in which people look for them.
std::span<const Option> options();
/// By any of its names, '-' and '_' being the same; nullptr when there is none.
const Option* find_option(std::string_view name);

struct Action {
    std::string name;
    std::string description;
};
std::span<const Action> actions();

} // namespace twinsite::fencing
