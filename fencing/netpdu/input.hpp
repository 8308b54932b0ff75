// The words a caller used, before anybody asks what they mean.
#pragma once

#include <twinsite/base/result.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::fencing {

struct Input {
    /// By option name. "port" is kept apart from "plug": Pacemaker sets it by itself.
    std::map<std::string, std::string, std::less<>> values;
    std::string node_name;             ///< the node Pacemaker wants fenced; "" outside a cluster
    std::vector<std::string> warnings; ///< for the log
};

/// Lines "key=value", as the fence agent API has them: blank lines and those with '#' in front are
/// skipped, one pair of outer quotes is removed, the last value wins, unknown keys are a warning.
Input read_stdin_text(std::string_view text);

/// Long and short options. Error invalid_config for what is no option.
Result<Input> read_command_line(std::span<const char* const> arguments);

} // namespace twinsite::fencing
