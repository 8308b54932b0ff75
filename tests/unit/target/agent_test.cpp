#include "agents/iscsi-target/agent.hpp"
#include "agents/iscsi-target/description.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::iscsi_target {
namespace {

using ocf::ExitCode;
using target::Exported;
using target::Presence;
using target::Specification;
using ::testing::HasSubstr;

/// Exports what it is told to.
class FakeEngine final : public target::Engine {
public:
    Result<Exported> found = Exported{};
    Status start_result{};
    Status stop_result{};
    std::function<void(Exported&)> spoil = [](Exported&) {};
    int starts = 0;
    int stops = 0;

    static Exported as_wanted(const Specification& wanted) {
        Exported made;
        made.presence = Presence::ours;
        made.enabled = true;
        made.open_to_all = true;
        for (const auto& portal : wanted.portals) {
            made.portals.push_back(portal.text());
        }
        for (const auto& lun : wanted.luns) {
            made.luns.push_back({.number = lun.number,
                                 .path = lun.path,
                                 .active = true,
                                 .identity = lun.identity,
                                 .attributes = {}});
        }
        made.incoming = wanted.incoming;
        made.authenticated = !wanted.incoming.empty();
        return made;
    }

    [[nodiscard]] std::string_view name() const override { return "fake"; }
    Result<Exported> observe(const Specification&) override { return found; }
    Status start(const Specification& wanted, const target::Progress&) override {
        ++starts;
        if (start_result) {
            found = as_wanted(wanted);
            spoil(*found);
        }
        return start_result;
    }
    Status stop(std::string_view, const target::Progress&) override {
        ++stops;
        if (stop_result) {
            found = Exported{};
        }
        return stop_result;
    }
};

class FakeNetwork final : public NetworkCheck {
public:
    Status result{};
    int checks = 0;
    std::vector<target::Portal> portals{};
    Status check(const Specification& wanted) override {
        ++checks;
        portals = wanted.portals;
        return result;
    }
};

class FakeAddresses final : public LocalAddresses {
public:
    Result<std::set<std::string>> addresses = std::set<std::string>{"192.0.2.1"};
    Result<std::set<std::string>> all() override { return addresses; }
};

class FakeBacking final : public BackingWatch {
public:
    std::string answer{};
    unsigned warn = 0;
    std::string worry(const Specification&, unsigned pool_warn) override {
        warn = pool_warn;
        return answer;
    }
};

class AgentTest : public ::testing::Test {
protected:
    ocf::Outcome act(const char* action, ocf::Outcome (Agent::*what)()) {
        const auto request = ocf::parse_request(description(), action, environment, clock);
        if (!request) {
            return ocf::Outcome::of(request.error());
        }
        Agent agent(*request, engine, network, addresses, backing, [](const std::string&) {});
        return (agent.*what)();
    }
    ocf::Outcome start() { return act("start", &Agent::start); }
    ocf::Outcome stop() { return act("stop", &Agent::stop); }
    ocf::Outcome monitor() { return act("monitor", &Agent::monitor); }
    ocf::Outcome validate() { return act("validate-all", &Agent::validate); }

    testing::FakeClock clock;
    FakeEngine engine;
    FakeNetwork network;
    FakeAddresses addresses;
    FakeBacking backing;
    ocf::Environment environment{{"OCF_RESKEY_iqn", "iqn.2026-11.example:red"},
                                 {"OCF_RESKEY_luns", "0=/dev/drbd0"}};
};

TEST_F(AgentTest, start_is_verified_and_idempotent) {
    EXPECT_EQ(start().code, ExitCode::success);
    EXPECT_EQ(start().code, ExitCode::success);
    EXPECT_EQ(engine.starts, 1);
}

TEST_F(AgentTest, a_half_built_target_is_built_anew) {
    engine.found->presence = Presence::ours;
    EXPECT_EQ(start().code, ExitCode::success);
    EXPECT_EQ(engine.starts, 1);
}

TEST_F(AgentTest, monitor_tells_absent_different_and_unknown_apart) {
    EXPECT_EQ(monitor().code, ExitCode::not_running);
    ASSERT_EQ(start().code, ExitCode::success);
    EXPECT_EQ(monitor().code, ExitCode::success);
    engine.found->luns[0].path = "/dev/drbd7";
    EXPECT_EQ(monitor().code, ExitCode::error);
    EXPECT_EQ(monitor().reason, "LUN 0 is /dev/drbd7 instead of /dev/drbd0");
    engine.found = fail(ErrorKind::unreachable, "configfs is not mounted");
    EXPECT_EQ(monitor().code, ExitCode::error);
}

TEST_F(AgentTest, registrations_that_a_move_would_lose_are_degraded) {
    ASSERT_EQ(start().code, ExitCode::success);
    engine.found->luns[0].registrations = 0;
    EXPECT_EQ(monitor().code, ExitCode::success);
    engine.found->luns[0].registrations = 2;
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_EQ(monitor().reason,
              "LUN 0 has 2 registrations for persistent reservations: a move would lose them");
}

TEST_F(AgentTest, trouble_below_is_degraded_and_does_not_hide_a_difference) {
    environment["OCF_RESKEY_pool_warn"] = "70";
    ASSERT_EQ(start().code, ExitCode::success);
    backing.answer = "LUN 0: the mirror's own disk is lost (Diskless)";
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_EQ(monitor().reason, backing.answer);
    EXPECT_EQ(backing.warn, 70U);
    EXPECT_EQ(start().code, ExitCode::success);
    engine.found->luns[0].path = "/dev/drbd7";
    EXPECT_EQ(monitor().code, ExitCode::error);
}

TEST_F(AgentTest, a_foreign_target_is_not_ours_running) {
    engine.found->presence = Presence::foreign;
    engine.found->detail = "its lun_0 is core/iblock_0/mydisk";
    EXPECT_EQ(monitor().code, ExitCode::not_running);
    EXPECT_THAT(monitor().reason, HasSubstr("mydisk"));
}

TEST_F(AgentTest, what_is_left_over_is_failed_so_that_a_stop_comes) {
    engine.found->presence = Presence::leftover;
    engine.found->detail = "a backing store is left over: core/iblock_7/x";
    EXPECT_EQ(monitor().code, ExitCode::error);
    EXPECT_EQ(monitor().reason, engine.found->detail);
    EXPECT_EQ(start().code, ExitCode::success);
}

TEST_F(AgentTest, a_stop_needs_nothing_but_the_name) {
    environment["OCF_RESKEY_luns"] = "nonsense";
    environment["OCF_RESKEY_portals"] = "nonsense";
    environment["OCF_RESKEY_incoming_username"] = "u";
    EXPECT_EQ(stop().code, ExitCode::success);
    EXPECT_EQ(engine.stops, 1);
}

TEST_F(AgentTest, a_name_that_could_never_start_is_stopped) {
    for (const char* impossible : {"../../etc", "iqn.2026-11.example:RED", "red"}) {
        environment["OCF_RESKEY_iqn"] = impossible;
        EXPECT_EQ(stop().code, ExitCode::success) << impossible;
        EXPECT_EQ(start().code, ExitCode::not_configured) << impossible;
        EXPECT_EQ(monitor().code, ExitCode::not_configured) << impossible;
    }
    EXPECT_EQ(engine.stops, 0);
    EXPECT_EQ(engine.starts, 0);
}

TEST_F(AgentTest, a_start_that_does_not_look_right_afterwards_leaves_nothing_open) {
    engine.spoil = [](Exported& made) { made.authenticated = true; };
    EXPECT_EQ(start().code, ExitCode::error);
    EXPECT_EQ(engine.stops, 1);
    EXPECT_EQ(monitor().code, ExitCode::not_running);
    engine.spoil = [](Exported& made) { made = {}; };
    EXPECT_EQ(start().reason, "the target is not there");
    engine.stop_result = fail(ErrorKind::conflict, "LUN 0 still has I/O in flight on /dev/drbd0");
    EXPECT_EQ(start().reason, "the target is not there; and undoing it failed: LUN 0 still has I/O "
                              "in flight on /dev/drbd0");
}

TEST_F(AgentTest, bad_parameters_are_named_and_change_nothing) {
    const std::vector<std::tuple<const char*, const char*, const char*>> cases{
        {"iqn", "red", "parameter iqn: \"red\" is not an iSCSI name"},
        {"luns", "0", "parameter luns: \"0\" is not NUMBER=PATH"},
        {"read_only_luns", "4", "parameter read_only_luns: LUN 4 is not among luns"},
        {"portals", "storage", "parameter portals: \"storage\" is not a numeric IP address"},
        {"allowed_initiators", "host", "parameter allowed_initiators: \"host\" is not"},
        {"incoming_username", "u", "incoming_username and incoming_password_file belong together"},
        {"incoming_username", "a b", "parameter incoming_username: the CHAP user name"},
        {"vendor_id", "far-too-long", "vendor_id \"far-too-long\": at most 8"}};
    for (const auto& [name, value, message] : cases) {
        const ocf::Environment before = environment;
        environment[std::string("OCF_RESKEY_") + name] = value;
        if (std::string_view(value) == "a b") {
            environment["OCF_RESKEY_incoming_password_file"] = "/none";
        }
        const auto outcome = start();
        EXPECT_EQ(outcome.code, ExitCode::not_configured) << name;
        EXPECT_THAT(outcome.reason, HasSubstr(message));
        EXPECT_EQ(validate().code, ExitCode::not_configured) << name;
        environment = before;
    }
    EXPECT_EQ(engine.starts, 0);
}

TEST_F(AgentTest, a_secret_others_can_read_is_refused) {
    const testing::ScratchDirectory scratch;
    environment["OCF_RESKEY_incoming_username"] = "u";
    environment["OCF_RESKEY_incoming_password_file"] =
        scratch.write("pw", "geheim123456\n", 0644).string();
    EXPECT_EQ(start().code, ExitCode::permission);
    EXPECT_EQ(engine.starts, 0);
    EXPECT_EQ(monitor().code, ExitCode::not_running) << "a probe needs no secret";
}

class PasswordFile : public AgentTest {
protected:
    PasswordFile() {
        environment["OCF_RESKEY_incoming_username"] = "u";
        environment["OCF_RESKEY_incoming_password_file"] = file.string();
        EXPECT_EQ(start().code, ExitCode::success);
    }
    testing::ScratchDirectory scratch;
    std::filesystem::path file = scratch.write("pw", "geheim123456\n", 0600);
};

TEST_F(PasswordFile, that_is_not_as_it_should_be_takes_no_serving_target_down) {
    struct Case {
        const char* content;
        unsigned mode;
        const char* reason;
        ExitCode start;
    };
    for (const Case& one : std::vector<Case>{
             {"geheim123456\n", 0644, "can be read by others: run chmod 600", ExitCode::permission},
             {nullptr, 0, "No such file", ExitCode::error},
             {"", 0600, "is empty", ExitCode::error},
             {"has blanks\n", 0600, "the CHAP password is empty", ExitCode::error}}) {
        std::filesystem::remove(file);
        if (one.content != nullptr) {
            static_cast<void>(scratch.write("pw", one.content, one.mode));
        }
        environment["OCF_CHECK_LEVEL"] = "10";
        const auto outcome = monitor();
        EXPECT_EQ(outcome.code, ExitCode::degraded) << one.reason;
        EXPECT_THAT(outcome.reason, HasSubstr(one.reason));
        EXPECT_THAT(outcome.reason, ::testing::Not(HasSubstr("geheim")));
        EXPECT_EQ(validate().code, one.start) << one.reason;
        EXPECT_EQ(start().code, one.start) << one.reason;
        const Exported healthy = *engine.found;
        engine.found->luns.clear();
        EXPECT_EQ(monitor().code, ExitCode::error) << "a difference is told all the same";
        engine.found = healthy;
        engine.found->incoming.user = "other";
        EXPECT_EQ(monitor().code, ExitCode::error) << "the users are parameters";
        engine.found = healthy;
    }
    EXPECT_EQ(network.checks, 0) << "no login without the password";
    EXPECT_EQ(engine.starts, 1);
}

TEST_F(PasswordFile, of_single_initiators_leaves_open_what_it_says) {
    environment["OCF_RESKEY_allowed_initiators"] = "iqn.x:a";
    environment["OCF_RESKEY_initiator_credentials_file"] =
        scratch.write("own", "iqn.x:a own eigen1234567\n", 0644).string();
    engine.found->open_to_all = false;
    engine.found->initiators = {
        {.name = "iqn.x:a", .luns = {0}, .incoming = {"own", "eigen1234567"}}};
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_THAT(monitor().reason, HasSubstr("own can be read by others"));
    engine.found->initiators.clear();
    EXPECT_EQ(monitor().code, ExitCode::error);
}

TEST_F(AgentTest, depth_10_looks_through_the_network) {
    ASSERT_EQ(start().code, ExitCode::success);
    network.result = fail(ErrorKind::unreachable, "no login at 192.0.2.1:3260");
    EXPECT_EQ(monitor().code, ExitCode::success);
    environment["OCF_CHECK_LEVEL"] = "10";
    EXPECT_EQ(monitor().code, ExitCode::error);
    EXPECT_EQ(monitor().reason, "no login at 192.0.2.1:3260");
    network.result = {};
    EXPECT_EQ(monitor().code, ExitCode::success);
}

TEST_F(AgentTest, a_portal_whose_address_is_not_here_is_degraded_and_not_logged_in_to) {
    environment["OCF_RESKEY_portals"] = "192.0.2.1:3260 192.0.2.11:3260 [2001:db8::1]:3260";
    EXPECT_EQ(start().code, ExitCode::success) << "with tgt the address comes after the target";
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_EQ(monitor().reason, "portal 192.0.2.11:3260: this node does not have the address");
    environment["OCF_CHECK_LEVEL"] = "10";
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_EQ(network.portals, target::parse_portals("192.0.2.1:3260").value());
    addresses.addresses->insert({"192.0.2.11", "2001:db8::1"});
    EXPECT_EQ(monitor().code, ExitCode::success);
    EXPECT_EQ(network.portals.size(), 3U);
    addresses.addresses = fail(ErrorKind::internal, "getifaddrs: no memory");
    EXPECT_EQ(monitor().code, ExitCode::success) << "not known is not absent";
}

TEST_F(AgentTest, wildcards_and_loopback_are_on_every_node) {
    addresses.addresses->clear();
    environment["OCF_RESKEY_portals"] = "0.0.0.0:3260 [::]:3261 127.0.0.2:3260";
    ASSERT_EQ(start().code, ExitCode::success);
    EXPECT_EQ(monitor().code, ExitCode::success);
}

TEST(SystemLocalAddresses, are_those_of_this_machine) {
    const auto all = SystemLocalAddresses().all();
    ASSERT_TRUE(all);
    EXPECT_TRUE(all->contains("127.0.0.1"));
    EXPECT_FALSE(all->contains("203.0.113.9"));
}

TEST_F(AgentTest, too_many_sessions_are_degraded_not_failed) {
    environment["OCF_RESKEY_session_limit"] = "2";
    ASSERT_EQ(start().code, ExitCode::success);
    engine.found->sessions = 2;
    EXPECT_EQ(monitor().code, ExitCode::success);
    engine.found->sessions = 3;
    EXPECT_EQ(monitor().code, ExitCode::degraded);
    EXPECT_EQ(monitor().reason, "3 sessions, more than session_limit 2");
}

TEST_F(AgentTest, credentials_of_single_initiators_come_from_their_file) {
    const testing::ScratchDirectory scratch;
    environment["OCF_RESKEY_allowed_initiators"] = "iqn.x:a";
    const auto credentials = [&](const char* text) {
        environment["OCF_RESKEY_initiator_credentials_file"] =
            scratch.write("chap", text, 0600).string();
        return start();
    };
    EXPECT_THAT(credentials("iqn.x:a user\n").reason, HasSubstr("line 1: not INITIATOR USER"));
    EXPECT_THAT(credentials("# names\niqn.x:b user geheim123456\n").reason,
                HasSubstr("line 2: the initiator is not among allowed_initiators"));
    EXPECT_EQ(engine.starts, 0);
}

TEST_F(AgentTest, a_failed_start_has_the_engines_reason) {
    engine.start_result = fail(ErrorKind::conflict, "opening /dev/drbd0 for LUN 0: busy");
    EXPECT_EQ(start().code, ExitCode::error);
    EXPECT_EQ(start().reason, "opening /dev/drbd0 for LUN 0: busy");
}

} // namespace
} // namespace twinsite::iscsi_target
