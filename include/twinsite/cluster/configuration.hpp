// The live configuration: read it, and change it in one step.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/xml.hpp>

#include <memory>
#include <string_view>

namespace twinsite::cluster {

/// Any XML document. Error invalid_config when it is not well-formed.
Result<site::Xml> parse_xml(std::string_view text);

/// A CIB from text. Error invalid_config when it is no well-formed XML or no <cib>.
Result<site::Xml> parse_cib(std::string_view text);

class Configuration {
public:
    Configuration() = default;
    Configuration(const Configuration&) = delete;
    Configuration& operator=(const Configuration&) = delete;
    virtual ~Configuration() = default;

    /// False for a file: nobody acts on it, so there is nothing to wait for.
    [[nodiscard]] virtual bool acts() const = 0;

    /// The whole CIB, status included.
    virtual Result<site::Xml> read() = 0;

    /// Make the <configuration> of BEFORE (as read() gave it) that of AFTER, in one transaction.
    /// The status section does not matter. Errors: conflict when the cluster's configuration is no
    /// longer that of BEFORE; unreachable when it can no longer be read; invalid_config when the
    /// cluster refuses it as against its schema; permission (nothing was changed by any of these);
    /// timeout when the cluster did not say whether it took it: outcome unknown.
    virtual Status change(const site::Xml& before, const site::Xml& after) = 0;
};

/// The cluster this node belongs to, through libcib; CIB_file in the environment names a file
/// instead, as for Pacemaker's own tools.
/// Errors: unreachable when no cluster runs here; permission.
Result<std::unique_ptr<Configuration>> open_configuration();

} // namespace twinsite::cluster
