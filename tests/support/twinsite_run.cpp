#include "tests/support/twinsite_run.hpp"

#include "tests/support/ocf_agent_run.hpp"

#include <twinsite/base/deadline.hpp>

namespace twinsite::testing {

std::filesystem::path twinsite_program() {
    return agent_program("twinsite");
}

process::Output run_twinsite(const std::vector<std::string>& arguments) {
    process::SystemCommandRunner runner;
    const SystemClock clock;
    process::Command command{{twinsite_program().string()}, {}, {}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    auto output = runner.run(command, Deadline::after(clock, std::chrono::seconds(60)));
    return output ? *output : process::Output{-1, {}, output.error().message};
}

process::Output script_in_root(const std::string& script, const std::filesystem::path& files,
                               Milliseconds patience) {
    const std::string prelude = R"(set -u
export PATH=/twinsite-bin:$PATH
cib-of-four-nodes() {
    cibadmin --empty | sed 's#<nodes/>#<nodes><node id="1" uname="rz1-a"/><node id="2" uname="rz1-b"/><node id="3" uname="rz2-a"/><node id="4" uname="rz2-b"/></nodes>#'
}
)";
    auto output = run_in_root(
        {"bash", "-c", prelude + script},
        {{twinsite_program().parent_path(), "/twinsite-bin"}, {files, "/files"}}, patience);
    return output ? *output : process::Output{-1, {}, output.error().message};
}

} // namespace twinsite::testing
