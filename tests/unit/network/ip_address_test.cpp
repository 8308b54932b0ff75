#include <twinsite/network/ip_address.hpp>

#include <gtest/gtest.h>

namespace twinsite::network {
namespace {

IpAddress ip(std::string_view text) {
    const auto address = parse_ip_address(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(IpAddress());
}

TEST(IpAddress, is_written_as_it_is_read_or_shorter) {
    EXPECT_EQ(ip("192.0.2.7").text(), "192.0.2.7");
    EXPECT_EQ(ip("2001:DB8:0:0:0:0:0:7").text(), "2001:db8::7");
    EXPECT_EQ(ip("2001:db8::7"), ip("2001:0db8:0000:0000:0000:0000:0000:0007"));
}

TEST(IpAddress, is_refused_when_it_is_anything_else) {
    for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1/24", "192.0.2.1 ", "::g",
                             "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "localhost", "0x7f.1"}) {
        EXPECT_FALSE(parse_ip_address(text)) << text;
    }
    EXPECT_FALSE(parse_ip_address(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpAddress, knows_its_kind) {
    EXPECT_TRUE(ip("0.0.0.0").is_unspecified());
    EXPECT_TRUE(ip("::").is_unspecified());
    EXPECT_TRUE(ip("127.9.9.9").is_loopback());
    EXPECT_TRUE(ip("::1").is_loopback());
    EXPECT_FALSE(ip("::2").is_loopback());
    EXPECT_FALSE(ip("1::1").is_loopback());
    EXPECT_TRUE(ip("239.1.1.1").is_multicast());
    EXPECT_TRUE(ip("ff02::1").is_multicast());
    EXPECT_TRUE(ip("fe80::1").is_link_local());
    EXPECT_TRUE(ip("febf::1").is_link_local());
    EXPECT_FALSE(ip("fec0::1").is_link_local());
    EXPECT_TRUE(ip("169.254.1.1").is_link_local());
}

TEST(IpAddress, network_membership_goes_by_the_prefix) {
    EXPECT_TRUE(ip("10.1.2.3").in_network(ip("10.1.0.0"), 16));
    EXPECT_FALSE(ip("10.1.2.3").in_network(ip("10.1.0.0"), 23));
    EXPECT_TRUE(ip("10.1.2.3").in_network(ip("99.0.0.0"), 0));
    EXPECT_TRUE(ip("10.1.2.3").in_network(ip("10.1.2.3"), 32));
    EXPECT_TRUE(ip("2001:db8::ff").in_network(ip("2001:db8::"), 120));
    EXPECT_FALSE(ip("2001:db8::ff").in_network(ip("2001:db8::"), 121));
    EXPECT_FALSE(ip("0.0.0.0").in_network(ip("::"), 0));
}

TEST(IpAddress, host_bits_can_be_set_and_cleared) {
    EXPECT_EQ(ip("10.1.2.3").with_host_bits(23, true).text(), "10.1.3.255");
    EXPECT_EQ(ip("10.1.2.3").with_host_bits(23, false).text(), "10.1.2.0");
    EXPECT_EQ(ip("10.1.2.3").with_host_bits(32, true).text(), "10.1.2.3");
    EXPECT_EQ(ip("10.1.2.3").with_host_bits(0, true).text(), "255.255.255.255");
}

TEST(IpAddress, counts_within_its_last_byte) {
    EXPECT_EQ(ip("10.1.2.3").plus(252)->text(), "10.1.2.255");
    EXPECT_FALSE(ip("10.1.2.3").plus(253));
    EXPECT_EQ(ip("fd00::fe").plus(1)->text(), "fd00::ff");
}

} // namespace
} // namespace twinsite::network
