#include "lib/network/packets.hpp"

#include <gtest/gtest.h>

#include <array>

namespace twinsite::network {
namespace {

constexpr unsigned ethernet = 1;

LinkAddress link(std::uint8_t last) {
    const std::array<std::uint8_t, 6> bytes{0x52, 0x54, 0, 0x12, 0x34, last};
    return LinkAddress(bytes);
}

IpAddress ip(std::string_view text) {
    return parse_ip_address(text).value();
}

ArpPacket request() {
    return {.request = true,
            .sender_link = link(0x56),
            .sender = ip("192.0.2.7"),
            .target_link = {},
            .target = ip("192.0.2.9")};
}

NeighbourPacket advertisement() {
    return {.solicitation = false,
            .source = ip("2001:db8::7"),
            .destination = all_nodes(),
            .target = ip("2001:db8::7"),
            .link = link(0x56),
            .router = true,
            .override = true};
}

TEST(ArpPacket, has_the_bytes_of_rfc_826) {
    const Bytes expected{0,    1,    8, 0,    6,    4,    0,   1,        // who-has
                         0x52, 0x54, 0, 0x12, 0x34, 0x56, 192, 0, 2, 7,  // sender
                         0,    0,    0, 0,    0,    0,    192, 0, 2, 9}; // target
    EXPECT_EQ(encode(request(), ethernet), expected);
}

TEST(ArpPacket, is_read_as_it_was_written_with_ethernet_padding_behind) {
    Bytes bytes = encode(request(), ethernet);
    bytes.resize(46);
    const auto packet = decode_arp(bytes);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->request);
    EXPECT_EQ(packet->sender_link, link(0x56));
    EXPECT_EQ(packet->sender, ip("192.0.2.7"));
    EXPECT_EQ(packet->target, ip("192.0.2.9"));
}

TEST(ArpPacket, of_infiniband_has_longer_link_addresses) {
    ArpPacket packet = request();
    const std::array<std::uint8_t, 20> long_link{1, 2, 3};
    packet.sender_link = LinkAddress(long_link);
    const auto read = decode_arp(encode(packet, 32));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sender_link.size(), 20U);
    EXPECT_EQ(read->target, ip("192.0.2.9"));
}

TEST(ArpPacket, cut_short_or_of_another_kind_is_none) {
    const Bytes whole = encode(request(), ethernet);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_arp(std::span(whole).first(size))) << size;
    }
    for (const auto& [at, value] : {std::pair<std::size_t, std::uint8_t>{2, 0x86}, // protocol
                                    {4, 0},                                        // no link
                                    {4, 255},
                                    {5, 16},
                                    {7, 9}}) {
        Bytes odd = whole;
        odd[at] = value;
        EXPECT_FALSE(decode_arp(odd)) << at;
    }
}

TEST(NeighbourPacket, is_read_as_it_was_written) {
    const auto packet = decode_neighbour(encode(advertisement()));
    ASSERT_TRUE(packet);
    EXPECT_FALSE(packet->solicitation);
    EXPECT_EQ(packet->target, ip("2001:db8::7"));
    EXPECT_EQ(packet->link, link(0x56));
    EXPECT_TRUE(packet->router);
    EXPECT_TRUE(packet->override);
}

TEST(NeighbourPacket, has_the_bytes_that_a_capture_showed) {
    // "fe80::1 > ff02::1:ff00:2: neighbor solicitation, who has fe80::2", of Linux 6.1.
    const NeighbourPacket packet{.solicitation = true,
                                 .source = ip("fe80::1"),
                                 .destination = solicited_node_group(ip("fe80::2")),
                                 .target = ip("fe80::2"),
                                 .link = link(0x56)};
    const Bytes bytes = encode(packet);
    ASSERT_EQ(bytes.size(), 72U);
    EXPECT_EQ(bytes[5], 32);   // payload length
    EXPECT_EQ(bytes[7], 255);  // hop limit
    EXPECT_EQ(bytes[40], 135); // solicitation
    EXPECT_EQ(bytes[64], 1);   // source link-layer address
    EXPECT_EQ(bytes[65], 1);   // in units of 8 bytes
    EXPECT_TRUE(decode_neighbour(bytes));
}

TEST(NeighbourPacket, cut_short_forged_or_broken_is_none) {
    const Bytes whole = encode(advertisement());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_neighbour(std::span(whole).first(size))) << size;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        if (at >= 1 && at <= 3) {
            continue; // traffic class and flow label are not covered by any check
        }
        Bytes odd = whole;
        odd[at] ^= 0x41U;
        EXPECT_FALSE(decode_neighbour(odd)) << at;
    }
}

TEST(NeighbourPacket, with_an_option_of_length_zero_is_none) {
    NeighbourPacket packet = advertisement();
    Bytes bytes = encode(packet);
    bytes[65] = 0; // and a checksum that fits: one unit less in the sum
    const unsigned sum = (static_cast<unsigned>(bytes[42]) << 8U | bytes[43]) + 1U;
    bytes[42] = static_cast<std::uint8_t>(sum >> 8U);
    bytes[43] = static_cast<std::uint8_t>(sum);
    EXPECT_FALSE(decode_neighbour(bytes));
}

TEST(NeighbourPacket, groups_follow_the_address) {
    EXPECT_EQ(solicited_node_group(ip("2001:db8::1:800:200e:8c6c")).text(), "ff02::1:ff0e:8c6c");
    EXPECT_EQ(ethernet_group(ip("ff02::1:ff0e:8c6c")).text(), "33:33:ff:0e:8c:6c");
}

} // namespace
} // namespace twinsite::network
