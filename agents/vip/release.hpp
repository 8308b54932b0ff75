// What stop changes: everything start added, and nothing else.
#pragma once

#include "agents/vip/takeover.hpp"
#include "ocf/request.hpp"

namespace twinsite::vip {

/// Remove all that RECORD lists, rules and routes first, and put back what it took away. One status
/// for each; what was gone already, or is back already, is well.
std::vector<Status> undone(network::Network& network, const Record& record);

class Release {
public:
    Release(const Tools& tools, const ocf::Request& request)
        : tools_(tools)
        , request_(request) {}

    /// Success means: none of it is left on this node, or was never ours.
    Status run();

private:
    /// What is here now and was put here by this resource.
    Result<Record> ours();
    Status add_by_parameters(Record& found, const std::optional<Record>& record);
    void reset_connections(const Record& record);

    const Tools& tools_;
    const ocf::Request& request_;
};

} // namespace twinsite::vip
