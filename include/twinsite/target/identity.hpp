// A LUN's identity, derived from its target's name and its number and from nothing else, so that
// it is the same on every node, for every implementation and after every reinstallation.
#pragma once

#include <twinsite/target/specification.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace twinsite::target {

inline constexpr std::string_view default_vendor = "TWINSITE";
inline constexpr std::string_view default_product = "VIRTUAL-DISK";

/// The name-based UUID (RFC 9562, version 5) of "IQN,NUMBER" in the namespace of URLs:
/// `uuidgen --sha1 --namespace @url --name IQN,NUMBER` prints the same.
std::string derived_serial(std::string_view iqn, std::uint64_t lun);

/// The NAA 6 designator that LIO makes of a serial (spc_gen_naa_6h_vendor_specific):
/// 6, company id 001405, then the serial's first 25 hexadecimal digits. Without "0x".
std::string naa_of_serial(std::string_view serial);

/// Fill every empty field of every LUN's identity. SERIALS is "" or "NUMBER=SERIAL ...", or one
/// serial when there is one LUN. Errors invalid_config: too long, not printable, used twice.
Status complete_identities(Specification& specification, std::string_view serials,
                           std::string_view vendor, std::string_view product);

} // namespace twinsite::target
