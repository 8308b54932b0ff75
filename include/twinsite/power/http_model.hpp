// Families that speak JSON over HTTP, as data; and what their answers mean, without I/O.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/power/http.hpp>
#include <twinsite/power/outlet.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

/// A value beside the state that can overrule it.
struct HttpCheck {
    std::string name;
    std::string pointer;
    std::map<std::string, std::optional<OutletState>, std::less<>> values; ///< nullopt: all is well
    bool optional = false;
};

/// "{id}" in PATH and BODY is the outlet's identifier in the device's own counting.
struct HttpCommand {
    HttpRequest request;
    std::string path_pointer; ///< the outlet's own document says where to send it
};

struct HttpModel {
    HttpRequest list;
    /// Pointers to what to get next, one after the other: "/Members/*" is each element's
    /// "@odata.id". Every document so found is an outlet.
    std::vector<std::string> follow;
    std::string outlets;      ///< pointer to the list of outlets; unused with FOLLOW
    std::string key_prefix;   ///< where that is an object: keys of outlets begin so
    std::string identifier;   ///< pointer in an outlet; "" is its position
    unsigned counts_from = 1; ///< 0: the device's 0 is outlet 1
    std::string name;         ///< pointer in an outlet, or ""
    std::string status;       ///< pointer in an outlet
    std::map<std::string, OutletState, std::less<>> status_values;
    std::vector<HttpCheck> checks;
    std::map<OutletCommand, HttpCommand> commands;
    std::optional<HttpCommand> no_operation; ///< switches nothing: proves write access
};

struct HttpOutlet {
    Outlet outlet;
    std::string device_identifier; ///< in the device's own counting
    OutletReading reading;
    std::map<OutletCommand, std::string> paths; ///< of commands that the document names
};

/// The outlets in the answer to HttpModel::list. Errors protocol: no JSON, no list, an outlet
/// without identifier, or the same one twice.
Result<std::vector<HttpOutlet>> http_outlets(const HttpModel& model, std::string_view answer);
/// One outlet's own document.
Result<HttpOutlet> http_outlet(const HttpModel& model, std::string_view document);
/// The paths that STEP of HttpModel::follow finds in a document. Error protocol: what it finds is
/// no path on this device.
Result<std::vector<std::string>> http_links(std::string_view step, std::string_view document);
/// The request that performs COMMAND. Error invalid_config: the family has no such command.
Result<HttpRequest> http_command(const HttpModel& model, const HttpOutlet& outlet,
                                 OutletCommand command);
/// The request that switches nothing. Error invalid_config: the family has none.
Result<HttpRequest> http_no_operation(const HttpModel& model, const HttpOutlet& outlet);

} // namespace twinsite::power
