#include <twinsite/base/choice.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace twinsite {
namespace {

TEST(NoSuch, names_the_nearest_or_else_all_when_they_are_few) {
    const std::vector<std::string> known{"red", "blue"};
    EXPECT_EQ(no_such("LUN", "rde", known), "there is no LUN \"rde\"; did you mean \"red\"?");
    EXPECT_EQ(no_such("LUN", "somewhere", known),
              "there is no LUN \"somewhere\"; there are: red, blue");
    EXPECT_EQ(no_such("LUN", "re\nd", known), "there is no LUN \"re?d\"; did you mean \"red\"?");
    EXPECT_EQ(no_such("LUN", "red", {}), "there is no LUN \"red\"");
    EXPECT_EQ(no_such("node", "unheard-of", std::vector<std::string>(21, "x")),
              "there is no node \"unheard-of\"");
}

} // namespace
} // namespace twinsite
