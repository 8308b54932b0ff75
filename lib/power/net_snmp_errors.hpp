// What net-snmp and the device complain of, in our words. Private to lib/power.
#pragma once

#include <twinsite/power/snmp.hpp>

#include <string>

namespace twinsite::power::net_snmp {

/// What went wrong between us and the device, as opposed to what it answered.
Error session_error(int number, const std::string& device);

/// What the device answered to a set it did not perform.
Error set_error(long status, const VarBind& binding);

/// An SNMP error status by its name.
std::string status_name(long status);

} // namespace twinsite::power::net_snmp
