#include "agents/mirror/handler/handler.hpp"

#include <twinsite/log/log.hpp>

#include <ctime>
#include <exception>

using namespace twinsite;

int main(int argc, char** argv) {
    // Its stderr goes nowhere when the kernel calls: the system log is where an admin looks.
    const log::Session session({.name = "twinsite-drbd", .use_syslog = true});
    try {
        auto call = mirror::HandlerCall::from({argv, static_cast<std::size_t>(argc)});
        if (!call) {
            log::error("{}", call.error().message);
            return 1;
        }
        process::SystemCommandRunner runner;
        SystemClock clock;
        mirror::Drbd drbd(call->resource, runner);
        return mirror::Handler(*call,
                               {drbd, runner, clock,
                                [] { return static_cast<mirror::UnixTime>(std::time(nullptr)); }})
            .run();
    } catch (const std::exception& bug) {
        log::error("a bug in drbd-handler: {}", bug.what());
        return 1;
    }
}
