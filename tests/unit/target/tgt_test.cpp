// tgt's protocol and listings as recorded from 1.0.85, and the engine on a model of the daemon.
#include "lib/target/tgt/listing.hpp"
#include "lib/target/tgt/wire.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/target/identity.hpp>
#include <twinsite/target/tgt.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace twinsite::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TgtWire, a_request_has_the_daemons_layout) {
    const std::string bytes = tgt::encode({.mode = TgtRequest::Mode::device,
                                           .operation = TgtRequest::Operation::create,
                                           .target = 7,
                                           .lun = 3,
                                           .parameters = "path=/x"});
    ASSERT_EQ(bytes.size(), 120U + 8U); // the daemon needs the zero byte
    EXPECT_EQ(bytes[0], 2);
    EXPECT_EQ(bytes.substr(8, 5), "iscsi");
    EXPECT_EQ(bytes[72], static_cast<char>(128));
    EXPECT_EQ(bytes[76], 7);
    EXPECT_EQ(bytes[88], 3);
    EXPECT_EQ(bytes.substr(120), std::string("path=/x") + '\0');
}

TEST(TgtWire, broken_answers_are_errors) {
    EXPECT_EQ(tgt::decode("abc").error().kind, ErrorKind::protocol);
    EXPECT_EQ(tgt::decode(std::string(8, '\0')).error().kind, ErrorKind::protocol);
    EXPECT_EQ(tgt::decode(std::string(8, '\xff')).error().kind, ErrorKind::protocol);
    EXPECT_EQ(tgt::error_of(4).kind, ErrorKind::not_found);
    EXPECT_EQ(tgt::error_of(999).kind, ErrorKind::internal);
}

constexpr std::string_view recorded = R"(Target 7: iqn.2026-11.example:red
    System information:
        Driver: iscsi
        State: ready
    I_T nexus information:
        I_T nexus: 5
            Initiator: iqn.2010-11.libiscsi:iscsi-perf alias: none
            Connection: 0
                IP Address: 127.0.0.1
    LUN information:
        LUN: 0
            Type: controller
            SCSI ID: IET     00070000
            SCSI SN: beaf70
            Size: 0 MB, Block size: 1
            Online: Yes
            Backing store path: None
        LUN: 3
            Type: disk
            SCSI ID: 60014059985640918b85443831ce617b
            SCSI SN: 99856409-18b8-5443-831c-e617b72efff2
            Size: 17 MB, Block size: 512
            Online: Yes
            Removable media: No
            Prevent removal: No
            Readonly: Yes
            SWP: No
            Thin-provisioning: No
            Backing store type: rdwr
            Backing store path: /tmp/b.img
            Backing store flags: sync
    Account information:
        u
        tt (outgoing)
    ACL information:
        ALL
        iqn.x:a
)";

TEST(TgtListing, is_taken_apart) {
    const auto targets = tgt::parse_targets(recorded);
    ASSERT_EQ(targets.size(), 1U);
    EXPECT_EQ(targets[0].id, 7);
    EXPECT_EQ(targets[0].name, "iqn.2026-11.example:red");
    ASSERT_EQ(targets[0].luns.size(), 1U);
    EXPECT_EQ(targets[0].luns[0].number, 3U);
    EXPECT_EQ(targets[0].luns[0].path, "/tmp/b.img");
    EXPECT_TRUE(targets[0].luns[0].read_only);
    EXPECT_THAT(targets[0].connections, ElementsAre(std::pair<std::uint64_t, std::uint32_t>(5, 0)));
    EXPECT_THAT(targets[0].incoming_users, ElementsAre("u"));
    EXPECT_THAT(targets[0].outgoing_users, ElementsAre("tt"));
    EXPECT_THAT(targets[0].access, ElementsAre("ALL", "iqn.x:a"));
}

TEST(TgtListing, survives_anything) {
    EXPECT_THAT(tgt::parse_targets(""), IsEmpty());
    EXPECT_THAT(tgt::parse_targets("    LUN: 4\n"), IsEmpty());
    for (std::size_t cut = 0; cut < recorded.size(); ++cut) {
        EXPECT_LE(tgt::parse_targets(recorded.substr(0, cut)).size(), 1U);
    }
    EXPECT_THAT(tgt::parse_portals_listing("Portal: 0.0.0.0:3260,1\nPortal: [::]:3260,1\nx\n"),
                ElementsAre("0.0.0.0:3260", "[::]:3260"));
}

struct Killed {};

/// One daemon: targets, LUNs, accounts and rules, shown as tgt shows them.
class FakeDaemon final : public TgtDaemon {
public:
    bool running = true;
    std::optional<int> changes_left{};
    int changes = 0;

    struct Target {
        std::string name;
        std::map<std::uint64_t, std::map<std::string, std::string>> luns{};
        std::vector<std::string> access{};
        std::vector<std::string> users{};
    };
    std::map<std::int32_t, Target> targets{};
    std::map<std::string, std::string> accounts{}; ///< and their passwords
    std::set<std::string> discovery_users{};       ///< nothing shows them
    std::string started = "first";
    std::vector<std::string> portals{"0.0.0.0:3260"};
    std::set<std::string> others_open{}; ///< portals that another start opens just before us
    /// Deletes of a target that are refused because a command is at work; LUNs above it are gone.
    int busy_deletes = 0;

    Result<bool> runs() override { return running; }
    std::string incarnation() override { return started; }
    Result<std::string> ask(const TgtRequest& request) override {
        using Operation = TgtRequest::Operation;
        using Mode = TgtRequest::Mode;
        if (request.operation == Operation::show) {
            return request.mode == Mode::portal ? show_portals() : show();
        }
        if (changes_left && (*changes_left)-- == 0) {
            throw Killed{};
        }
        ++changes;
        const std::string value = request.parameters.substr(request.parameters.find('=') + 1);
        if (request.mode == Mode::account && request.operation != Operation::bind) {
            const std::string user = value.substr(0, value.find(','));
            if (request.operation == Operation::create) {
                const std::string password =
                    request.parameters.substr(request.parameters.rfind('=') + 1);
                return accounts.emplace(user, password).second ? done() : refused(14);
            }
            return delete_account(user);
        }
        if (request.mode == Mode::portal) {
            if (value.starts_with("203.0.113.")) {
                return refused(1); // not this node's
            }
            portals.push_back(value);
            return others_open.contains(value) ? refused(1) : done();
        }
        if (request.mode == Mode::target && request.operation == Operation::create) {
            return targets.emplace(request.target, Target{.name = value}).second ? done()
                                                                                 : refused(9);
        }
        const auto target = targets.find(request.target);
        return target == targets.end() ? refused(4) : change(target, request, value);
    }

private:
    using Iterator = std::map<std::int32_t, Target>::iterator;

    static Result<std::string> done() { return ""; }
    static Result<std::string> refused(std::uint32_t number) { return fail(tgt::error_of(number)); }

    /// As account_del of usr/iscsi/account.c: whoever was bound to it is no more.
    Result<std::string> delete_account(const std::string& user) {
        for (auto& [id, target] : targets) {
            std::erase(target.users, user);
        }
        discovery_users.erase(user);
        return accounts.erase(user) == 1 ? done() : refused(15);
    }

    Result<std::string> change(Iterator target, const TgtRequest& request,
                               const std::string& value) {
        using Operation = TgtRequest::Operation;
        using Mode = TgtRequest::Mode;
        if (request.mode == Mode::target && request.operation == Operation::remove) {
            if (busy_deletes > 0) {
                --busy_deletes;
                return refused(20);
            }
            targets.erase(target);
        } else if (request.mode == Mode::target && request.operation == Operation::bind) {
            target->second.access.push_back(value);
        } else if (request.mode == Mode::target && request.operation == Operation::unbind) {
            std::erase(target->second.access, value);
        } else if (request.mode == Mode::account) {
            if (!accounts.contains(value)) {
                return refused(15);
            }
            target->second.users.push_back(value);
        } else if (request.mode == Mode::device) {
            for (const std::string& word : split(request.parameters, ",")) {
                const auto equals = word.find('=');
                target->second.luns[request.lun][word.substr(0, equals)] = word.substr(equals + 1);
            }
        }
        return done();
    }

    [[nodiscard]] std::string show_portals() const {
        std::string text;
        for (const std::string& portal : portals) {
            text += fmt::format("Portal: {},1\n", portal);
        }
        return text;
    }

    [[nodiscard]] std::string show() const {
        std::string text;
        for (const auto& [id, target] : targets) {
            text += fmt::format("Target {}: {}\n    LUN information:\n", id, target.name);
            for (auto [number, lun] : target.luns) {
                text +=
                    fmt::format("        LUN: {}\n            SCSI ID: {}\n            SCSI SN: "
                                "{}\n            Online: Yes\n            Backing store path: "
                                "{}\n",
                                number, lun["scsi_id"], lun["scsi_sn"], lun["path"]);
            }
            text += "    Account information:\n";
            for (const std::string& user : target.users) {
                text += fmt::format("        {}\n", user);
            }
            text += "    ACL information:\n";
            for (const std::string& rule : target.access) {
                text += fmt::format("        {}\n", rule);
            }
        }
        return text;
    }
};

class Files final : public BackingInspector {
public:
    std::map<std::string, Backing> others{}; ///< what is no file of its own
    std::set<std::string> held{};

    Result<Backing> inspect(const std::string& path) override {
        const auto other = others.find(path);
        return other != others.end()
                   ? other->second
                   : Backing{.kind = Backing::Kind::file, .bytes = 4096, .inode = path};
    }
    Status check_free(const std::string& path) override {
        return held.contains(path) ? Status(fail(error_from_errno(EBUSY, path))) : Status();
    }
    std::vector<std::string> holders(const std::string&) override { return {"mounted on /srv"}; }
};

class TgtTest : public ::testing::Test {
protected:
    TgtTest() {
        wanted.iqn = "iqn.2026-11.example:red";
        wanted.luns = parse_luns("1=/srv/a 2=/srv/b").value();
        wanted.portals = parse_portals("192.0.2.1:3260").value();
        wanted.initiators = parse_initiators("iqn.x:a iqn.x:b").value();
        wanted.incoming = {"user", "geheim123456"};
        EXPECT_TRUE(complete_identities(wanted, "", "", ""));
    }
    static void ignore(const std::string&) {}
    std::vector<std::string> differences_now() {
        const auto found = engine.observe(wanted);
        EXPECT_TRUE(found);
        return differences(wanted, found.value_or(Exported{}));
    }

    FakeDaemon daemon;
    Files files;
    testing::FakeClock clock;
    Deadline deadline = Deadline::after(clock, Milliseconds(55'000));
    testing::ScratchDirectory folder;
    Tgt engine{daemon, files, clock, deadline, {}, folder.path()};
    Specification wanted;
};

TEST_F(TgtTest, exports_exactly_what_is_wanted_and_leaves_nothing) {
    EXPECT_EQ(engine.observe(wanted)->presence, Presence::absent);
    ASSERT_TRUE(engine.start(wanted, ignore));
    EXPECT_EQ(engine.observe(wanted)->presence, Presence::ours);
    EXPECT_THAT(differences_now(), IsEmpty());
    ASSERT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_THAT(daemon.targets, IsEmpty());
    EXPECT_THAT(daemon.accounts, IsEmpty());
}

TEST_F(TgtTest, a_run_killed_anywhere_is_made_good) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    const int steps = daemon.changes;
    for (int kill_at = 0; kill_at < steps; ++kill_at) {
        daemon.targets.clear();
        daemon.accounts.clear();
        daemon.changes_left = kill_at;
        EXPECT_THROW(static_cast<void>(engine.start(wanted, ignore)), Killed);
        daemon.changes_left.reset();
        ASSERT_TRUE(engine.start(wanted, ignore)) << kill_at;
        EXPECT_THAT(differences_now(), IsEmpty());
        daemon.changes_left = kill_at % 4;
        EXPECT_THROW(static_cast<void>(engine.stop(wanted.iqn, ignore)), Killed);
        daemon.changes_left.reset();
        ASSERT_TRUE(engine.stop(wanted.iqn, ignore)) << kill_at;
        EXPECT_THAT(daemon.targets, IsEmpty()) << kill_at;
    }
}

TEST_F(TgtTest, a_stop_waits_for_io_in_flight_until_its_deadline) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    daemon.busy_deletes = 100;
    EXPECT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_THAT(daemon.targets, IsEmpty());
    EXPECT_GT(clock.now() - TimePoint{}, Milliseconds(3000)) << "I/O may take longer than sessions";
}

TEST_F(TgtTest, a_stop_whose_io_never_ends_names_the_lun_in_time) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    daemon.busy_deletes = 1'000'000;
    const auto status = engine.stop(wanted.iqn, ignore);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::conflict);
    EXPECT_EQ(status.error().message, "LUN 2 still has I/O in flight on /srv/b");
    EXPECT_FALSE(deadline.passed(clock)) << "the reason has to be told in time";
    EXPECT_GT(clock.now() - TimePoint{}, Milliseconds(50'000)) << "the node would be fenced early";
}

TEST_F(TgtTest, an_account_that_somebody_else_made_is_used_and_stays) {
    daemon.accounts["user"] = "geheim123456";
    daemon.discovery_users = {"user"};
    ASSERT_TRUE(engine.start(wanted, ignore));
    EXPECT_THAT(differences_now(), IsEmpty());
    ASSERT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_EQ(daemon.accounts.count("user"), 1U);
    EXPECT_EQ(daemon.discovery_users.count("user"), 1U) << "discovery is open to everybody now";
}

TEST_F(TgtTest, an_account_made_in_a_daemon_that_is_gone_is_not_ours_any_more) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    daemon.targets.clear();
    daemon.started = "second"; // and this one has the account from its own configuration
    ASSERT_TRUE(engine.start(wanted, ignore));
    ASSERT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_EQ(daemon.accounts.count("user"), 1U);
}

TEST_F(TgtTest, an_account_left_over_from_an_earlier_run_gets_the_new_password) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    daemon.targets.clear();
    wanted.incoming.password = "another12345";
    ASSERT_TRUE(engine.start(wanted, ignore));
    EXPECT_EQ(daemon.accounts["user"], "another12345");
}

TEST_F(TgtTest, two_targets_share_an_account_and_neither_is_ever_open) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:blue";
    blue.luns = parse_luns("1=/srv/c").value();
    ASSERT_TRUE(complete_identities(blue, "", "", ""));
    ASSERT_TRUE(engine.start(blue, ignore));
    EXPECT_THAT(differences_now(), IsEmpty());
    ASSERT_TRUE(engine.stop(blue.iqn, ignore));
    EXPECT_THAT(differences_now(), IsEmpty());
    ASSERT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_THAT(daemon.accounts, IsEmpty());
}

TEST_F(TgtTest, who_cannot_have_the_accounts_lock_lets_nobody_in_and_a_stop_goes_on) {
    ASSERT_TRUE(engine.start(wanted, ignore));
    const auto lock = try_lock_file(folder.path() / ".accounts.lock");
    ASSERT_TRUE(lock);
    ASSERT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_EQ(daemon.accounts.count("user"), 1U);
    const auto status = engine.start(wanted, ignore);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("tgt's CHAP accounts: "));
    EXPECT_THAT(daemon.targets, IsEmpty());
}

TEST_F(TgtTest, a_foreign_target_is_never_touched) {
    daemon.targets[1].name = wanted.iqn;
    EXPECT_EQ(engine.observe(wanted)->presence, Presence::foreign);
    EXPECT_EQ(engine.start(wanted, ignore).error().kind, ErrorKind::conflict);
    EXPECT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_EQ(daemon.targets.size(), 1U);
    EXPECT_EQ(daemon.changes, 0);
}

TEST_F(TgtTest, storage_that_is_in_use_is_refused_before_anything_is_made) {
    const Backing mirror{.kind = Backing::Kind::block, .device_number = "147:0"};
    files.others["/srv/a"] = files.others["/srv/b"] = mirror;
    EXPECT_EQ(engine.start(wanted, ignore).error().message,
              "LUN 1 and 2 are one and the same: /srv/b");
    files.others.erase("/srv/b");
    files.held = {"/srv/a"};
    EXPECT_EQ(engine.start(wanted, ignore).error().message,
              "LUN 1: /srv/a: Device or resource busy (mounted on /srv)");
    files.held.clear();
    EXPECT_EQ(daemon.changes, 0);
    ASSERT_TRUE(engine.start(wanted, ignore));
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:blue";
    blue.luns = parse_luns("4=/dev/drbd0").value();
    ASSERT_TRUE(complete_identities(blue, "", "", ""));
    files.others["/dev/drbd0"] = mirror;
    EXPECT_EQ(engine.start(blue, ignore).error().message,
              "LUN 4: /dev/drbd0 is exported by iqn.2026-11.example:red already");
    EXPECT_EQ(daemon.targets.size(), 1U);
}

TEST_F(TgtTest, a_portal_that_another_start_opened_first_is_open) {
    wanted.portals = parse_portals("192.0.2.1:3261").value();
    daemon.others_open = {"192.0.2.1:3261"};
    ASSERT_TRUE(engine.start(wanted, ignore));
    EXPECT_THAT(differences_now(), IsEmpty());
    wanted.portals = parse_portals("203.0.113.9:3261").value();
    EXPECT_THAT(engine.start(wanted, ignore).error().message,
                HasSubstr("portal 203.0.113.9:3261: tgt failed for a reason it does not tell (does "
                          "this node have the address"));
}

TEST_F(TgtTest, a_given_serial_of_another_target_is_refused) {
    wanted.luns.at(0).identity.serial = "old-serial-1";
    ASSERT_TRUE(engine.start(wanted, ignore));
    Specification blue = wanted;
    blue.iqn = "iqn.2026-11.example:blue";
    blue.luns = parse_luns("1=/srv/c").value();
    ASSERT_TRUE(complete_identities(blue, "old-serial-1", "", ""));
    EXPECT_EQ(engine.start(blue, ignore).error().message,
              "LUN 1: serial old-serial-1 is that of iqn.2026-11.example:red already; initiators "
              "would take both for one disk");
    EXPECT_EQ(daemon.targets.size(), 1U);
    EXPECT_TRUE(engine.start(wanted, ignore)) << "its own serial is no conflict";
}

TEST_F(TgtTest, a_daemon_that_is_not_there_exports_nothing) {
    daemon.running = false;
    EXPECT_EQ(engine.observe(wanted)->presence, Presence::absent);
    EXPECT_TRUE(engine.stop(wanted.iqn, ignore));
    EXPECT_THAT(engine.start(wanted, ignore).error().message, HasSubstr("systemctl start tgt"));
}

TEST_F(TgtTest, what_tgt_cannot_do_is_refused_before_anything_is_done) {
    wanted.luns.front().number = 0;
    EXPECT_THAT(engine.start(wanted, ignore).error().message, HasSubstr("keeps LUN 0"));
    wanted.luns.front().number = 1;
    wanted.alua_state = "standby";
    EXPECT_THAT(engine.start(wanted, ignore).error().message, HasSubstr("alua_state"));
    EXPECT_EQ(daemon.changes, 0);
}

} // namespace
} // namespace twinsite::target
