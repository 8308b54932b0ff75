// The background process of a started address, as the agent's actions see it.
#pragma once

#include "agents/vip/record.hpp"
#include "agents/vip/watchman.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace twinsite::vip {

/// What it saw since the last report was taken.
struct ConflictReport {
    network::IpAddress address;
    std::string by;        ///< link address of the other machine
    unsigned packets = 0;  ///< how often it was heard
    bool given_up = false; ///< the address was removed here because the other one answered for it

    friend bool operator==(const ConflictReport&, const ConflictReport&) = default;
};

std::string to_text(const ConflictReport& report);
Result<ConflictReport> parse_report(std::string_view text);

class Guard {
public:
    Guard() = default;
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    virtual ~Guard() = default;

    [[nodiscard]] virtual bool alive() const = 0;
    /// Leave RECORD's addresses to a new background process. Error conflict when there is one.
    virtual Status begin(const Record& record, const WatchPlan& plan) = 0;
    /// End it. Success when there is none. Error timeout when it does not go.
    virtual Status end(const Deadline& deadline) = 0;
    /// What it reported; it is not reported again.
    virtual std::optional<ConflictReport> take_report() = 0;
    /// Forget everything it left behind.
    virtual void clear() = 0;
};

/// NAME is the resource's, for the log. SHOW is called first in the background process: it makes
/// the process list tell it from the action it came from.
std::unique_ptr<Guard> open_guard(const RecordFile& record, std::string name,
                                  std::function<void()> show, Clock& clock);

} // namespace twinsite::vip
