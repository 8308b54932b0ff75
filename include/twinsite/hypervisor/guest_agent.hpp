// The qemu guest agent: a program inside the guest that answers questions from outside.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <string>
#include <vector>

namespace twinsite::hypervisor {

class GuestAgent {
public:
    GuestAgent() = default;
    GuestAgent(const GuestAgent&) = delete;
    GuestAgent& operator=(const GuestAgent&) = delete;
    virtual ~GuestAgent() = default;

    /// Success when the agent answers. Errors: conflict when the guest has none or it is not
    /// connected, timeout when it does not answer.
    virtual Status ping(const DomainIdentity& identity, const Deadline& deadline) = 0;
    /// Run a program inside the guest; its exit code, 128 + signal when it was killed by one.
    virtual Result<int> run(const DomainIdentity& identity, const std::vector<std::string>& argv,
                            const Deadline& deadline) = 0;
};

} // namespace twinsite::hypervisor
