#include "tests/support/topologies.hpp"

#include <twinsite/config/edit.hpp>

#include <gtest/gtest.h>

#include <array>

namespace twinsite::config {
namespace {

Result<std::string> set(std::string_view text, std::array<std::string_view, 3> path,
                        std::string_view value) {
    return set_string(text, path, value);
}

TEST(Edit, changes_one_value_and_nothing_else) {
    const std::string before = R"({ // "home": "no"
  "vms": { "a": { "x": ["home", {"home": "no"}], /* "home": "no" */ "home": "rz1" } },
  "luns": { "a": { "home": "rz1" } } })";
    const auto after = set(before, {"vms", "a", "home"}, "rz2");
    ASSERT_TRUE(after);
    std::string expected = before;
    const std::string_view old = "\"home\": \"rz1\" } },";
    expected.replace(expected.find(old), old.size(), "\"home\": \"rz2\" } },");
    EXPECT_EQ(*after, expected);
}

TEST(Edit, works_on_the_example) {
    const auto after = set(twinsite::testing::example_text(), {"luns", "red", "home"}, "rz2");
    ASSERT_TRUE(after);
    const auto topology = twinsite::testing::topology_from(*after);
    EXPECT_EQ(topology.luns[0].home, "rz2");
    EXPECT_EQ(topology.luns[1].home, "rz2");
    EXPECT_EQ(topology.vms[0].home, "rz1");
}

TEST(Edit, says_when_there_is_no_such_value) {
    EXPECT_FALSE(set(R"({"vms": {"a": {"home": 5}}})", {"vms", "a", "home"}, "rz2"));
    EXPECT_FALSE(set("{\"vms\": \"unfinished", {"vms", "a", "home"}, "rz2"));
}

} // namespace
} // namespace twinsite::config
