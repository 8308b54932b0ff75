// Commands for the guest agent go through libvirt-qemu, which is loaded when it is first needed.
#include "lib/hypervisor/libvirt_implementation.hpp"

#include <twinsite/base/text.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <libvirt/libvirt-qemu.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace twinsite::hypervisor {

namespace {

using Json = nlohmann::json;

constexpr Milliseconds status_interval{200};

decltype(&::virDomainQemuAgentCommand) agent_command() {
    static const auto function = [] {
        void* library = ::dlopen("libvirt-qemu.so.0", RTLD_NOW | RTLD_LOCAL);
        return library == nullptr ? nullptr
                                  : reinterpret_cast<decltype(&::virDomainQemuAgentCommand)>(
                                        ::dlsym(library, "virDomainQemuAgentCommand"));
    }();
    return function;
}

int whole_seconds(Milliseconds time) {
    return static_cast<int>(std::clamp<std::int64_t>(time.count() / 1000, 1, 3600));
}

/// The "return" of one command.
Result<Json> converse(virConnectPtr open, const DomainIdentity& identity, const Json& command,
                      int seconds) {
    const auto domain = look_up(open, identity);
    if (!domain) {
        return fail(domain.error());
    }
    const auto send = agent_command();
    if (send == nullptr) {
        return fail(ErrorKind::not_installed, "libvirt-qemu.so.0 is not installed");
    }
    const std::string text = command.dump(-1, ' ', true, Json::error_handler_t::replace);
    const CText answer(send(domain->get(), text.c_str(), seconds, 0));
    if (!answer) {
        return fail(last_error("guest agent"));
    }
    const Json json = Json::parse(answer.get(), nullptr, false);
    if (!json.is_object() || !json.contains("return")) {
        return fail(ErrorKind::protocol,
                    fmt::format("guest agent: it answered \"{}\"", printable(answer.get())));
    }
    return json["return"];
}

std::int64_t number_in(const Json& object, const char* key, std::int64_t otherwise) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_number_integer()
               ? found->get<std::int64_t>()
               : otherwise;
}

} // namespace

Status Libvirt::ping(const DomainIdentity& identity, const Deadline& deadline) {
    const int seconds = whole_seconds(deadline.left(implementation_->connection.clock()));
    return implementation_->connection
        .call<Json>(deadline,
                    [identity, seconds](virConnectPtr open) {
                        return converse(open, identity, {{"execute", "guest-ping"}}, seconds);
                    })
        .map([](const Json&) {});
}

Result<int> Libvirt::run(const DomainIdentity& identity, const std::vector<std::string>& argv,
                         const Deadline& deadline) {
    if (argv.empty()) {
        return fail(ErrorKind::invalid_config, "no command for the guest");
    }
    Clock& clock = implementation_->connection.clock();
    const auto ask = [&](const Json& command) {
        const int seconds = whole_seconds(deadline.left(clock));
        return implementation_->connection.call<Json>(
            deadline, [identity, command, seconds](virConnectPtr open) {
                return converse(open, identity, command, seconds);
            });
    };
    const auto begun = ask({{"execute", "guest-exec"},
                            {"arguments",
                             {{"path", argv.front()},
                              {"arg", std::vector<std::string>(argv.begin() + 1, argv.end())}}}});
    if (!begun) {
        return fail(begun.error());
    }
    const Json question = {{"execute", "guest-exec-status"},
                           {"arguments", {{"pid", number_in(*begun, "pid", -1)}}}};
    constexpr const char* overdue = "the check in the guest did not end in time";
    while (!deadline.passed(clock)) {
        const auto status = ask(question);
        if (!status && status.error().kind == ErrorKind::timeout) {
            // The time ended during a question, not between two. What is known is the same: the
            // check was begun and was not seen to end. The cause stands behind it.
            return fail(ErrorKind::timeout, fmt::format("{}: {}", overdue, status.error().message));
        }
        if (!status) {
            return fail(status.error());
        }
        if (status->is_object() && status->contains("exited") && (*status)["exited"] == true) {
            const auto signal = number_in(*status, "signal", 0);
            return static_cast<int>(signal != 0 ? 128 + signal
                                                : number_in(*status, "exitcode", 255));
        }
        clock.pause(std::min(status_interval, deadline.left(clock)));
    }
    return fail(ErrorKind::timeout, overdue);
}

} // namespace twinsite::hypervisor
