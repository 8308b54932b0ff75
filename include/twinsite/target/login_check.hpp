// Looks at a LUN as an initiator does: through the network.
#pragma once

#include <twinsite/target/specification.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target {

struct LoginRequest {
    std::string portal; ///< ADDRESS:PORT
    std::string iqn;
    std::uint64_t lun = 0;
    std::string initiator; ///< the name to log in with
    Credentials incoming{};
    Credentials outgoing{};
    std::string serial; ///< that the LUN has to have
};

/// How the request travels to the program that performs it: through its stdin, because of the
/// passwords. One "NAME VALUE" a line.
std::string to_text(const LoginRequest& request);
/// Error invalid_config for what to_text() does not write.
Result<LoginRequest> parse_login_request(std::string_view text);

/// The requests that look at WANTED as its first initiator: every LUN through the first portal, and
/// the first LUN through every other one.
std::vector<LoginRequest> login_requests(const Specification& wanted);

/// Whether libiscsi (1.19) understands how LIO proves itself as USER in mutual CHAP: it takes the
/// padding after "CHAP_N=USER\0CHAP_R=0x<32 digits>\0" for text, and LIO does not clear it (RFC
/// 7143, 11.2.1: padding "SHOULD" be zero). So that text has to fill whole words of four bytes.
bool libiscsi_reads_proof(std::string_view user);

/// Log in, compare the serial, read the first block, log out. A block that somebody has reserved
/// counts as read. Blocks up to SECONDS for each step.
/// Errors: unreachable when no login succeeds, conflict for another serial, internal when the read
/// fails.
Status check_login(const LoginRequest& request, int seconds);

} // namespace twinsite::target
