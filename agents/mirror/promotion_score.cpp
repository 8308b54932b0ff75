#include "agents/mirror/promotion_score.hpp"

#include <twinsite/base/text.hpp>

namespace twinsite::mirror {

namespace {

std::string sbin(const ocf::Request& request) {
    const auto given = request.environment.find("HA_SBIN_DIR");
    return given == request.environment.end() || given->second.empty() ? "/usr/sbin"
                                                                       : given->second;
}

} // namespace

CrmAttributeScore::CrmAttributeScore(const ocf::Request& request, process::CommandRunner& runner)
    : program_(sbin(request) + "/crm_attribute")
    , refresh_(sbin(request) + "/attrd_updater")
    , resource_(request.resource())
    , runner_(runner) {}

Result<std::string> CrmAttributeScore::run(const std::string& what, const Deadline& deadline) {
    return runner_.run_ok(
        {{program_, "--quiet", "--promotion=" + resource_, "--lifetime=reboot", what}, {}, {}},
        deadline);
}

// A node that was frozen as DC and goes on again takes all others for lost, and deletes their
// attributes from the CIB when they have met again (seen with Pacemaker 2.1.5). pacemaker-attrd
// still knows the value, and does not write one that has not changed. So the CIB is asked, which
// the scheduler reads.
Status CrmAttributeScore::publish(const std::string& score, const Deadline& deadline) {
    const auto known = run("--query", deadline);
    if (known && trim(*known) == score) {
        return {};
    }
    const auto updated = run("--update=" + score, deadline);
    if (!updated) {
        return fail(updated.error());
    }
    return runner_.run_ok({{refresh_, "--quiet", "--refresh"}, {}, {}}, deadline)
        .map([](const std::string&) {});
}

Status CrmAttributeScore::withdraw(const Deadline& deadline) {
    return run("--delete", deadline).map([](const std::string&) {});
}

} // namespace twinsite::mirror
