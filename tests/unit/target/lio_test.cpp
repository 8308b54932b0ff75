// LIO on a model of its tree: complete or absent, whatever happens in between.
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_lio_tree.hpp"

#include <twinsite/target/identity.hpp>
#include <twinsite/target/lio.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::target {
namespace {

using testing::FakeClock;
using testing::FakeLioTree;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Killed;

constexpr const char* red = "iqn.2026-11.example:red";

class Devices final : public BackingInspector {
public:
    std::string number{};                       ///< "": "147:" and the path's last digit
    std::map<std::string, std::string> files{}; ///< path and inode
    bool gone = false;

    Result<Backing> inspect(const std::string& path) override {
        if (gone) {
            return fail(ErrorKind::not_found, path + ": No such file or directory");
        }
        if (const auto file = files.find(path); file != files.end()) {
            return Backing{.kind = Backing::Kind::file, .bytes = 4096, .inode = file->second};
        }
        return Backing{.kind = Backing::Kind::block,
                       .device_number =
                           number.empty() ? std::string("147:") + path.back() : number};
    }
    Status check_free(const std::string&) override { return {}; }
    std::vector<std::string> held{};
    std::vector<std::string> holders(const std::string&) override { return held; }
};

class Kernel final : public LioSupport {
public:
    LioState at = LioState::ready;
    bool can_load = true;

    LioState state() override { return at; }
    Status prepare() override {
        if (!can_load) {
            return fail(ErrorKind::not_installed, "kernel module target_core_mod cannot be loaded");
        }
        return reveal();
    }
    Status reveal() override {
        at = LioState::ready;
        return {};
    }
};

class LioTest : public ::testing::Test {
protected:
    LioTest() {
        wanted.iqn = red;
        wanted.luns = parse_luns("0=/dev/drbd0 3=/dev/drbd1").value();
        wanted.portals = parse_portals("192.0.2.1:3260 [2001:db8::1]:3260").value();
        wanted.initiators = parse_initiators("iqn.x:a iqn.x:b").value();
        wanted.incoming = {"user", "geheim123456"};
        EXPECT_TRUE(complete_identities(wanted, "", "", ""));
    }

    static void ignore(const std::string&) {}
    Status start() { return lio.start(wanted, ignore); }
    Status stop() { return lio.stop(red, ignore); }
    std::vector<std::string> differences_now() {
        const auto found = lio.observe(wanted);
        EXPECT_TRUE(found);
        EXPECT_EQ(found->presence, Presence::ours);
        return differences(wanted, *found);
    }

    /// What an initiator that tries to log in right now would meet.
    [[nodiscard]] bool reachable() const {
        for (const std::string& line : tree.content()) {
            if (line.find("/np/") != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    FakeLioTree tree;
    Devices devices;
    Kernel kernel;
    FakeClock clock;
    Deadline deadline = Deadline::after(clock, Milliseconds(20'000));
    Lio lio{tree, devices, kernel, clock, deadline};
    Specification wanted;
    const std::vector<std::string> empty = FakeLioTree().content();
};

TEST_F(LioTest, exports_exactly_what_is_wanted) {
    EXPECT_EQ(lio.observe(wanted)->presence, Presence::absent);
    ASSERT_TRUE(start());
    EXPECT_THAT(differences_now(), IsEmpty());
}

TEST_F(LioTest, sees_registrations_for_persistent_reservations) {
    ASSERT_TRUE(start());
    EXPECT_EQ(lio.observe(wanted)->luns.at(0).registrations, std::nullopt) << "nothing was shown";
    for (const std::string& line : tree.content()) {
        const auto end = line.find("+lun3/pr/res_pr_registered_i_pts=");
        if (end != std::string::npos) {
            tree.set(line.substr(0, line.find('=')),
                     "SPC-3 PR Registrations:\n"
                     "iSCSI Node: iqn.x:a,i,0x00023d000001 Key: 0x000000000000abcd PRgen: 0x0000\n"
                     "iSCSI Node: iqn.x:b,i,0x00023d000001 Key: 0x00000000000000ef PRgen: 0x0001");
        }
    }
    const auto found = lio.observe(wanted);
    EXPECT_EQ(found->luns.at(1).registrations, 2U);
    EXPECT_TRUE(stop());
}

TEST_F(LioTest, a_given_serial_of_another_target_is_refused) {
    wanted.luns.at(0).identity.serial = "old-serial-1";
    ASSERT_TRUE(start());
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:blue";
    blue.luns.at(1).identity.serial = derived_serial(blue.iqn, 3);
    const auto second = lio.start(blue, ignore);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().message,
                HasSubstr("LUN 0: serial old-serial-1 is that of core/iblock_"));
    EXPECT_EQ(lio.observe(blue)->presence, Presence::absent);
    EXPECT_TRUE(start()) << "its own serial is no conflict";
    blue.luns.at(0).identity.serial = "old-serial-10";
    EXPECT_TRUE(lio.start(blue, ignore));
}

TEST_F(LioTest, leaves_nothing_behind) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(stop());
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
    EXPECT_EQ(lio.observe(wanted)->presence, Presence::absent);
    EXPECT_TRUE(stop());
}

TEST_F(LioTest, a_backing_store_without_its_target_is_left_over_not_absent) {
    ASSERT_TRUE(start());
    tree.failures["+lun3"] = EBUSY;
    EXPECT_FALSE(stop());
    tree.failures.clear();
    const auto found = lio.observe(wanted);
    EXPECT_EQ(found->presence, Presence::leftover);
    EXPECT_THAT(found->detail, HasSubstr("a backing store is left over: core/iblock_1378222224/"
                                         "iqn.2026-11.example:red+lun3"));
    ASSERT_TRUE(stop());
    EXPECT_EQ(lio.observe(wanted)->presence, Presence::absent);
}

TEST_F(LioTest, a_stop_follows_its_luns_into_other_adapters) {
    ASSERT_TRUE(start());
    // As a saved configuration is restored: the same names, other numbers.
    const std::string link = "iscsi/iqn.2026-11.example:red/tpgt_1/lun/lun_0/backstore";
    const std::string restored = "core/iblock_5/iqn.2026-11.example:red+lun0";
    ASSERT_TRUE(tree.remove_link(link));
    ASSERT_TRUE(tree.make_directory("core/iblock_5"));
    ASSERT_TRUE(tree.make_directory(restored));
    ASSERT_TRUE(tree.make_link(link, restored));
    ASSERT_TRUE(stop());
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, an_open_target_needs_no_list) {
    wanted.initiators.clear();
    ASSERT_TRUE(start());
    EXPECT_THAT(differences_now(), IsEmpty());
    EXPECT_TRUE(lio.observe(wanted)->open_to_all);
}

TEST_F(LioTest, what_somebody_turned_behind_its_back_is_noticed) {
    const std::string group = "iscsi/iqn.2026-11.example:red/tpgt_1";
    ASSERT_TRUE(start());
    tree.set(group + "/acls/iqn.x:a/lun_0/write_protect", "1");
    EXPECT_THAT(differences_now(), ::testing::ElementsAre("initiator iqn.x:a may not write LUN 0"));
    ASSERT_TRUE(start());
    const std::string link = group + "/acls/iqn.x:b/lun_0/backstore";
    ASSERT_TRUE(tree.remove_link(link));
    ASSERT_TRUE(tree.make_link(link, group + "/lun/lun_3"));
    EXPECT_THAT(differences_now(), ::testing::ElementsAre("initiator iqn.x:b sees lun_3 as LUN 0"));
    wanted.initiators.clear();
    ASSERT_TRUE(start());
    tree.set(group + "/attrib/demo_mode_write_protect", "1");
    EXPECT_THAT(differences_now(), ::testing::ElementsAre(HasSubstr("initiators may not write")));
}

TEST_F(LioTest, no_initiator_ever_reaches_an_incomplete_target) {
    int reached = 0;
    bool complete = true;
    tree.after_change = [&] {
        if (!reachable()) {
            return;
        }
        ++reached;
        Specification visible = wanted;
        visible.portals.clear(); // one portal may be open before the other
        auto found = lio.observe(wanted).value();
        found.portals.clear();
        complete = complete && differences(visible, found).empty();
    };
    ASSERT_TRUE(start());
    ASSERT_TRUE(stop());
    EXPECT_GT(reached, 1);
    EXPECT_TRUE(complete);
}

TEST_F(LioTest, a_start_killed_anywhere_is_made_good_by_the_next_start_or_stop) {
    ASSERT_TRUE(start());
    const int steps = tree.changes();
    for (int kill_at = 0; kill_at < steps; ++kill_at) {
        for (const bool then_start : {true, false}) {
            FakeLioTree fresh;
            Lio again(fresh, devices, kernel, clock, deadline);
            fresh.changes_left = kill_at;
            EXPECT_THROW(static_cast<void>(again.start(wanted, ignore)), Killed);
            fresh.changes_left.reset();
            if (then_start) {
                ASSERT_TRUE(again.start(wanted, ignore)) << "killed before change " << kill_at;
                EXPECT_THAT(differences(wanted, again.observe(wanted).value()), IsEmpty());
            }
            ASSERT_TRUE(again.stop(red, ignore)) << "killed before change " << kill_at;
            std::vector<std::string> left = fresh.content();
            std::erase(left, "iscsi");
            EXPECT_EQ(left, empty) << "killed before change " << kill_at;
        }
    }
}

TEST_F(LioTest, a_stop_killed_anywhere_is_made_good_by_the_next_stop) {
    for (int kill_at = 0;; ++kill_at) {
        FakeLioTree fresh;
        Lio again(fresh, devices, kernel, clock, deadline);
        ASSERT_TRUE(again.start(wanted, ignore));
        fresh.changes_left = kill_at;
        bool killed = false;
        try {
            ASSERT_TRUE(again.stop(red, ignore));
        } catch (const Killed&) {
            killed = true;
        }
        if (!killed) {
            EXPECT_GT(kill_at, 10);
            return;
        }
        fresh.changes_left.reset();
        ASSERT_TRUE(again.stop(red, ignore)) << "killed before change " << kill_at;
        std::vector<std::string> left = fresh.content();
        std::erase(left, "iscsi");
        EXPECT_EQ(left, empty) << "killed before change " << kill_at;
    }
}

TEST_F(LioTest, a_failed_start_undoes_itself) {
    tree.failures["np/[2001"] = EADDRINUSE;
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("portal [2001:db8::1]:3260"));
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, a_portal_refused_while_another_target_on_it_stops_is_waited_for) {
    tree.failures["np/192"] = EINVAL;
    clock.on_pause = [&] { tree.failures.clear(); };
    EXPECT_TRUE(start());
    EXPECT_THAT(differences_now(), IsEmpty());
}

TEST_F(LioTest, a_portal_refused_for_good_says_where_to_look) {
    tree.failures["np/192"] = EINVAL;
    const TimePoint began = clock.now();
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message,
              "portal 192.0.2.1:3260: Invalid argument (does another program listen there? The "
              "kernel's log says more)");
    EXPECT_LE(clock.now() - began, Milliseconds(6000)) << "the rest of the time is for undoing";
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, a_device_in_use_is_named) {
    tree.failures["+lun3/enable"] = EBUSY;
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::conflict);
    EXPECT_THAT(status.error().message, HasSubstr("opening /dev/drbd1 for LUN 3"));
    EXPECT_THAT(status.error().message, HasSubstr("somebody else has it open"));
    devices.held = {"mounted on /srv", "dm-3 on top of it"};
    EXPECT_EQ(start().error().message, "opening /dev/drbd1 for LUN 3: Device or resource busy "
                                       "(mounted on /srv, dm-3 on top of it)");
}

TEST_F(LioTest, a_mirror_that_is_not_promoted_is_no_lack_of_permission) {
    tree.failures["+lun0/enable"] = EROFS;
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::conflict);
    EXPECT_EQ(status.error().message, "opening /dev/drbd0 for LUN 0: Read-only file system (is its "
                                      "mirror promoted here?)");
}

TEST_F(LioTest, one_device_under_two_names_is_refused) {
    wanted.luns = parse_luns("0=/dev/drbd0 3=/dev/drbd/by-res/red/0").value();
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "LUN 0 and 3 are one and the same: /dev/drbd/by-res/red/0");
    EXPECT_EQ(tree.changes(), 0);
}

TEST_F(LioTest, one_file_in_two_targets_is_refused) {
    devices.files = {{"/srv/a.img", "1:1"}, {"/srv/link", "1:1"}, {"/srv/b.img", "1:2"}};
    wanted.luns = parse_luns("0=/srv/a.img").value();
    ASSERT_TRUE(start());
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:blue";
    blue.luns = parse_luns("0=/srv/link").value();
    ASSERT_TRUE(complete_identities(blue, "", "", ""));
    const auto second = lio.start(blue, ignore);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("LUN 0: /srv/link is exported by core/fileio_"));
    EXPECT_EQ(lio.observe(blue)->presence, Presence::absent);
    blue.luns[0].path = "/srv/b.img";
    EXPECT_TRUE(lio.start(blue, ignore));
    EXPECT_TRUE(start()) << "its own file is no conflict";
}

TEST_F(LioTest, a_missing_device_changes_nothing) {
    devices.gone = true;
    EXPECT_THAT(start().error().message, HasSubstr("LUN 0: /dev/drbd0"));
    EXPECT_EQ(tree.changes(), 0);
}

TEST_F(LioTest, a_stop_is_complete_without_the_device) {
    ASSERT_TRUE(start());
    devices.gone = true;
    EXPECT_THAT(differences_now().front(), HasSubstr("has vanished"));
    ASSERT_TRUE(stop());
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, a_device_that_was_replaced_is_noticed) {
    ASSERT_TRUE(start());
    devices.number = "147:9";
    EXPECT_THAT(differences_now().front(), HasSubstr("another device now"));
}

TEST_F(LioTest, a_stop_takes_down_luns_that_are_no_longer_configured) {
    ASSERT_TRUE(start());
    wanted.luns.pop_back();
    EXPECT_THAT(differences_now().front(), HasSubstr("LUN 3 is exported and should not be"));
    ASSERT_TRUE(stop());
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, a_backing_store_that_another_target_uses_names_that_target) {
    ASSERT_TRUE(start());
    for (const char* folder :
         {"vhost", "vhost/naa.1", "vhost/naa.1/tpgt_1", "vhost/naa.1/tpgt_1/lun/lun_5"}) {
        ASSERT_TRUE(tree.make_directory(folder));
    }
    ASSERT_TRUE(tree.make_link("vhost/naa.1/tpgt_1/lun/lun_5/x",
                               "core/iblock_1378222224/iqn.2026-11.example:red+lun3"));
    const auto status = stop();
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("+lun3: Device or resource busy "
                                                  "(vhost/naa.1/tpgt_1/lun/lun_5 uses it)"));
}

TEST_F(LioTest, a_delete_that_fails_is_named_and_the_rest_goes_on) {
    ASSERT_TRUE(start());
    tree.failures["+lun3"] = EBUSY;
    const auto status = stop();
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("backing store iqn.2026-11.example:red+lun3"));
    EXPECT_FALSE(reachable());
    tree.failures.clear();
    EXPECT_TRUE(stop());
    EXPECT_EQ(tree.content(), (std::vector<std::string>{"iscsi"}));
}

class ForeignTarget : public LioTest {
protected:
    ForeignTarget() {
        for (const char* folder :
             {"iscsi", "iscsi/iqn.2026-11.example:red", "iscsi/iqn.2026-11.example:red/tpgt_1",
              "core/iblock_0", "core/iblock_0/mydisk",
              "iscsi/iqn.2026-11.example:red/tpgt_1/lun/lun_0"}) {
            EXPECT_TRUE(tree.make_directory(folder));
        }
        EXPECT_TRUE(tree.make_link("iscsi/iqn.2026-11.example:red/tpgt_1/lun/lun_0/x",
                                   "core/iblock_0/mydisk"));
        before = tree.content();
    }
    std::vector<std::string> before;
};

TEST_F(ForeignTarget, is_never_touched) {
    const auto status = start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::conflict);
    EXPECT_THAT(status.error().message, HasSubstr("its lun_0 is core/iblock_0/mydisk"));
    EXPECT_TRUE(stop());
    EXPECT_EQ(tree.content(), before);
    EXPECT_EQ(lio.observe(wanted)->presence, Presence::foreign);
}

/// A target of ours to which somebody added a LUN, a portal group or what else.
class AddedTo : public LioTest {
protected:
    AddedTo() {
        EXPECT_TRUE(start());
        for (const char* folder : {"core/iblock_0", "core/iblock_0/mydisk"}) {
            EXPECT_TRUE(tree.make_directory(folder));
        }
    }
    void add(const char* folder, const char* link) {
        EXPECT_TRUE(tree.make_directory(folder));
        if (link != nullptr) {
            EXPECT_TRUE(tree.make_link(std::string(folder) + "/" + link, "core/iblock_0/mydisk"));
        }
    }
    std::vector<std::string> left_of_others() {
        std::vector<std::string> left = tree.content();
        std::erase_if(left,
                      [](const std::string& line) { return line.starts_with("core/iblock_0"); });
        return left;
    }
    static constexpr const char* group = "iscsi/iqn.2026-11.example:red/tpgt_1";
    static constexpr const char* lun = "iscsi/iqn.2026-11.example:red/tpgt_1/lun/lun_7";
    static constexpr const char* other_group = "iscsi/iqn.2026-11.example:red/tpgt_2";
};

TEST_F(AddedTo, is_still_ours_and_the_addition_is_named) {
    add(lun, "x");
    EXPECT_THAT(
        differences_now(),
        ::testing::Contains("somebody added to the target: its lun_7 is core/iblock_0/mydisk"));
    add(other_group, nullptr);
    EXPECT_THAT(differences_now(),
                ::testing::Contains("somebody added to the target: it has a portal group tpgt_2"));
}

TEST_F(AddedTo, a_second_portal_group_does_not_hide_that_ours_is_closed) {
    add(other_group, nullptr);
    tree.set(std::string(other_group) + "/enable", "1");
    tree.set(std::string(group) + "/enable", "0");
    EXPECT_THAT(differences_now(), ::testing::Contains("the target is disabled"));
}

TEST_F(AddedTo, a_stop_takes_all_of_it_down_and_leaves_the_other_backing_store) {
    add(lun, "x");
    add(other_group, nullptr);
    ASSERT_TRUE(stop());
    EXPECT_EQ(left_of_others(), (std::vector<std::string>{"iscsi"}));
    EXPECT_TRUE(tree.exists("core/iblock_0/mydisk").value());
}

TEST_F(AddedTo, a_stop_that_was_killed_anywhere_is_made_good) {
    add("iscsi/iqn.2026-11.example:red/tpgt_1/lun/lun_9", "x");
    add(other_group, nullptr);
    add("iscsi/iqn.2026-11.example:red/tpgt_2/lun/lun_0", "x");
    for (bool killed = true; killed;) {
        // Each try makes one change and dies before the next.
        tree.changes_left = 1;
        try {
            ASSERT_TRUE(stop());
            killed = false;
        } catch (const Killed&) {
            killed = true;
        }
        tree.changes_left.reset();
    }
    EXPECT_EQ(left_of_others(), (std::vector<std::string>{"iscsi"}));
}

TEST_F(LioTest, other_targets_stay) {
    ASSERT_TRUE(start());
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:red2";
    ASSERT_TRUE(complete_identities(blue, "", "", ""));
    ASSERT_TRUE(lio.start(blue, ignore));
    ASSERT_TRUE(stop());
    const auto left = lio.observe(blue);
    ASSERT_TRUE(left);
    EXPECT_THAT(differences(blue, *left), IsEmpty());
}

TEST_F(LioTest, what_cannot_be_seen_is_not_stopped) {
    kernel.at = LioState::hidden;
    const auto found = lio.observe(wanted);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::unreachable);
}

TEST_F(LioTest, a_kernel_without_lio_exports_nothing) {
    kernel.at = LioState::absent;
    kernel.can_load = false;
    EXPECT_EQ(lio.observe(wanted)->presence, Presence::absent);
    EXPECT_TRUE(stop());
    EXPECT_EQ(start().error().kind, ErrorKind::not_installed);
}

TEST_F(LioTest, every_step_is_announced_before_it_is_done_and_shows_no_secret) {
    std::vector<std::string> steps;
    ASSERT_TRUE(lio.start(wanted, [&](const std::string& step) { steps.push_back(step); }));
    EXPECT_THAT(steps.back(), HasSubstr("portal [2001:db8::1]:3260"));
    for (const std::string& step : steps) {
        EXPECT_THAT(step, ::testing::Not(HasSubstr("geheim")));
    }
}

} // namespace
} // namespace twinsite::target
