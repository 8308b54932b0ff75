// What single values must look like. Each answers "" or the reason why not.
#pragma once

#include <string>
#include <string_view>

namespace twinsite::config {

/// Site, node, LUN, VM, PDU names: they become ids, attributes, file names and command arguments.
std::string wrong_name(std::string_view text);
std::string wrong_ip(std::string_view text);
/// An IP address, or a host name.
std::string wrong_host(std::string_view text);
std::string wrong_absolute_path(std::string_view text);
/// iqn., eui. or naa., as initiators and targets take it.
std::string wrong_iscsi_name(std::string_view text);
/// /dev/drbdN.
std::string wrong_drbd_device(std::string_view text);
/// One word without quotes, blanks or characters that configuration files give a meaning to.
std::string wrong_word(std::string_view text);
/// HH:MM-HH:MM.
std::string wrong_window(std::string_view text);

} // namespace twinsite::config
