#include "ocf/request.hpp"
#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace twinsite::ocf {
namespace {

const Description& description() {
    static const Description it{
        .name = "sample",
        .shortdesc = "A sample",
        .longdesc = "A sample agent.",
        .parameters = {{.name = "ip",
                        .shortdesc = "address",
                        .longdesc = "",
                        .required = true,
                        .identity = true},
                       {.name = "count",
                        .type = Type::integer,
                        .shortdesc = "count",
                        .longdesc = "",
                        .default_value = "5",
                        .low = 1,
                        .high = 9},
                       {.name = "force",
                        .type = Type::boolean,
                        .shortdesc = "force",
                        .longdesc = "",
                        .default_value = "false"}},
        .actions = {{.name = "start", .timeout = 20}, {.name = "stop", .timeout = 20}}};
    return it;
}

Result<Request> parse(std::string_view action, const Environment& environment) {
    testing::FakeClock clock;
    return parse_request(description(), action, environment, clock);
}

TEST(Request, defaults_fill_what_is_not_set) {
    const auto request = parse("start", {{"OCF_RESKEY_ip", "192.0.2.1"}});
    ASSERT_TRUE(request);
    EXPECT_EQ(request->values.text("ip"), "192.0.2.1");
    EXPECT_EQ(request->values.integer("count"), 5);
    EXPECT_FALSE(request->values.boolean("force"));
}

TEST(Request, what_is_missing_or_malformed_is_named) {
    EXPECT_EQ(parse("start", {}).error().message, "parameter ip is required and not set");
    const auto request = parse("start", {{"OCF_RESKEY_ip", "x"}, {"OCF_RESKEY_count", "12"}});
    EXPECT_EQ(request.error().message, "parameter count: 12 is not between 1 and 9");
    EXPECT_EQ(request.error().kind, ErrorKind::invalid_config);
}

TEST(Request, a_stop_is_not_hindered_by_what_it_does_not_need) {
    const auto request = parse("stop", {{"OCF_RESKEY_ip", "x"}, {"OCF_RESKEY_count", "oops"}});
    ASSERT_TRUE(request);
    EXPECT_EQ(request->values.integer("count"), 5);
    EXPECT_FALSE(parse("stop", {}));
}

TEST(Request, the_deadline_is_earlier_than_pacemakers_timeout) {
    testing::FakeClock clock;
    const auto request =
        parse("start", {{"OCF_RESKEY_ip", "x"}, {"OCF_RESKEY_CRM_meta_timeout", "20000"}});
    EXPECT_EQ(request->timeout, Milliseconds(20000));
    EXPECT_EQ(request->deadline.left(clock), Milliseconds(18000));
}

TEST(Request, tells_a_probe_from_a_recurring_monitor) {
    EXPECT_TRUE(parse("monitor", {{"OCF_RESKEY_ip", "x"}})->probe);
    EXPECT_FALSE(
        parse("monitor", {{"OCF_RESKEY_ip", "x"}, {"OCF_RESKEY_CRM_meta_interval", "10000"}})
            ->probe);
}

TEST(Request, a_clone_instance_has_its_resources_name) {
    const auto request =
        parse("start", {{"OCF_RESKEY_ip", "x"}, {"OCF_RESOURCE_INSTANCE", "mirror_red:1"}});
    EXPECT_EQ(request->resource(), "mirror_red");
}

} // namespace
} // namespace twinsite::ocf
