#include "tests/support/topologies.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/config/topology_file.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace twinsite::testing {

namespace {

std::string text_of(const char* path) {
    auto text = read_file(path);
    if (!text) {
        throw std::runtime_error(text.error().message);
    }
    return *std::move(text);
}

void replace_once(std::string& text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    if (at == std::string::npos) {
        throw std::runtime_error("the example does not contain " + std::string(what));
    }
    text.replace(at, what.size(), with);
}

} // namespace

std::string example_text() {
    return text_of(TWINSITE_EXAMPLES "/two-sites.json");
}

std::string example_with(std::string_view what, std::string_view with) {
    std::string text = example_text();
    replace_once(text, what, with);
    return text;
}

std::string with_majority(std::string text) {
    replace_once(text, "\"keep-home\"", "\"majority\"");
    replace_once(text, "\"sites\":", "\"witness\": { \"address\": \"192.0.2.9\" }, \"sites\":");
    for (const char* node : {"rz1-a", "rz1-b", "rz2-a", "rz2-b"}) {
        const std::string head = "\"" + std::string(node) + "\": {\n";
        replace_once(text, head, head + "      \"watchdog\": \"/dev/watchdog\",\n");
    }
    return text;
}

site::Topology topology_from(std::string_view text) {
    const auto loaded = config::parse_topology(text);
    EXPECT_TRUE(loaded) << loaded.error().message;
    if (!loaded || !loaded->topology) {
        for (const auto& finding : loaded ? loaded->findings : std::vector<site::Finding>{}) {
            ADD_FAILURE() << finding.where << ": " << finding.problem;
        }
        return {};
    }
    return *loaded->topology;
}

site::Topology example_topology() {
    return topology_from(example_text());
}

site::Topology converged_topology() {
    return topology_from(text_of(TWINSITE_LAB_CONFIG "/converged.json"));
}

} // namespace twinsite::testing
