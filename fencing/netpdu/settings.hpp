// What a caller wants, checked and typed.
#pragma once

#include "input.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/http.hpp>
#include <twinsite/power/snmp.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::fencing {

struct Settings {
    std::string action;
    std::string plug;      ///< what the user wrote
    std::string port;      ///< what Pacemaker made of the node's name
    std::string node_name; ///< the node itself
    std::string model;
    std::filesystem::path model_dir;
    bool device_cycle = false;
    power::SnmpTarget target;
    power::HttpTarget http; ///< of the same device, should the model speak HTTP
    std::string separator;
    std::string plug_separator;
    Milliseconds power_timeout{0};
    Milliseconds power_wait{0};
    Milliseconds reboot_hold{0};
    Milliseconds poll_interval{0};
    Milliseconds delay{0};
    unsigned retry_on = 1;

    /// Secrets still to be fetched, so that checking parameters runs nothing.
    std::string community_file;
    std::string password_file;
    std::string password_script;
    std::string priv_password_file;
    std::string priv_password_script;
};

struct Output {
    bool quiet = false;
    unsigned verbose = 0;
    std::string debug_file;
};

/// Never fails: how to talk must be known before complaints can be made.
Output output_of(const Input& input);

/// "reboot" unless it says otherwise; lower case; meta-data is metadata.
std::string action_of(const Input& input);

/// Errors invalid_config that name the parameter.
Result<Settings> settings_of(const Input& input);

/// Reads the files and runs the scripts that hold secrets. Errors name file or script, never what
/// is in it.
Status fetch_secrets(Settings& settings, process::CommandRunner& runner, const Deadline& deadline);

} // namespace twinsite::fencing
