// crm_mon 2.1.5's XML: a cluster of two, its peer online, lost, and gone.
#include "agents/mirror/handler/cluster_status.hpp"

#include <twinsite/base/file.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

ClusterView parsed(std::string_view name, const std::string& own = "rz2-a",
                   const std::string& peer = "rz1-a") {
    return parse_cluster_status(
               read_file(std::filesystem::path(TWINSITE_RECORDED) / name).value(),
               {.resource = "red", .mirror = "mirror_red", .peer = peer, .own_node = own})
        .value();
}

TEST(RecordedClusterStatus, a_peer_that_is_online_and_promoted) {
    const auto seen = parsed("crm_mon-2.1.5-online.xml");
    EXPECT_EQ(seen.node, PeerNode::online);
    EXPECT_EQ(seen.replica, PeerReplica::promoted);
    EXPECT_TRUE(seen.quorum);
    EXPECT_EQ(seen.clone, "mirror_red-clone");
    EXPECT_EQ(seen.banned_node, "rz2-a");
    EXPECT_EQ(seen.accepted_loss, "true");
    EXPECT_EQ(seen.peer_fenced_at, 0);
}

TEST(RecordedClusterStatus, the_same_from_the_other_side) {
    const auto seen = parsed("crm_mon-2.1.5-online.xml", "rz1-a", "rz2-a");
    EXPECT_EQ(seen.replica, PeerReplica::unpromoted);
    EXPECT_EQ(seen.accepted_loss, "") << "accepted on the other node only";
}

TEST(RecordedClusterStatus, a_lost_peer_is_not_down) {
    EXPECT_EQ(parsed("crm_mon-2.1.5-unclean.xml").node, PeerNode::unclean);
}

TEST(RecordedClusterStatus, a_fenced_peer_is_down_since_then) {
    const auto seen = parsed("crm_mon-2.1.5-down.xml");
    EXPECT_EQ(seen.node, PeerNode::down);
    EXPECT_EQ(seen.peer_fenced_at, 1795446576);
}

TEST(RecordedClusterStatus, a_node_the_cluster_does_not_know_is_unknown) {
    EXPECT_EQ(parsed("crm_mon-2.1.5-online.xml", "rz2-a", "rz9-z").node, PeerNode::unknown);
}

TEST(RecordedClusterStatus, anything_else_is_an_error) {
    for (const char* bad :
         {"", "<x/>", "crm_mon: Connection to cluster failed", "<pacemaker-result"}) {
        EXPECT_EQ(parse_cluster_status(bad, {}).error().kind, ErrorKind::protocol) << bad;
    }
}

} // namespace
} // namespace twinsite::mirror
