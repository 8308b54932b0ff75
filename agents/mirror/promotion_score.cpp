#include "agents/mirror/promotion_score.hpp"

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
    , resource_(request.resource())
    , runner_(runner) {}

Status CrmAttributeScore::run(std::vector<std::string> arguments, const Deadline& deadline) {
    std::vector<std::string> argv{program_, "--quiet", "--promotion=" + resource_,
                                  "--lifetime=reboot"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return runner_.run_ok({std::move(argv), {}, {}}, deadline).map([](const std::string&) {});
}

Status CrmAttributeScore::publish(const std::string& score, const Deadline& deadline) {
    return run({"--update=" + score}, deadline);
}

Status CrmAttributeScore::withdraw(const Deadline& deadline) {
    return run({"--delete"}, deadline);
}

} // namespace twinsite::mirror
