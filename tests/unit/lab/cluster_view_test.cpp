#include "lab/scenario/cluster_view.hpp"

#include <gtest/gtest.h>

namespace twinsite::lab {
namespace {

TEST(ClusterView, reads_nodes_roles_and_failures) {
    const auto view =
        parse_crm_mon(R"(<pacemaker-result><summary><current_dc with_quorum="true"/></summary>
<nodes><node name="a" online="true" unclean="false" standby="false"/>
<node name="b" online="false" unclean="true" standby="false"/></nodes>
<resources>
<clone id="mirror_red-clone"><resource id="mirror_red" role="Promoted" active="true"><node name="a"/></resource></clone>
<group id="lun_red"><resource id="target_red" role="Started" active="true"><node name="a"/></resource></group>
<resource id="vm_rot" role="Stopped" active="false"/>
</resources>
<failures><failure op_key="vm_rot_start_0" node="a" exitstatus="error" exitreason="no disk"/></failures>
</pacemaker-result>)");
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->quorate);
    EXPECT_TRUE(view->nodes.at("b").unclean);
    EXPECT_FALSE(view->all_online());
    EXPECT_EQ(view->promoted.at("mirror_red"), "a");
    EXPECT_EQ(view->where("target_red"), "a");
    EXPECT_EQ(view->where("vm_rot"), "");
    EXPECT_EQ(view->failures.size(), 1U);
}

TEST(ClusterView, the_last_confirmed_fencing_of_a_node) {
    const auto view = parse_crm_mon(R"(<pacemaker-result><fence_history>
<fence_event action="reboot" target="a" status="failed" completed="2026-11-25 09:30:00Z"/>
<fence_event action="off" target="a" status="success" completed="2026-11-25 09:12:06Z"/>
<fence_event action="reboot" target="a" status="success" completed="2026-11-25 08:00:00Z"/>
<fence_event action="reboot" target="b" status="pending"/>
</fence_history></pacemaker-result>)");
    ASSERT_TRUE(view);
    EXPECT_EQ(view->fenced.at("a"), "2026-11-25 09:12:06Z");
    EXPECT_FALSE(view->fenced.contains("b"));
}

TEST(ClusterView, what_is_no_xml_is_an_error) {
    EXPECT_FALSE(parse_crm_mon("Connection refused"));
}

TEST(ProcDrbd, reads_state_per_minor) {
    const auto mirrors =
        parse_proc_drbd("version: 8.4.11 (api:1/proto:86-101)\n"
                        " 0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C r-----\n"
                        "    ns:0 nr:0\n"
                        " 1: cs:WFConnection ro:Primary/Unknown ds:UpToDate/DUnknown C r-----\n 2: "
                        "cs:Unconfigured\n");
    ASSERT_EQ(mirrors.size(), 2U);
    EXPECT_TRUE(mirrors.at(0).healthy());
    EXPECT_FALSE(mirrors.at(1).healthy());
    EXPECT_EQ(mirrors.at(1).connection, "WFConnection");
}

} // namespace
} // namespace twinsite::lab
