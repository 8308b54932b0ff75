#include "agents/vip/guard.hpp"
#include "agents/vip/record.hpp"

#include <gtest/gtest.h>

namespace twinsite::vip {
namespace {

network::IpAddress ip(std::string_view text) {
    return network::parse_ip_address(text).value();
}

constexpr std::string_view whole = "interface 7 storage0\n"
                                   "address 192.0.2.7/24\n"
                                   "address 2001:db8::7/64\n"
                                   "route 198.51.100.0/24 192.0.2.1 192.0.2.7 100 254\n"
                                   "route 203.0.113.0/24 - - 0 77\n"
                                   "rule 192.0.2.7/32 77 0\n"
                                   "label 2001:db8::7/128 99\n"
                                   "waiting 192.0.2.7/32 1 254 lo\n"
                                   "waiting 192.0.2.8/32 1 0 -\n";

TEST(Record, is_read_as_it_was_written) {
    const auto record = parse_record(whole);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(to_text(*record), whole);
    EXPECT_EQ(record->interface, 7U);
    EXPECT_EQ(record->addresses.at(1).address, ip("2001:db8::7"));
    EXPECT_EQ(record->addresses.at(1).interface, 7U);
    EXPECT_EQ(record->routes.at(0).gateway, ip("192.0.2.1"));
    EXPECT_EQ(record->routes.at(1).gateway, std::nullopt);
    EXPECT_EQ(record->rules.at(0).table, 77U);
    EXPECT_EQ(record->labels.at(0).label, 99U);
    EXPECT_EQ(record->waiting.at(0).interface, 1U);
    EXPECT_EQ(record->waiting.at(0).scope, network::Scope::host);
    EXPECT_EQ(record->waiting.at(1).label, "");
}

TEST(Record, that_is_damaged_is_none) {
    for (const char* text :
         {"", "address 192.0.2.7/24\n", "interface 0 lo\n", "interface x lo\n",
          "interface 7 storage0\nfoo\n", "interface 7 storage0\naddress 192.0.2.7\n",
          "interface 7 storage0\naddress 192.0.2.7/33\n", "interface 7 storage0\nrule 1 2 3\n",
          "interface 7 storage0\nroute 192.0.2.0/24 - -\n",
          "interface 7 storage0\nlabel 2001:db8::7/129 1\n",
          "interface 7 storage0\nwaiting 192.0.2.7/32 0 254 lo\n",
          "interface 7 storage0\nroute 192.0.2.0/24 x - 0 0\n"}) {
        EXPECT_FALSE(parse_record(text)) << text;
    }
    // A file cut short anywhere: what is left is believed only if it is whole lines.
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto record = parse_record(whole.substr(0, size));
        if (record) {
            EXPECT_LE(to_text(*record).size(), whole.size());
        }
    }
}

TEST(ConflictReport, is_read_as_it_was_written) {
    const ConflictReport report{
        .address = ip("192.0.2.7"), .by = "52:54:00:12:34:56", .packets = 3, .given_up = true};
    EXPECT_EQ(parse_report(to_text(report)).value(), report);
    for (const char* text : {"", "192.0.2.7", "x y 1 0", "192.0.2.7 m many 0", "192.0.2.7 m 1 2"}) {
        EXPECT_FALSE(parse_report(text)) << text;
    }
}

} // namespace
} // namespace twinsite::vip
