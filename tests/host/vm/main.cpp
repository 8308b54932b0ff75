// Outside the cached root this program runs itself again inside, with the same arguments.
#include "tests/host/vm/hosts.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

namespace {

bool only_lists(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::strstr(argv[i], "--gtest_list_tests") != nullptr) {
            return true;
        }
    }
    return false;
}

int run_inside(int argc, char** argv) {
    std::vector<std::string> command{"env", fmt::format("{}=1", twinsite::testing::inside_variable),
                                     TWINSITE_BUILD_DIR "/tests/test_host_vm"};
    command.insert(command.end(), argv + 1, argv + argc);
    const auto output = twinsite::testing::run_in_root(
        command,
        {{TWINSITE_SOURCE_DIR, TWINSITE_SOURCE_DIR}, {TWINSITE_BUILD_DIR, TWINSITE_BUILD_DIR}},
        twinsite::Milliseconds(1'800'000));
    if (!output) {
        fmt::print(stderr, "{}\n", output.error().message);
        return 1;
    }
    fmt::print("{}{}", output->out, output->err);
    return output->exit_code;
}

} // namespace

int main(int argc, char** argv) {
    const bool inside = std::getenv(twinsite::testing::inside_variable) != nullptr;
    if (!inside && !only_lists(argc, argv) && !twinsite::testing::root_is_missing()) {
        return run_inside(argc, argv);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
