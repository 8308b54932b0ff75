// Every combination of role, local disk, connection, replication, peer's disk and role, against
// rules stated once more in plain words: what must hold, whatever the implementation.
#include <twinsite/mirror/decision.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

constexpr std::array all_roles{Role::unknown, Role::secondary, Role::primary};
constexpr std::array all_replications{Replication::off,         Replication::established,
                                      Replication::negotiating, Replication::sync_source,
                                      Replication::sync_target, Replication::verify,
                                      Replication::other};
constexpr std::array all_disks{
    Disk::diskless,     Disk::attaching, Disk::detaching, Disk::failed,     Disk::negotiating,
    Disk::inconsistent, Disk::outdated,  Disk::unknown,   Disk::consistent, Disk::up_to_date};
constexpr std::array all_connections{Connection::stand_alone,    Connection::disconnecting,
                                     Connection::unconnected,    Connection::timeout,
                                     Connection::broken_pipe,    Connection::network_failure,
                                     Connection::protocol_error, Connection::tear_down,
                                     Connection::connecting,     Connection::connected};

Observation seen(Role role, Disk disk, Connection connection, Disk peer_disk,
                 Replication replication = Replication::established, Role peer = Role::secondary) {
    return {.configured = true,
            .role = role,
            .suspended = {},
            .volumes = {{.disk = disk}},
            .peers = {{.name = "peer",
                       .connection = connection,
                       .role = peer,
                       .volumes = {{.replication = replication, .disk = peer_disk}}}}};
}

struct Combination {
    Role role;
    Disk disk;
    Connection connection;
    Disk peer;
    Replication replication;
    Role peer_role;

    [[nodiscard]] Observation seen() const {
        return mirror::seen(role, disk, connection, peer, replication, peer_role);
    }
    [[nodiscard]] std::string text() const {
        return std::string(to_string(role)) + "/" + std::string(to_string(peer_role)) + " " +
               std::string(to_string(disk)) + "/" + std::string(to_string(peer)) + " " +
               std::string(to_string(connection)) + " " + std::string(to_string(replication));
    }
};

template <typename Check>
void each_combination(Check check) {
    for (const Role role : all_roles) {
        for (const Disk disk : all_disks) {
            for (const Connection connection : all_connections) {
                for (const Disk peer : all_disks) {
                    for (const Replication replication : all_replications) {
                        for (const Role peer_role : all_roles) {
                            const Combination each{role, disk,        connection,
                                                   peer, replication, peer_role};
                            SCOPED_TRACE(each.text());
                            check(each, assess(each.seen(), ScoreTable{}));
                        }
                    }
                }
            }
        }
    }
}

/// Both copies are there and DRBD keeps them alike; verify runs on a whole mirror.
bool is_whole(const Combination& each) {
    return each.disk == Disk::up_to_date && each.peer == Disk::up_to_date &&
           each.connection == Connection::connected &&
           (each.replication == Replication::established ||
            each.replication == Replication::verify);
}

TEST(MirrorDecision, what_is_configured_is_never_called_stopped) {
    each_combination([](const Combination&, const Assessment& result) {
        EXPECT_NE(result.state, State::stopped);
    });
    EXPECT_EQ(assess(Observation{}, ScoreTable{}).state, State::stopped);
}

TEST(MirrorDecision, a_role_that_is_not_understood_is_neither_of_both) {
    each_combination([](const Combination& each, const Assessment& result) {
        EXPECT_EQ(result.state == State::unknown, each.role == Role::unknown);
        if (each.role == Role::unknown) {
            EXPECT_EQ(result.score, never);
            EXPECT_FALSE(result.reason.empty());
            EXPECT_EQ(may_promote(each.seen(), {}).promotion, Promotion::refused);
        }
    });
}

TEST(MirrorDecision, an_unpromoted_replica_without_up_to_date_data_is_never_promoted) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::secondary && each.disk != Disk::up_to_date) {
            EXPECT_EQ(result.score, never);
            EXPECT_FALSE(result.reason.empty());
        }
    });
}

TEST(MirrorDecision, an_unpromoted_replica_that_stands_alone_is_never_promoted) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::secondary && each.connection == Connection::stand_alone) {
            EXPECT_EQ(result.score, never);
        }
    });
}

TEST(MirrorDecision, an_up_to_date_replica_scores_by_what_it_knows_of_its_peer) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::secondary && each.disk == Disk::up_to_date &&
            each.connection != Connection::stand_alone) {
            const bool known = each.peer != Disk::unknown && each.replication != Replication::other;
            EXPECT_EQ(result.score, known ? 10000 : 1000);
        }
    });
}

TEST(MirrorDecision, a_promoted_replica_with_good_data_keeps_the_best_score) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::primary && each.disk == Disk::up_to_date) {
            EXPECT_EQ(result.state, State::promoted);
            EXPECT_EQ(result.score, 10000);
        }
    });
}

TEST(MirrorDecision, a_promoted_replica_without_good_data_lives_on_its_peers_or_has_failed) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::primary && each.disk != Disk::up_to_date) {
            const bool peer_serves =
                each.connection == Connection::connected && each.peer == Disk::up_to_date;
            EXPECT_EQ(result.state, peer_serves ? State::promoted : State::failed_promoted);
            EXPECT_EQ(result.score, peer_serves ? 10 : never);
            EXPECT_TRUE(result.degraded);
        }
    });
}

TEST(MirrorDecision, only_two_connected_up_to_date_replicas_are_whole) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role != Role::unknown) {
            EXPECT_EQ(result.degraded, !is_whole(each));
            EXPECT_EQ(result.reason.empty(), is_whole(each));
        }
    });
}

TEST(MirrorDecision, what_may_be_promoted_next_is_not_shown_as_degraded) {
    each_combination([](const Combination& each, const Assessment& result) {
        const bool peer_serves =
            each.connection == Connection::connected && each.peer_role == Role::primary;
        EXPECT_EQ(left_to_peer(each.seen(), result),
                  result.state == State::unpromoted && (result.score > 0 || peer_serves));
    });
}

TEST(MirrorDecision, a_promotion_happens_only_on_up_to_date_data) {
    each_combination([](const Combination& each, const Assessment&) {
        const auto verdict = may_promote(each.seen(), {});
        if (each.role == Role::primary) {
            EXPECT_EQ(verdict.promotion, Promotion::done);
        } else if (verdict.promotion == Promotion::go) {
            EXPECT_EQ(each.disk, Disk::up_to_date);
            EXPECT_NE(each.connection, Connection::stand_alone);
            EXPECT_FALSE(each.connection == Connection::connected &&
                         each.peer_role == Role::primary);
        } else {
            EXPECT_FALSE(verdict.reason.empty());
        }
    });
}

TEST(MirrorDecision, the_score_and_the_promotion_agree) {
    each_combination([](const Combination& each, const Assessment& result) {
        if (each.role == Role::secondary && result.score > 0) {
            EXPECT_NE(may_promote(each.seen(), {}).promotion, Promotion::refused);
        }
    });
}

TEST(MirrorDecision, a_side_of_a_split_brain_waits_for_the_operator_whatever_its_peer_does) {
    each_combination([](const Combination& each, const Assessment&) {
        for (const bool recorded : {false, true}) {
            for (const bool accepted : {false, true}) {
                // Also when the peer's node is gone and this is the only copy: it lacks what the
                // peer wrote. go-live accepts that, here and nowhere else.
                EXPECT_EQ(waits_for_operator(each.seen(), {recorded, accepted}),
                          recorded && !accepted && each.role != Role::primary &&
                              each.connection != Connection::connected);
            }
        }
    });
    EXPECT_FALSE(waits_for_operator(Observation{}, {.recorded = true}));
}

TEST(MirrorDecision, a_peer_that_is_still_promoted_is_waited_for) {
    EXPECT_EQ(may_promote(seen(Role::secondary, Disk::up_to_date, Connection::connected,
                               Disk::up_to_date, Replication::established, Role::primary),
                          {})
                  .promotion,
              Promotion::wait);
}

TEST(MirrorDecision, consistent_data_is_promoted_only_when_the_admin_gave_it_a_score) {
    const auto alone =
        seen(Role::secondary, Disk::consistent, Connection::connecting, Disk::unknown);
    EXPECT_EQ(assess(alone, ScoreTable{}).score, never);
    EXPECT_EQ(assess(alone, ScoreTable{5, 10, 1000, 10000}).score, 5);
    EXPECT_EQ(may_promote(alone, {}).promotion, Promotion::refused);
    EXPECT_EQ(may_promote(alone, {.consistent_will_do = true}).promotion, Promotion::go);
}

TEST(MirrorDecision, the_worst_volume_counts) {
    auto two = seen(Role::secondary, Disk::up_to_date, Connection::connected, Disk::up_to_date);
    two.volumes.push_back({.volume = 1, .minor = 1, .disk = Disk::inconsistent});
    EXPECT_EQ(assess(two, ScoreTable{}).score, never);
}

TEST(MirrorDecision, without_quorum_nothing_is_promoted) {
    for (const Role role : {Role::secondary, Role::primary}) {
        auto lost = seen(role, Disk::up_to_date, Connection::connecting, Disk::unknown);
        lost.volumes[0].quorum = false;
        EXPECT_EQ(assess(lost, ScoreTable{}).score, never);
    }
}

TEST(MirrorDecision, a_start_waits_for_the_handshake_but_not_for_a_resync) {
    const auto with = [](Replication replication) {
        return seen(Role::secondary, Disk::inconsistent, Connection::connected, Disk::up_to_date,
                    replication);
    };
    EXPECT_FALSE(settled(with(Replication::negotiating)));
    EXPECT_TRUE(settled(with(Replication::sync_target)));
    EXPECT_FALSE(
        settled(seen(Role::secondary, Disk::consistent, Connection::connecting, Disk::unknown)));
}

// drbdsetup 9.22 on 8.4.11, shortened.
constexpr const char* shown = R"(resource red {
    options {
    }
    net {
        ping-int        \t2; # seconds
        allow-two-primaries\tyes;
    }
    _remote_host {
    }
    volume 0 {
        disk "/dev/ubda" {
            fencing         \tresource-and-stonith;
        }
    }
}
)";

TEST(MirrorOptions, are_read_from_what_the_kernel_has) {
    std::string text(shown);
    for (auto at = text.find("\\t"); at != std::string::npos; at = text.find("\\t")) {
        text.replace(at, 2, "\t");
    }
    const Options options = parse_options(text);
    EXPECT_TRUE(options.allow_two_primaries);
    EXPECT_EQ(options.fencing, "resource-and-stonith");
    EXPECT_EQ(options.protocol, "C");
    EXPECT_EQ(parse_options(""), Options{});
}

TEST(MirrorOptions, the_disks_and_the_port_are_read_too) {
    // drbdsetup show on 8.4.11, shortened.
    const Options options = parse_options(R"(resource red {
    net {
        protocol A;
        on-congestion pull-ahead;
    }
    _remote_host {
        address ipv4 10.77.2.21:7789;
    }
    _this_host {
        address ipv4 10.77.2.11:7789;
        volume 0 {
            device minor 0;
            disk "/dev/vg/red";
            meta-disk internal;
            disk {
                resync-rate 102400k; # bytes/second
            }
        }
    }
})");
    EXPECT_EQ(options.protocol, "A");
    EXPECT_EQ(options.port, 7789U);
    EXPECT_EQ(options.disks, std::vector<std::string>{"/dev/vg/red"});
}

TEST(MirrorOptions, two_primaries_need_consent_on_all_three_sides) {
    for (const bool allowed : {false, true}) {
        for (const char* fencing : {"dont-care", "resource-only", "resource-and-stonith"}) {
            const Options options{.allow_two_primaries = allowed, .fencing = fencing};
            EXPECT_EQ(check_primaries(options, 1).has_value(), !allowed);
            EXPECT_EQ(check_primaries(options, 2).has_value(),
                      allowed && options.fencing == "resource-and-stonith");
            EXPECT_EQ(check_primaries(options, 3).error().kind, ErrorKind::invalid_config);
            for (const int promoted_max : {1, 2}) {
                const auto fitting = check_primaries(options, promoted_max);
                EXPECT_TRUE(fitting || fitting.error().kind == ErrorKind::not_installed)
                    << "this node's DRBD is wrong, not the resource";
            }
        }
    }
}

TEST(MirrorOptions, a_second_primary_does_not_wait_for_the_first) {
    const auto connected = seen(Role::secondary, Disk::up_to_date, Connection::connected,
                                Disk::up_to_date, Replication::established, Role::primary);
    EXPECT_EQ(may_promote(connected, {.two_primaries = true}).promotion, Promotion::go);
}

TEST(MirrorScores, four_numbers_that_do_not_decrease) {
    EXPECT_EQ(parse_scores("0 10 1000 10000").value(), ScoreTable{});
    EXPECT_EQ(parse_scores(" 1 2  3 4 ").value(), (ScoreTable{1, 2, 3, 4}));
    for (const char* bad : {"", "1 2 3", "1 2 3 4 5", "4 3 2 1", "a b c d",
                            "0 10 1000 99999999999999999999", "0;1 2 3 4"}) {
        EXPECT_EQ(parse_scores(bad).error().kind, ErrorKind::invalid_config) << bad;
    }
    EXPECT_EQ(score_text(never), "-INFINITY");
    EXPECT_EQ(score_text(10000), "10000");
}

} // namespace
} // namespace twinsite::mirror
