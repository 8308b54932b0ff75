// The files around a guest lie on a server that does not answer any more.
#include "tests/support/dead_file_system.hpp"
#include "tests/unit/vm_agent/agent_fixture.hpp"

namespace twinsite::vm {
namespace {

using hypervisor::ShutdownMode;
using ocf::ExitCode;

class DeadServer : public AgentFixture {
protected:
    void SetUp() override {
        if (!server.mounted()) {
            GTEST_SKIP() << "needs root and FUSE";
        }
    }
    [[nodiscard]] std::string on_it(const char* name) const {
        return (server.path() / name).string();
    }
    testing::DeadFileSystem server{scratch.path() / "nfs"};
};

TEST_F(DeadServer, with_the_config_hinders_no_stop) {
    EXPECT_EQ(perform("start").code, ExitCode::success);
    set("config", on_it("rot.xml"));
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(host.process);
    const auto start = perform("start");
    EXPECT_EQ(start.code, ExitCode::error);
    EXPECT_NE(start.reason.find("did not answer in time"), std::string::npos) << start.reason;
}

TEST_F(DeadServer, with_the_saved_state_lets_the_guest_be_shut_down) {
    host.run_guest(rot);
    set("snapshot", server.path().string());
    set("snapshot_local", "yes");
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(host.did("save"));
    EXPECT_TRUE(host.did("ask by agent"));
    EXPECT_EQ(perform("start").code, ExitCode::error);
    EXPECT_FALSE(host.did("create")) << "a state may be there: a cold start is not what was asked";
}

} // namespace
} // namespace twinsite::vm
