// Where the cluster learns how fit this replica is: the transient node attribute master-RESOURCE.
#pragma once

#include "ocf/request.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <string>

namespace twinsite::mirror {

class PromotionScore {
public:
    PromotionScore() = default;
    PromotionScore(const PromotionScore&) = delete;
    PromotionScore& operator=(const PromotionScore&) = delete;
    virtual ~PromotionScore() = default;

    /// Makes sure that the CIB has it. SCORE as Pacemaker writes it: a number or -INFINITY.
    virtual Status publish(const std::string& score, const Deadline& deadline) = 0;
    virtual Status withdraw(const Deadline& deadline) = 0;
};

/// Through crm_attribute of HA_SBIN_DIR.
class CrmAttributeScore final : public PromotionScore {
public:
    CrmAttributeScore(const ocf::Request& request, process::CommandRunner& runner);

    Status publish(const std::string& score, const Deadline& deadline) override;
    Status withdraw(const Deadline& deadline) override;

private:
    Result<std::string> run(const std::string& what, const Deadline& deadline);

    std::string program_;
    std::string refresh_;
    std::string resource_;
    process::CommandRunner& runner_;
};

} // namespace twinsite::mirror
