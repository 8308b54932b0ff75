// tgt's management protocol: fixed structures in the machine's byte order (usr/tgtadm.h, 1.0.x).
#pragma once

#include <twinsite/target/tgt.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace twinsite::target::tgt {

inline constexpr std::size_t request_size = 120;
inline constexpr std::size_t response_size = 8;
inline constexpr std::size_t parameters_limit = 8000; ///< the daemon takes 8 KiB

/// The bytes of a request; PARAMETERS with the zero byte that the daemon expects.
std::string encode(const TgtRequest& request);

struct Response {
    std::uint32_t error = 0;   ///< 0: done
    std::size_t text_size = 0; ///< that follows
};

/// HEADER is response_size bytes. Error protocol.
Result<Response> decode(std::string_view header);

/// TGTADM_USER_EXIST.
inline constexpr std::uint32_t account_exists = 14;

/// What the daemon's error number means (usr/tgtadm_error.h).
Error error_of(std::uint32_t number);

} // namespace twinsite::target::tgt
