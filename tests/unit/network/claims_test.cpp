#include "lib/network/claims.hpp"

#include <gtest/gtest.h>

#include <array>

namespace twinsite::network {
namespace {

LinkAddress link(std::uint8_t last) {
    const std::array<std::uint8_t, 6> bytes{0x52, 0x54, 0, 0x12, 0x34, last};
    return LinkAddress(bytes);
}

IpAddress ip(std::string_view text) {
    return parse_ip_address(text).value();
}

const std::array<LinkAddress, 2> own{link(1), link(2)};
constexpr std::uint8_t foreign = 9;

struct ArpCase {
    const char* name;
    bool request;
    std::uint8_t from;
    const char* sender;
    const char* target;
    bool claim;
    bool asks;
};

class ArpClaim : public ::testing::TestWithParam<ArpCase> {};

TEST_P(ArpClaim, is_told) {
    const ArpCase& each = GetParam();
    const auto bytes = encode(ArpPacket{.request = each.request,
                                        .sender_link = link(each.from),
                                        .sender = ip(each.sender),
                                        .target_link = {},
                                        .target = ip(each.target)},
                              1);
    const auto claim = claim_in(bytes, link(each.from), ip("192.0.2.7"), own);
    ASSERT_EQ(claim.has_value(), each.claim);
    if (claim) {
        EXPECT_EQ(claim->by, link(each.from));
        EXPECT_EQ(claim->asks, each.asks);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, ArpClaim,
    ::testing::Values(
        ArpCase{"reply_from_it", false, foreign, "192.0.2.7", "192.0.2.1", true, false},
        ArpCase{"request_from_it", true, foreign, "192.0.2.7", "192.0.2.1", true, false},
        ArpCase{"gratuitous", true, foreign, "192.0.2.7", "192.0.2.7", true, false},
        ArpCase{"probe_for_it", true, foreign, "0.0.0.0", "192.0.2.7", true, true},
        ArpCase{"request_for_it", true, foreign, "192.0.2.1", "192.0.2.7", false, false},
        ArpCase{"of_another_address", false, foreign, "192.0.2.8", "192.0.2.1", false, false},
        ArpCase{"our_own_probe", true, 1, "0.0.0.0", "192.0.2.7", false, false},
        ArpCase{"our_other_interface", false, 2, "192.0.2.7", "192.0.2.1", false, false}),
    [](const auto& each) { return each.param.name; });

struct NeighbourCase {
    const char* name;
    bool solicitation;
    std::uint8_t from;
    const char* source;
    const char* target;
    bool claim;
    bool asks;
};

class NeighbourClaim : public ::testing::TestWithParam<NeighbourCase> {};

TEST_P(NeighbourClaim, is_told) {
    const NeighbourCase& each = GetParam();
    const bool from_nobody = std::string_view(each.source) == "::";
    const auto bytes =
        encode(NeighbourPacket{.solicitation = each.solicitation,
                               .source = ip(each.source),
                               .destination = all_nodes(),
                               .target = ip(each.target),
                               .link = from_nobody ? LinkAddress() : link(each.from)});
    const auto claim = claim_in(bytes, link(each.from), ip("2001:db8::7"), own);
    ASSERT_EQ(claim.has_value(), each.claim);
    if (claim) {
        EXPECT_EQ(claim->by, link(each.from));
        EXPECT_EQ(claim->asks, each.asks);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, NeighbourClaim,
    ::testing::Values(
        NeighbourCase{"advertised", false, foreign, "2001:db8::7", "2001:db8::7", true, false},
        NeighbourCase{"advertised_from_elsewhere", false, foreign, "fe80::9", "2001:db8::7", true,
                      false},
        NeighbourCase{"probed", true, foreign, "::", "2001:db8::7", true, true},
        NeighbourCase{"looked_for", true, foreign, "fe80::9", "2001:db8::7", false, false},
        NeighbourCase{"another", false, foreign, "2001:db8::8", "2001:db8::8", false, false},
        NeighbourCase{"our_own", false, 1, "2001:db8::7", "2001:db8::7", false, false},
        NeighbourCase{"our_own_probe", true, 2, "::", "2001:db8::7", false, false}),
    [](const auto& each) { return each.param.name; });

TEST(Answer, is_what_the_neighbour_itself_says) {
    const auto reply = encode(ArpPacket{.request = false,
                                        .sender_link = link(foreign),
                                        .sender = ip("192.0.2.1"),
                                        .target_link = link(1),
                                        .target = ip("192.0.2.7")},
                              1);
    EXPECT_TRUE(is_answer(reply, ip("192.0.2.1")));
    EXPECT_FALSE(is_answer(reply, ip("192.0.2.7")));
    EXPECT_FALSE(is_answer({}, ip("192.0.2.1")));
}

} // namespace
} // namespace twinsite::network
