// What Pacemaker asks of an agent: argv and the OCF_* environment, read once and checked.
#pragma once

#include "ocf/description.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::ocf {

using Environment = std::map<std::string, std::string, std::less<>>;

/// A copy of this process's environment.
Environment process_environment();

/// Parameter values after defaults and validation.
class Values {
public:
    explicit Values(const Description& description)
        : description_(&description) {}

    /// "" when it is not set and has no default.
    [[nodiscard]] const std::string& text(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] bool is_set(std::string_view name) const { return !text(name).empty(); }

    void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }

private:
    const Description* description_;
    std::map<std::string, std::string, std::less<>> values_;
};

/// The members of one notify list: resource instances and the nodes they are on, side by side.
struct NotifyList {
    std::vector<std::string> resources;
    std::vector<std::string> nodes;
};

struct Request {
    std::string action;
    std::string instance; ///< OCF_RESOURCE_INSTANCE, e.g. "vm_rot" or "mirror_red:1"
    Values values;
    unsigned check_level = 0; ///< OCF_CHECK_LEVEL of a monitor or validate-all
    bool probe = false;       ///< a monitor with interval 0
    Milliseconds timeout;     ///< what Pacemaker gives the action before it kills it
    Deadline deadline;        ///< when the agent itself gives up: earlier, to leave a reason
    Environment environment;

    /// The resource's name without a clone's ":N".
    [[nodiscard]] std::string_view resource() const;
    /// OCF_RESKEY_CRM_meta_NAME, "" when absent. NAME with underscores.
    [[nodiscard]] std::string_view meta(std::string_view name) const;
    /// This node's name in the cluster; the host name outside one.
    [[nodiscard]] std::string node() const;
    [[nodiscard]] NotifyList notify_list(std::string_view name) const;
};

/// Parse and validate. Errors are of kind invalid_config and name the parameter.
Result<Request> parse_request(const Description& description, std::string_view action,
                              const Environment& environment, const Clock& clock);

} // namespace twinsite::ocf
