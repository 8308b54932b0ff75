// The parameters that a resource was started with, for the actions that come without any.
//
// Pacemaker demotes a resource that was deleted while it ran without its parameters, and stops it
// without them when its controller has forgotten it (crm_resource --refresh, a restart of
// Pacemaker). "Not configured" for an answer gets the node fenced.
#pragma once

#include "ocf/description.hpp"
#include "ocf/request.hpp"

#include <filesystem>
#include <string_view>

namespace twinsite::ocf {

class LastParameters {
public:
    /// For agents whose description has a parameter with `identity`; for others it does nothing.
    /// The file lies in HA_RSCTMP, or in /run/twinsite, both of which a reboot empties.
    LastParameters(const Description& description, const Environment& environment);

    /// ENVIRONMENT with what is remembered, where ACTION is to end or demote something and a
    /// parameter with `identity` is missing; otherwise as it is.
    [[nodiscard]] Environment completed(std::string_view action,
                                        const Environment& environment) const;

    /// Keeps or forgets ENVIRONMENT's parameters when ACTION has ended with EXIT_CODE. A running
    /// resource that was taken over is remembered by its first monitor.
    void note(std::string_view action, int exit_code, const Environment& environment) const;

private:
    const Description& description_;
    std::filesystem::path file_; ///< empty: nothing is remembered

    [[nodiscard]] bool is_identified_by(const Environment& environment) const;
    void keep(const Environment& environment) const;
};

} // namespace twinsite::ocf
