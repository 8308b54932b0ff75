// Resources that lose every host as soon as twinsite makes Pacemaker count utilization.
#include "tests/support/topologies.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/utilization.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The example's cluster with somebody's VirtualDomain "theirs"; before the first apply nothing is
/// counted.
class UtilizationTest : public ::testing::Test {
protected:
    Xml before = with_theirs(Xml{"cib", {}, {{"configuration", {}, {}}}});
    Xml after = with_theirs(render_cib(twinsite::testing::example_topology()));

    static Xml with_theirs(Xml cib) {
        cib.child("configuration")
            ->ensure("resources")
            .add({"primitive",
                  {{"id", "theirs"},
                   {"class", "ocf"},
                   {"provider", "heartbeat"},
                   {"type", "VirtualDomain"}},
                  {{"instance_attributes", {{"id", "ia"}}, {}},
                   {"utilization", {{"id", "u"}}, {}}}});
        return cib;
    }
    /// In the set at PLACE of "theirs".
    void set(std::size_t place, const std::string& name, const std::string& value) {
        after.child("configuration")
            ->child("resources")
            ->child_with_id("theirs")
            ->children[place]
            .add({"nvpair", {{"id", name}, {"name", name}, {"value", value}}, {}});
    }
    void say_no() {
        set(0, "autoset_utilization_cpu", "no");
        set(0, "autoset_utilization_host_memory", "false");
    }
    [[nodiscard]] std::vector<std::string> names() const {
        const auto found = newly_unoffered(before, after);
        return found.empty() ? std::vector<std::string>{} : found.front().names;
    }
};

TEST_F(UtilizationTest, what_virtualdomain_will_state_counts_already) {
    EXPECT_THAT(names(), ElementsAre("cpu", "host_memory"));
    const auto found = newly_unoffered(before, after);
    EXPECT_THAT(to_text(found.front()), HasSubstr("theirs: its utilization cpu, host_memory"));
    EXPECT_THAT(remedy_for(found.front()), HasSubstr("autoset_utilization_cpu=false"));
}

TEST_F(UtilizationTest, unless_it_is_told_not_to) {
    say_no();
    EXPECT_THAT(names(), IsEmpty());
    set(1, "hv_memory", "200"); // of 256
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(UtilizationTest, what_is_stated_counts_whatever_the_parameters_say) {
    say_no();
    set(1, "cpu", "1");
    EXPECT_THAT(names(), ElementsAre("cpu"));
}

TEST_F(UtilizationTest, what_was_so_before_is_not_new) {
    before = after;
    EXPECT_THAT(names(), IsEmpty());
}

} // namespace
} // namespace twinsite::site
