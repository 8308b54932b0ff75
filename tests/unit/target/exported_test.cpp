#include <twinsite/target/exported.hpp>
#include <twinsite/target/identity.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::target {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Specification wanted() {
    Specification made;
    made.iqn = "iqn.2026-11.example:red";
    made.luns = parse_luns("0=/dev/drbd0").value();
    made.portals = parse_portals("192.0.2.1:3260").value();
    made.initiators = parse_initiators("iqn.x:a").value();
    made.incoming = {"user", "secret"};
    EXPECT_TRUE(complete_identities(made, "", "", ""));
    return made;
}

/// Exactly what is wanted.
Exported found() {
    const Specification specification = wanted();
    Exported made;
    made.presence = Presence::ours;
    made.enabled = true;
    made.authenticated = true;
    made.portals = {"192.0.2.1:3260"};
    made.luns = {{.number = 0,
                  .path = "/dev/drbd0",
                  .active = true,
                  .identity = specification.luns[0].identity,
                  .read_only = false}};
    made.initiators = {{.name = "iqn.x:a", .luns = {0}, .incoming = {"user", "secret"}}};
    return made;
}

/// The one sentence that CHANGE causes.
template <typename Change>
std::vector<std::string> after(Change change) {
    Exported changed = found();
    change(changed);
    return differences(wanted(), changed);
}

TEST(Differences, none_when_all_is_as_wanted) {
    EXPECT_THAT(differences(wanted(), found()), IsEmpty());
}

TEST(Differences, each_names_what_is_wrong) {
    EXPECT_THAT(after([](Exported& e) { e.luns.clear(); }), ElementsAre("LUN 0 is missing"));
    EXPECT_THAT(after([](Exported& e) { e.luns[0].path = "/dev/drbd9"; }),
                ElementsAre("LUN 0 is /dev/drbd9 instead of /dev/drbd0"));
    EXPECT_THAT(after([](Exported& e) { e.luns[0].active = false; }),
                ElementsAre("LUN 0: /dev/drbd0 is not open"));
    EXPECT_THAT(after([](Exported& e) { e.luns[0].same_device = false; }),
                ElementsAre("LUN 0: /dev/drbd0 has vanished or is another device now"));
    EXPECT_THAT(after([](Exported& e) { e.luns[0].read_only = true; }),
                ElementsAre("LUN 0 is read-only"));
    EXPECT_THAT(after([](Exported& e) { e.luns[0].identity->vendor = "LIO-ORG"; }),
                ElementsAre("LUN 0 vendor is LIO-ORG instead of TWINSITE"));
    EXPECT_THAT(after([](Exported& e) { e.luns.push_back({.number = 5, .path = {}}); }),
                ElementsAre("LUN 5 is exported and should not be"));
    EXPECT_THAT(after([](Exported& e) { e.enabled = false; }),
                ElementsAre("the target is disabled"));
    EXPECT_THAT(after([](Exported& e) { e.portals = {"0.0.0.0:3260"}; }),
                ElementsAre("portal 192.0.2.1:3260 is missing",
                            "portal 0.0.0.0:3260 is open and should not be"));
    EXPECT_THAT(after([](Exported& e) { e.authenticated = false; }),
                ElementsAre("CHAP is not required"));
    EXPECT_THAT(after([](Exported& e) { e.open_to_all = true; }),
                ElementsAre("every initiator may log in, not only those allowed"));
    EXPECT_THAT(after([](Exported& e) { e.initiators.clear(); }),
                ElementsAre("initiator iqn.x:a may not log in"));
    EXPECT_THAT(after([](Exported& e) { e.initiators[0].luns.clear(); }),
                ElementsAre("initiator iqn.x:a does not see LUN 0"));
    EXPECT_THAT(after([](Exported& e) { e.initiators[0].read_only_luns = {0}; }),
                ElementsAre("initiator iqn.x:a may not write LUN 0"));
    EXPECT_THAT(after([](Exported& e) { e.faults = {"initiator iqn.x:a sees lun_3 as LUN 0"}; }),
                ElementsAre("initiator iqn.x:a sees lun_3 as LUN 0"));
    EXPECT_THAT(after([](Exported& e) { e.initiators.push_back({.name = "iqn.x:b"}); }),
                ElementsAre("initiator iqn.x:b may log in and should not"));
}

TEST(Differences, a_read_only_lun_must_not_be_writable_by_anybody) {
    Specification specification = wanted();
    specification.luns[0].read_only = true;
    Exported writable = found();
    writable.luns[0].read_only = std::nullopt; // a file: only the access list protects it
    EXPECT_THAT(differences(specification, writable),
                ElementsAre("initiator iqn.x:a may write LUN 0"));
}

TEST(Differences, the_alua_state_is_compared_for_each_lun) {
    Specification specification = wanted();
    specification.luns = parse_luns("0=/dev/drbd0 1=/dev/drbd1").value();
    EXPECT_TRUE(complete_identities(specification, "", "", ""));
    specification.alua_state = "standby";
    Exported mixed = found();
    mixed.luns.push_back(mixed.luns[0]);
    mixed.luns[1].number = 1;
    mixed.luns[1].path = "/dev/drbd1";
    mixed.luns[1].identity = specification.luns[1].identity;
    mixed.luns[0].alua_state = "active/optimized";
    mixed.luns[1].alua_state = "standby";
    mixed.initiators[0].luns = {0, 1};
    EXPECT_THAT(differences(specification, mixed),
                ElementsAre("LUN 0 ALUA state is active/optimized instead of standby"));
}

TEST(Differences, never_show_a_secret) {
    const auto sentences = after([](Exported& e) { e.initiators[0].incoming.password = "other"; });
    EXPECT_THAT(sentences, ElementsAre("the CHAP credentials of iqn.x:a differ"));
}

} // namespace
} // namespace twinsite::target
