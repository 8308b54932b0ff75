#include "tests/support/pdu_simulation.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace twinsite::testing {

namespace {

constexpr Milliseconds longest_life{300'000};
constexpr Milliseconds agent_patience{60'000};

const std::string programs = TWINSITE_TEST_PROGRAM_DIR;
const std::string models = TWINSITE_TEST_MODEL_DIR;

} // namespace

std::uint16_t free_port() {
    const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made so.
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no free port");
    }
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    return ntohs(address.sin_port);
}

FenceRun run_fence_agent(const std::string& input, const std::vector<std::string>& arguments) {
    const SystemClock clock;
    std::vector<std::string> argv{programs + "/fence_netpdu"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    process::SystemCommandRunner runner;
    const TimePoint begin = clock.now();
    const auto output = runner.run({argv, input, {}}, Deadline::after(clock, agent_patience));
    const auto took = std::chrono::ceil<Milliseconds>(clock.now() - begin);
    if (!output) {
        return {.exit_code = -1, .out = {}, .err = output.error().message, .took = took};
    }
    return {.exit_code = output->exit_code, .out = output->out, .err = output->err, .took = took};
}

PduSimulation::PduSimulation(const std::string& model, const std::vector<std::string>& arguments) {
    // Between the choice of a port and its use another test may take it: then the next.
    for (int tries = 0; tries < 5; ++tries) {
        start(model, arguments);
        if (is_up()) {
            return;
        }
        process_.join();
        const auto why = read_file(scratch_.path() / "log").value_or("no message");
        if (why.find("taken") == std::string::npos && why.find("in use") == std::string::npos) {
            throw std::runtime_error("the simulator does not come up: " + why);
        }
    }
    throw std::runtime_error("no port for the simulator");
}

void PduSimulation::start(const std::string& model, const std::vector<std::string>& arguments) {
    port_ = free_port();
    std::filesystem::remove(scratch_.path() / "log");
    std::vector<std::string> argv{programs + "/pdu-simulator",
                                  "--with-parent",
                                  "--model",
                                  model,
                                  "--models",
                                  models,
                                  "--listen",
                                  fmt::format("127.0.0.1:{}", port_),
                                  "--state",
                                  (scratch_.path() / "state").string(),
                                  "--community-read",
                                  "public",
                                  "--community-write",
                                  "private",
                                  "--v3-user",
                                  "fencer,SHA-256,AES," +
                                      scratch_.write("secret", secret() + "\n", 0600).string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    process_ = std::thread([argv, log = scratch_.path() / "log"] {
        process::SystemCommandRunner runner;
        const auto end = runner.run({argv, {}, {}}, Deadline::after(SystemClock(), longest_life));
        static_cast<void>(replace_file(log, end ? end->err : end.error().message));
    });
}

PduSimulation::~PduSimulation() {
    const auto pid = read_file(scratch_.path() / "state" / "pid");
    const auto number = parse_integer(pid ? trim(*pid) : "", 2, INT32_MAX);
    if (number) {
        ::kill(static_cast<pid_t>(*number), SIGTERM);
    }
    process_.join();
}

bool PduSimulation::is_up() const {
    SystemClock clock;
    const auto up = [&] { return std::filesystem::exists(scratch_.path() / "state" / "pid"); };
    const auto over = [&] { return std::filesystem::exists(scratch_.path() / "log"); };
    static_cast<void>(poll_until(clock, Deadline::after(clock, Milliseconds(20'000)),
                                 Milliseconds(5), [&] { return up() || over(); }));
    return up();
}

std::string PduSimulation::secret_file() const {
    return (scratch_.path() / "secret").string();
}

bool PduSimulation::is_on(unsigned outlet) const {
    const auto file = scratch_.path() / "state" / "outlets" / std::to_string(outlet);
    const auto state = read_file(file);
    if (!state) {
        throw std::runtime_error(state.error().message);
    }
    return trim(*state) != "off";
}

bool PduSimulation::were_off_together(const std::vector<unsigned>& outlets) const {
    const auto journal = read_file(scratch_.path() / "state" / "journal").value_or("");
    std::map<std::string, bool, std::less<>> off;
    for (const std::string_view line : lines(journal)) {
        const auto words = split(line);
        off[words.at(0)] = words.at(1) == "off";
        if (std::all_of(outlets.begin(), outlets.end(),
                        [&](unsigned outlet) { return off[std::to_string(outlet)]; })) {
            return true;
        }
    }
    return false;
}

FenceRun PduSimulation::fence(const std::string& parameters) const {
    return run_fence_agent(fmt::format("ip=127.0.0.1\nipport={}\nmodel_dir={}\nsnmp_version=2c\n"
                                       "community=private\nreboot_hold=0\n{}\n",
                                       port_, models, parameters));
}

} // namespace twinsite::testing
