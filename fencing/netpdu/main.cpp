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
#include <cstdio>
#include <exception>

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

Result<power::Model> model_for(const Settings& settings, power::SnmpClient& client,
                               const Deadline& deadline) {
    if (settings.model != "auto") {
        return power::load_model(settings.model_dir, settings.model);
    }
    const auto models = power::load_models(settings.model_dir);
    if (!models) {
        return fail(models.error());
    }
    return power::detect_model(client, *models, deadline);
}

Result<Outcome> validate(const Settings& settings, Clock& clock) {
    if (settings.model != "auto") {
        if (const auto model = power::load_model(settings.model_dir, settings.model); !model) {
            return fail(model.error());
        }
    }
    if (const auto client = power::open_snmp(settings.target, clock); !client) {
        return fail(client.error());
    }
    return Outcome{};
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
        return validate(settings, clock);
    }
    auto client = power::open_snmp(settings.target, clock);
    if (!client) {
        return fail(client.error());
    }
    const auto model = model_for(settings, **client, deadline);
    if (!model) {
        return fail(model.error());
    }
    log::debug("{} is {}", printable(settings.target.address), model->title);
    const auto device = power::make_snmp_device(*model->snmp, std::move(*client));
    return Agent(settings, *device, clock, deadline).perform();
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
