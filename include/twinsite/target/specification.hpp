// What should be exported: one iSCSI target with all its LUNs, as the admin asked for it.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target {

/// Names and values of an implementation's switches, e.g. {"emulate_tpu", "1"}.
using Switches = std::map<std::string, std::string, std::less<>>;

struct Portal {
    std::string address; ///< numeric, in its shortest form; IPv6 without brackets
    std::uint16_t port = 3260;

    /// 192.0.2.1:3260 or [2001:db8::1]:3260.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool ipv6() const { return address.find(':') != std::string::npos; }

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes the hidden 0 for a pointer
    friend auto operator<=>(const Portal&, const Portal&) = default;
};

/// CHAP (RFC 7143, 12.1). The password appears in no message.
struct Credentials {
    std::string user;
    std::string password;

    [[nodiscard]] bool empty() const { return user.empty(); }
    friend bool operator==(const Credentials&, const Credentials&) = default;
};

/// What an initiator sees of a LUN besides its blocks; the same on every node.
struct Identity {
    std::string serial;  ///< VPD page 0x80, and from it the NAA designator of page 0x83
    std::string vendor;  ///< T10 vendor identification, at most 8 characters
    std::string product; ///< at most 16 characters

    friend bool operator==(const Identity&, const Identity&) = default;
};

struct Lun {
    std::uint64_t number = 0;
    std::string path; ///< a block device or a regular file
    Identity identity{};
    bool read_only = false;
};

/// One initiator of the access list; empty credentials: the target's apply.
struct Initiator {
    std::string name;
    Credentials incoming{};
    Credentials outgoing{};
};

struct Specification {
    std::string iqn;
    std::vector<Lun> luns;             ///< ascending numbers
    std::vector<Portal> portals;       ///< exactly these
    std::vector<Initiator> initiators; ///< empty: every initiator
    Credentials incoming{};            ///< initiators prove themselves with it
    Credentials outgoing{};            ///< the target proves itself with it (mutual CHAP)
    Switches lun_attributes{};         ///< of every LUN
    Switches session_parameters{};     ///< RFC 7143 keys, e.g. {"MaxBurstLength", "262144"}
    std::string alua_state{};          ///< "" or one of alua_states()
    bool iser = false;
    bool passwords_known = true;             ///< false: of the credentials only the users are
    bool initiator_credentials_known = true; ///< false: initiators may have some of their own
};

inline constexpr std::uint64_t highest_lun = 16383; ///< flat addressing, SAM-5

/// iqn., eui. or naa. names of RFC 7143, 4.2.7: lower case, at most 223 bytes. Error
/// invalid_config.
Status check_iscsi_name(std::string_view name);

/// "0=/dev/drbd0 1=/dev/drbd1", in any order; a number or a path twice is an error.
Result<std::vector<Lun>> parse_luns(std::string_view text);

/// "192.0.2.1:3260 [2001:db8::1]:3260"; without a port 3260. Host names are refused: they change.
Result<std::vector<Portal>> parse_portals(std::string_view text);

/// Names separated by blanks.
Result<std::vector<Initiator>> parse_initiators(std::string_view text);

/// "NAME=VALUE NAME=VALUE" where every name is one of KNOWN.
Result<Switches> parse_switches(std::string_view text, const std::vector<std::string>& known);

/// Lines "INITIATOR USER PASSWORD [USER PASSWORD]"; the second pair is what the target proves
/// itself with. '#' begins a comment. Fills the credentials of INITIATORS; errors name the line,
/// not what is in it.
Status parse_initiator_credentials(std::string_view text, std::vector<Initiator>& initiators);

/// A user name that a target accepts. Error invalid_config.
Status check_user(std::string_view user);

/// A user and a password that a target accepts. Error invalid_config.
Status check_credentials(const Credentials& credentials);

/// active/optimized, active/nonoptimized, standby, unavailable: index = the SPC-4 state code.
const std::vector<std::string>& alua_states();

} // namespace twinsite::target
