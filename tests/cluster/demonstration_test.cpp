// The demonstration's events as tests: the same lab, the same judge. One lab for all of them; each
// event begins where the one before it ended.
#include "tests/cluster/lab_session.hpp"

#include <gtest/gtest.h>

namespace twinsite::lab {
namespace {

class Demonstration : public ::testing::TestWithParam<Event> {};

TEST_P(Demonstration, event) {
    play(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Events, Demonstration, ::testing::ValuesIn(events()),
                         [](const auto& event) { return event.param.id; });

} // namespace
} // namespace twinsite::lab
