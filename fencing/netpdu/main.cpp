// fence_netpdu: fencing through networked power outlets.
#include "agent.hpp"
#include "documents.hpp"
#include "input.hpp"
#include "settings.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/power/device.hpp>
#include <twinsite/power/model.hpp>
#include <twinsite/power/snmp.hpp>
#include <twinsite/process/command.hpp>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>

namespace twinsite::fencing {

namespace {

constexpr std::size_t longest_input = 1024UL * 1024UL;

Result<std::string> read_stdin() {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got < 0) {
            return fail(error_from_errno(errno, "standard input"));
        }
        if (got == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > longest_input) {
            return fail(ErrorKind::invalid_config, "standard input is larger than 1 MiB");
        }
    }
}

Result<Input> read_input(int argc, char** argv) {
    if (argc > 1) {
        return read_command_line({argv, static_cast<std::size_t>(argc)});
    }
    return read_stdin().map([](const std::string& text) { return read_stdin_text(text); });
}

/// What needs no device, no log and no parameters.
bool print_document(const Input& input, const std::string& action) {
    const auto flag = [&](std::string_view name) {
        const auto found = input.values.find(name);
        return found != input.values.end() && parse_boolean(found->second).value_or(false);
    };
    if (flag("help")) {
        fmt::print("{}", usage());
    } else if (flag("version")) {
        fmt::print("{}\n", TWINSITE_VERSION);
    } else if (action == "metadata") {
        fmt::print("{}", metadata());
    } else if (action == "manpage") {
        fmt::print("{}", manual());
    } else {
        return false;
    }
    return true;
}

/// Asks the device which family it is of: SNMP only.
Result<power::Model> detect(const Settings& settings, power::SnmpClient& client,
                            const Deadline& deadline) {
    const auto system = power::system_identifier(client, deadline);
    if (!system) {
        return fail(system.error());
    }
    const auto loaded = power::load_models(settings.model_dir, power::enterprise_of(*system));
    if (!loaded) {
        return fail(loaded.error());
    }
    for (const std::string& complaint : loaded->complaints) {
        log::warning("a model is left out: {}", complaint);
    }
    return power::detect_model(client, *system, loaded->models, deadline);
}

Result<std::unique_ptr<power::PowerDevice>> snmp_device(const Settings& settings,
                                                        std::optional<power::Model> model,
                                                        Clock& clock, const Deadline& deadline) {
    auto client = power::open_snmp(settings.target, clock);
    if (!client) {
        return fail(client.error());
    }
    if (!model) {
        auto detected = detect(settings, **client, deadline);
        if (!detected) {
            return fail(detected.error());
        }
        model = std::move(*detected);
    }
    log::debug("{} is {}", printable(settings.target.address), model->title);
    return power::make_snmp_device(std::move(*model->snmp), std::move(*client));
}

/// Nothing is sent where the model is given.
Result<std::unique_ptr<power::PowerDevice>> open_device(const Settings& settings, Clock& clock,
                                                        const Deadline& deadline) {
    if (settings.model == "auto") {
        return snmp_device(settings, std::nullopt, clock, deadline);
    }
    auto model = power::load_model(settings.model_dir, settings.model);
    if (!model) {
        return fail(model.error());
    }
    if (!model->http) {
        return snmp_device(settings, std::move(*model), clock, deadline);
    }
    auto client = power::open_http(settings.http, clock);
    if (!client) {
        return fail(client.error());
    }
    return power::make_http_device(std::move(*model->http), std::move(*client));
}

Result<Outcome> validate(const Settings& settings, Clock& clock, const Deadline& deadline) {
    if (settings.model != "auto") {
        const auto device = open_device(settings, clock, deadline);
        return device ? Result<Outcome>(Outcome{}) : fail(device.error());
    }
    const auto client = power::open_snmp(settings.target, clock);
    return client ? Result<Outcome>(Outcome{}) : fail(client.error());
}

Result<Outcome> perform(Settings settings) {
    SystemClock clock;
    process::SystemCommandRunner runner;
    if (settings.action == "off" || settings.action == "reboot") {
        clock.pause(settings.delay);
    }
    const auto deadline = Deadline::after(clock, settings.power_timeout);
    if (const auto fetched = fetch_secrets(settings, runner, deadline); !fetched) {
        return fail(fetched.error());
    }
    if (settings.action == "validate-all") {
        return validate(settings, clock, deadline);
    }
    const auto device = open_device(settings, clock, deadline);
    if (!device) {
        return fail(device.error());
    }
    return Agent(settings, **device, clock, deadline).perform();
}

log::Options log_options(const Output& output) {
    return {.name = "fence_netpdu",
            .level = output.verbose > 0 ? log::Level::debug : log::Level::info,
            .use_stderr = !output.quiet};
}

int finish(const Result<Outcome>& outcome) {
    if (!outcome) {
        log::error("{}", outcome.error().message);
        return static_cast<int>(ExitCode::error);
    }
    fmt::print("{}", outcome->output);
    return static_cast<int>(outcome->code);
}

/// The last resort against a library that does not come back: nothing here may hang.
void end_at_the_latest(const Settings& settings) {
    struct sigaction action {};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): the type of the C struct.
    action.sa_handler = [](int) {
        constexpr std::string_view reason =
            "fence_netpdu: error: a step does not come to its end\n";
        static_cast<void>(::write(STDERR_FILENO, reason.data(), reason.size()));
        ::_exit(static_cast<int>(ExitCode::error));
    };
    ::sigaction(SIGALRM, &action, nullptr);
    const auto longest = settings.delay + settings.power_timeout * 2 + settings.reboot_hold +
                         std::chrono::seconds(10);
    ::alarm(static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(longest).count()));
}

int run(int argc, char** argv) {
    const auto input = read_input(argc, argv);
    if (input && print_document(*input, action_of(*input))) {
        return 0;
    }
    const log::Session session(log_options(input ? output_of(*input) : Output{}));
    if (!input) {
        return finish(fail(input.error()));
    }
    for (const std::string& warning : input->warnings) {
        log::warning("{}", warning);
    }
    auto settings = settings_of(*input);
    if (!settings) {
        return finish(fail(settings.error()));
    }
    end_at_the_latest(*settings);
    return finish(perform(std::move(*settings)));
}

} // namespace

} // namespace twinsite::fencing

int main(int argc, char** argv) {
    // Passwords are in this process's memory: it leaves no core and nobody may look into it.
    ::prctl(PR_SET_DUMPABLE, 0);
    try {
        return twinsite::fencing::run(argc, argv);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "fence_netpdu: a bug: {}\n", bug.what());
        return 1;
    }
}
