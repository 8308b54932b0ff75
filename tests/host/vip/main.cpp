// The tests run inside the cached root: it has the clients (ping, python3), and its namespaces end
// with everything the tests and the agent started. Without the root they report that they skip.
#include "tests/support/in_root.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr const char* inside = "TWINSITE_INSIDE_ROOT";

bool only_lists(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]).starts_with("--gtest_list_tests")) {
            return true;
        }
    }
    return false;
}

/// This program again, inside. Returns only when that failed.
int enter(int argc, char** argv) {
    const std::string script = TWINSITE_TEST_SUPPORT_DIR "/in-root";
    const std::string agents =
        std::string(TWINSITE_TEST_PROGRAM_DIR) + "=/usr/lib/ocf/resource.d/twinsite";
    const std::string self = std::filesystem::canonical("/proc/self/exe").string();
    std::vector<std::string> words{
        script, "--bind",       self + "=/twinsite/test",   "--bind",        agents,
        "--",   "/usr/bin/env", std::string(inside) + "=1", "/twinsite/test"};
    words.insert(words.end(), argv + 1, argv + argc);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::execv(script.c_str(), arguments.data());
    std::cerr << "cannot run " << script << "\n";
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    const bool is_inside = std::getenv(inside) != nullptr;
    if (!is_inside && !only_lists(argc, argv) && !twinsite::testing::root_is_missing()) {
        return enter(argc, argv);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
