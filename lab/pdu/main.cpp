// pdu-simulator: one PDU as a small host of its own. It speaks SNMP at one address, and a program
// of the caller's cuts and gives the power.
#include "device.hpp"
#include "engine_clock.hpp"
#include "faults.hpp"
#include "http_device.hpp"
#include "http_server.hpp"
#include "relays.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/power/model.hpp>
#include <twinsite/power/snmp_responder.hpp>
#include <twinsite/process/command.hpp>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>

namespace twinsite::pdu {

namespace {

constexpr Milliseconds hook_patience{60'000};
constexpr Milliseconds round{200};

struct Options {
    std::string name = "pdu";
    std::string model = "apc-rpdu2";
    std::filesystem::path models = TWINSITE_MODEL_DIR;
    unsigned outlets = 8;
    std::string listen;
    std::filesystem::path state;
    std::vector<std::string> read_communities;
    std::vector<std::string> write_communities;
    std::vector<std::string> users;
    std::vector<std::string> names;
    std::vector<std::string> faults;
    std::string hook;
    unsigned relay_delay = 0;
    std::uint32_t row_offset = 0;
    bool with_parent = false;
};

std::atomic<bool> ending = false;

void declare(CLI::App& app, Options& options) {
    app.add_option("--name", options.name, "The PDU's name");
    app.add_option("--model", options.model, "A family: the name of a model file");
    app.add_option("--models", options.models, "The directory of the model files");
    app.add_option("--outlets", options.outlets, "How many")->check(CLI::Range(1, 128));
    app.add_option("--listen", options.listen, "ADDRESS:PORT, numbers only")->required();
    app.add_option("--state", options.state, "A directory for the outlets' states")->required();
    app.add_option("--community-read", options.read_communities, "May read");
    app.add_option("--community-write", options.write_communities, "May read and write");
    app.add_option("--v3-user", options.users,
                   "NAME,AUTH,PRIV,FILE: AUTH and PRIV may be \"none\"; the file's first line is "
                   "the password of both");
    app.add_option("--outlet-name", options.names, "NUMBER=TEXT");
    app.add_option("--fault", options.faults,
                   "What goes wrong: KIND[=VALUE][@OUTLET], see faults.hpp");
    app.add_option("--on-change", options.hook,
                   "Program called as PROGRAM NAME OUTLET on|off; the outlet has moved when it "
                   "has ended with 0");
    app.add_option("--relay-delay", options.relay_delay, "Milliseconds a relay takes");
    app.add_flag("--with-parent", options.with_parent, "End when the parent ends");
    app.add_option("--row-offset", options.row_offset,
                   "Number table rows from this plus 1, where the family's rows are no outlets");
}

Result<power::SnmpV3User> user_of(const std::string& text) {
    const auto words = split(text, ",");
    if (words.size() != 4) {
        return fail(ErrorKind::invalid_config, "--v3-user wants NAME,AUTH,PRIV,FILE");
    }
    power::SnmpV3User user{.name = words[0],
                           .level = words[1] == "none"   ? power::SecurityLevel::no_auth_no_priv
                                    : words[2] == "none" ? power::SecurityLevel::auth_no_priv
                                                         : power::SecurityLevel::auth_priv,
                           .auth_protocol = words[1],
                           .auth_password = {},
                           .priv_protocol = words[2],
                           .priv_password = {}};
    if (user.level != power::SecurityLevel::no_auth_no_priv) {
        auto secret = read_secret_file(words[3]);
        if (!secret) {
            return fail(secret.error());
        }
        user.auth_password = *secret;
        user.priv_password = *secret;
    }
    return user;
}

/// SNMPv3 wants to know how often its engine has started.
Result<std::uint32_t> count_start(const std::filesystem::path& state) {
    const auto file = state / "boots";
    const auto before = parse_integer(trim(read_file(file).value_or("10")), 0, INT32_MAX - 1);
    const auto now = static_cast<std::uint32_t>(before.value_or(0) + 1);
    return replace_file(file, fmt::format("{}\n", now)).map([&] { return now; });
}

Result<power::ResponderOptions> responder_options(const Options& options) {
    power::ResponderOptions wanted{.address = options.listen,
                                   .name = options.name,
                                   .engine_boots = 1,
                                   .read_communities = options.read_communities,
                                   .write_communities = options.write_communities,
                                   .users = {}};
    for (const std::string& text : options.users) {
        auto user = user_of(text);
        if (!user) {
            return fail(user.error());
        }
        wanted.users.push_back(std::move(*user));
    }
    const auto boots = count_start(options.state);
    if (!boots) {
        return fail(boots.error());
    }
    wanted.engine_boots = *boots;
    return wanted;
}

Result<DeviceOptions> device_options(const Options& options) {
    DeviceOptions wanted{.name = options.name,
                         .outlet_names = {},
                         .row_offset = options.row_offset,
                         .has_outlets = std::find(options.faults.begin(), options.faults.end(),
                                                  "no-outlets") == options.faults.end()};
    for (const std::string& text : options.names) {
        const std::size_t equals = text.find('=');
        const auto number = parse_integer(text.substr(0, equals), 1, options.outlets);
        if (!number || equals == std::string::npos) {
            return fail(ErrorKind::invalid_config, "--outlet-name wants NUMBER=TEXT");
        }
        wanted.outlet_names[static_cast<unsigned>(*number)] = text.substr(equals + 1);
    }
    return wanted;
}

Result<std::vector<Fault>> faults_of(const Options& options) {
    std::vector<Fault> faults;
    for (const std::string& text : options.faults) {
        const auto fault = parse_fault(text);
        if (!fault) {
            return fail(fault.error());
        }
        faults.push_back(*fault);
    }
    return faults;
}

RelayNatures natures_of(const Options& options, const std::vector<Fault>& faults) {
    return [&options, &faults](unsigned outlet) {
        RelayNature nature{.delay = Milliseconds(options.relay_delay)};
        for (const Fault& fault : faults) {
            if (fault.outlet.value_or(outlet) != outlet) {
                continue;
            }
            nature.stuck = nature.stuck || fault.kind == FaultKind::stuck;
            if (fault.kind == FaultKind::pending) {
                nature.delay = Milliseconds(fault.value);
            }
        }
        return nature;
    };
}

Hook hook_of(const Options& options) {
    if (options.hook.empty()) {
        return [](unsigned, bool) { return Status{}; };
    }
    return [&options](unsigned outlet, bool on) -> Status {
        process::SystemCommandRunner runner;
        const process::Command command{
            {options.hook, options.name, fmt::format("{}", outlet), on ? "on" : "off"}, {}, {}};
        const SystemClock clock;
        const auto done = runner.run_ok(command, Deadline::after(clock, hook_patience));
        return done ? Status{} : Status(fail(done.error()));
    };
}

/// The pid file says that the device can be asked.
Status announce(const Options& options) {
    log::info("{} answers at {}", options.name, options.listen);
    return replace_file(options.state / "pid", fmt::format("{}\n", ::getpid()));
}

Status serve_http(const Options& options, const std::vector<Fault>& faults, Relays& relays) {
    if (!HttpDevice::knows(options.model)) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{} cannot be simulated over HTTP", options.model));
    }
    HttpDevice device(options.model, faults, relays);
    auto server =
        HttpServer::open(options.listen, [&](const HttpCall& call) { return device.answer(call); });
    if (!server) {
        return fail(server.error());
    }
    if (auto announced = announce(options); !announced) {
        return announced;
    }
    while (!ending) {
        server->serve(round);
    }
    return {};
}

Status serve_snmp(const Options& options, power::Model model, const std::vector<Fault>& faults,
                  Relays& relays) {
    const auto shown = device_options(options);
    const auto wanted = responder_options(options);
    if (!shown || !wanted) {
        return fail(!shown ? shown.error() : wanted.error());
    }
    Device device(std::move(model), *shown, relays);
    std::unique_ptr<power::SnmpResponder> responder;
    FaultyDevice faulty(device, faults,
                        {.change_boots = [&](int more) { responder->change_boots(more); },
                         .skew_time = skew_engine_time});
    auto opened = power::SnmpResponder::open(
        *wanted, [&](const power::SnmpRequest& request) { return faulty.answer(request); });
    if (!opened) {
        return fail(opened.error());
    }
    responder = std::move(*opened);
    if (auto announced = announce(options); !announced) {
        return announced;
    }
    while (!ending) {
        responder->serve(round);
    }
    return {};
}

Status run(const Options& options) {
    if (options.with_parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    std::filesystem::create_directories(options.state);
    auto model = power::load_model(options.models, options.model);
    const auto faults = faults_of(options);
    if (!model || !faults) {
        return fail(!model ? model.error() : faults.error());
    }
    Relays relays(options.state, options.outlets, natures_of(options, *faults), hook_of(options));
    return model->http ? serve_http(options, *faults, relays)
                       : serve_snmp(options, std::move(*model), *faults, relays);
}

void end(int /*signal*/) {
    ending = true;
}

} // namespace

} // namespace twinsite::pdu

int main(int argc, char** argv) {
    using namespace twinsite;
    CLI::App app("A PDU that speaks SNMP, for tests and the lab");
    pdu::Options options;
    pdu::declare(app, options);
    CLI11_PARSE(app, argc, argv)
    std::signal(SIGTERM, pdu::end);
    std::signal(SIGINT, pdu::end);
    const log::Session session({.name = "pdu-simulator"});
    try {
        if (const auto status = pdu::run(options); !status) {
            log::error("{}", status.error().message);
            return 1;
        }
    } catch (const std::exception& bug) {
        log::error("a bug: {}", bug.what());
        return 1;
    }
    return 0;
}
