#include <twinsite/target/login_check.hpp>
#include <twinsite/target/specification.hpp>

#include <gtest/gtest.h>

namespace twinsite::target {
namespace {

TEST(IscsiName, takes_the_three_kinds) {
    for (const char* good : {"iqn.2026-11.example:red", "eui.02004567a425678d",
                             "naa.52004567ba64678d", "iqn.1993-08.org.debian:01:abc-def"}) {
        EXPECT_TRUE(check_iscsi_name(good)) << good;
    }
}

TEST(IscsiName, refuses_what_a_path_or_an_initiator_would_choke_on) {
    for (const std::string& bad :
         {std::string(""), std::string("red"), std::string("iqn."), std::string("iqn.x/../y"),
          std::string("iqn.2026-11.Example:red"), std::string("iqn.a b"), std::string("iqn.a\n"),
          "iqn." + std::string(220, 'a')}) {
        EXPECT_EQ(check_iscsi_name(bad).error().kind, ErrorKind::invalid_config) << bad;
    }
}

TEST(Luns, are_sorted_by_number) {
    const auto luns = parse_luns("3=/dev/drbd1 0=/dev/drbd0");
    ASSERT_TRUE(luns);
    ASSERT_EQ(luns->size(), 2U);
    EXPECT_EQ(luns->front().number, 0U);
    EXPECT_EQ(luns->back().path, "/dev/drbd1");
}

TEST(Luns, say_what_is_wrong_with_them) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"", "no LUN is given"},
        {"/dev/drbd0", "\"/dev/drbd0\" is not NUMBER=PATH"},
        {"x=/dev/drbd0", "LUN number: \"x\" is not a whole number"},
        {"16384=/dev/drbd0", "LUN number: 16384 is not between 0 and 16383"},
        {"0=drbd0", "LUN 0: \"drbd0\" is not a usable absolute path"},
        {"0=/dev/a,fd_buffered_io=1",
         "LUN 0: \"/dev/a,fd_buffered_io=1\" is not a usable absolute path"},
        {"0=/dev/a 0=/dev/b", "LUN 0 is given twice"},
        {"0=/dev/a 1=/dev/a", "/dev/a is given twice: as LUN 0 and 1"}};
    for (const auto& [text, message] : cases) {
        const auto luns = parse_luns(text);
        ASSERT_FALSE(luns) << text;
        EXPECT_EQ(luns.error().message, message);
    }
}

std::string shown(const char* text) {
    const auto portals = parse_portals(text);
    std::string all;
    for (const Portal& portal : portals.value_or(std::vector<Portal>{})) {
        all += portal.text() + ";";
    }
    return portals ? all : portals.error().message;
}

TEST(Portals, are_taken_in_every_usual_form) {
    EXPECT_EQ(shown("192.0.2.1:3261 192.0.2.1"), "192.0.2.1:3261;192.0.2.1:3260;");
    EXPECT_EQ(shown("[2001:DB8:0::1]:3261 2001:db8::2 [::]"),
              "[2001:db8::1]:3261;[2001:db8::2]:3260;[::]:3260;");
}

TEST(Portals, say_what_is_wrong_with_them) {
    EXPECT_EQ(shown(""), "no portal is given");
    EXPECT_EQ(shown("storage.example"), "\"storage.example\" is not a numeric IP address");
    EXPECT_EQ(shown("192.0.2.1:"), "\"192.0.2.1:\" has no port after the colon");
    EXPECT_EQ(shown("192.0.2.1:0"), "port of portal 192.0.2.1:0: 0 is not between 1 and 65535");
    EXPECT_EQ(shown("[::1]3260"), "\"[::1]3260\" is not [ADDRESS]:PORT");
    EXPECT_EQ(shown("[::1"), "\"[::1\" is not [ADDRESS]:PORT");
    EXPECT_EQ(shown("[::1]:3260 [0::1]:3260"), "portal [::1]:3260 is given twice");
}

TEST(Switches, unknown_names_are_errors_with_a_suggestion) {
    const std::vector<std::string> known{"emulate_tpu", "emulate_caw"};
    EXPECT_EQ(parse_switches("emulate_tpu=1", known).value().at("emulate_tpu"), "1");
    EXPECT_EQ(parse_switches("emulate_tpo=1", known).error().message,
              "\"emulate_tpo\" is not known: did you mean emulate_tpu?");
    EXPECT_EQ(parse_switches("emulate_tpu=", known).error().message,
              "\"emulate_tpu=\" is not NAME=VALUE");
}

TEST(Credentials, what_lio_would_misread_is_refused) {
    EXPECT_TRUE(check_credentials({"user", "password1234"}));
    EXPECT_FALSE(check_credentials({"", "password1234"}));
    EXPECT_FALSE(check_credentials({"user", ""}));
    EXPECT_FALSE(check_credentials({"user", "NULL"}));
    const auto error = check_credentials({"user", "geheim\x01"}).error();
    EXPECT_EQ(error.message.find("geheim"), std::string::npos);
}

TEST(LoginRequests, reach_every_lun_and_every_portal) {
    Specification wanted;
    wanted.iqn = "iqn.x:red";
    wanted.luns = parse_luns("0=/dev/a 3=/dev/b").value();
    wanted.portals = parse_portals("192.0.2.1:3260 [::]:3261").value();
    wanted.initiators = parse_initiators("iqn.x:a iqn.x:b").value();
    std::vector<std::pair<std::string, std::uint64_t>> reached;
    for (const LoginRequest& request : login_requests(wanted)) {
        reached.emplace_back(request.portal, request.lun);
        EXPECT_EQ(request.initiator, "iqn.x:a");
    }
    EXPECT_EQ(reached,
              (decltype(reached){{"192.0.2.1:3260", 0}, {"192.0.2.1:3260", 3}, {"[::1]:3261", 0}}));
    wanted.portals.clear();
    EXPECT_TRUE(login_requests(wanted).empty());
}

} // namespace
} // namespace twinsite::target
