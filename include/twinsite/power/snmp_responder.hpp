// The other end of SNMP: answers requests. The simulator of PDUs is built on it.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/snmp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::power {

enum class SnmpOperation { get, next, bulk, set };

/// The error-status of a response, with SNMP's own numbers (RFC 3416, section 3).
enum class SnmpErrorStatus : int {
    none = 0,
    no_such_name = 2,
    bad_value = 3,
    general = 5,
    no_access = 6,
    wrong_type = 7,
    wrong_value = 10,
    inconsistent_value = 12,
    commit_failed = 14,
    not_writable = 17,
    authorization = 16,
};

struct SnmpRequest {
    SnmpOperation operation = SnmpOperation::get;
    std::vector<VarBind> bindings;
    unsigned repetitions = 1; ///< of a bulk request
    bool v1 = false;          ///< an absent object is an error then, not a value
    bool may_write = false;   ///< what the community or user allows
};

struct SnmpAnswer {
    std::vector<VarBind> bindings;
    SnmpErrorStatus error = SnmpErrorStatus::none;
    unsigned error_index = 0; ///< from 1
    unsigned copies = 1;      ///< 0 loses the answer
    Milliseconds delay{0};    ///< before it is sent
};

struct ResponderOptions {
    std::string address; ///< numeric IP:PORT or [IPv6]:PORT, bound exactly
    std::string name;    ///< makes the engine's identifier
    std::uint32_t engine_boots = 1;
    std::vector<std::string> read_communities;
    std::vector<std::string> write_communities; ///< may read too
    std::vector<SnmpV3User> users;              ///< may write
};

class SnmpResponder {
public:
    using Handler = std::function<SnmpAnswer(const SnmpRequest&)>;

    /// Binds. Errors: conflict when the address is taken, invalid_config. One per process.
    static Result<std::unique_ptr<SnmpResponder>> open(const ResponderOptions& options,
                                                       Handler handler);
    SnmpResponder() = default;
    SnmpResponder(const SnmpResponder&) = delete;
    SnmpResponder& operator=(const SnmpResponder&) = delete;
    virtual ~SnmpResponder() = default;

    /// Answers what arrives for at most DURATION; a signal ends it earlier.
    virtual void serve(Milliseconds duration) = 0;
    /// As a restart of the device does (+1), or the loss of its memory (-1).
    virtual void change_boots(int more) = 0;
};

} // namespace twinsite::power
