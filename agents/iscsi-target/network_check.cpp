#include "agents/iscsi-target/network_check.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/target/login_check.hpp>

#include <fmt/format.h>

namespace twinsite::iscsi_target {

Status LoginCheck::check(const target::Specification& wanted) {
    if (wanted.iser) {
        log::debug("the portals speak iSER: no login is tried over TCP");
        return {};
    }
    for (const target::LoginRequest& request : target::login_requests(wanted)) {
        const auto output = runner_.run(
            {.argv = {program_.string()}, .input = target::to_text(request), .environment = {}},
            deadline_);
        if (!output) {
            return fail(output.error().in(
                fmt::format("looking at LUN {} at {}", request.lun, request.portal)));
        }
        if (!output->ok()) {
            return fail(ErrorKind::unreachable, output->complaint());
        }
    }
    return {};
}

} // namespace twinsite::iscsi_target
