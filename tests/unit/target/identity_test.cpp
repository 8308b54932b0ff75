#include <twinsite/target/identity.hpp>

#include <gtest/gtest.h>

namespace twinsite::target {
namespace {

Specification two_luns() {
    Specification made;
    made.iqn = "iqn.2026-11.example:red";
    made.luns = parse_luns("0=/dev/drbd0 1=/dev/drbd1").value();
    return made;
}

TEST(Identity, the_derived_serial_never_changes) {
    // uuidgen --sha1 --namespace @url --name iqn.2026-11.example:red,0
    EXPECT_EQ(derived_serial("iqn.2026-11.example:red", 0), "12260090-e8f5-5e10-896e-b5aebb66fb74");
    EXPECT_NE(derived_serial("iqn.2026-11.example:red", 1),
              derived_serial("iqn.2026-11.example:red", 0));
}

TEST(Identity, the_naa_name_is_lios) {
    EXPECT_EQ(naa_of_serial("abcdef12-0123"), "6001405abcdef1201230000000000000");
    EXPECT_EQ(naa_of_serial("abcdef12-0123").size(), 32U);
}

TEST(Identity, what_is_given_wins) {
    Specification specification = two_luns();
    ASSERT_TRUE(complete_identities(specification, "1=aa11", "ACME", "DISK"));
    EXPECT_EQ(specification.luns[0].identity.serial, derived_serial("iqn.2026-11.example:red", 0));
    EXPECT_EQ(specification.luns[1].identity, (Identity{"aa11", "ACME", "DISK"}));
}

TEST(Identity, one_serial_alone_needs_one_lun) {
    Specification one = two_luns();
    EXPECT_FALSE(complete_identities(one, "aa11", "", ""));
    one.luns.pop_back();
    EXPECT_TRUE(complete_identities(one, "aa11", "", ""));
    EXPECT_EQ(one.luns[0].identity.serial, "aa11");
}

TEST(Identity, two_luns_that_look_alike_are_refused) {
    Specification specification = two_luns();
    // Different texts, the same hexadecimal digits: the same NAA name.
    const auto status = complete_identities(specification, "0=a-1 1=a1", "", "");
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().message.find("same identity"), std::string::npos);
}

TEST(Identity, limits_of_the_scsi_standard_hold) {
    Specification specification = two_luns();
    EXPECT_FALSE(complete_identities(specification, "", "NINECHARS", ""));
    EXPECT_FALSE(complete_identities(specification, "", "", "SEVENTEEN-LETTERS"));
    EXPECT_FALSE(complete_identities(specification, "0=" + std::string(37, 'a'), "", ""));
    EXPECT_FALSE(complete_identities(specification, "7=aa", "", ""));
}

} // namespace
} // namespace twinsite::target
