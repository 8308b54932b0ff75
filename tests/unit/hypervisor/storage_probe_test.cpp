#include "tests/support/dead_file_system.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/hypervisor/guest_process.hpp>
#include <twinsite/hypervisor/storage_probe.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

namespace twinsite::hypervisor {
namespace {

/// A port of this machine on which somebody listens.
class Port {
public:
    Port()
        : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address_;
        EXPECT_EQ(::bind(listener_.get(), generic(), length), 0);
        EXPECT_EQ(::listen(listener_.get(), 0), 0);
        EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address_), &length),
                  0);
    }
    /// With its queue full, the kernel drops what comes: as a host that is off.
    void fall_silent() {
        for (int i = 0; i < 4; ++i) {
            queue_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            static_cast<void>(::connect(queue_.back().get(), generic(), sizeof address_));
        }
    }
    [[nodiscard]] Host host() const { return {"127.0.0.1", ntohs(address_.sin_port)}; }

private:
    [[nodiscard]] const sockaddr* generic() const {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    sockaddr_in address_{};
    FileDescriptor listener_;
    std::vector<FileDescriptor> queue_;
};

class Probe : public ::testing::Test {
protected:
    Status probe(const Disk& disk) {
        return SystemStorageProbe(clock).probe({}, disk,
                                               Deadline::after(clock, Milliseconds(2000)));
    }
    SystemClock clock;
};

TEST_F(Probe, a_dead_host_leaves_time_for_the_next_one) {
    Port dead;
    dead.fall_silent();
    const Port alive;
    Disk disk{.kind = DiskKind::network, .target = "vda", .protocol = "nbd"};
    disk.hosts = {dead.host()};
    EXPECT_FALSE(probe(disk)) << "the dead host answers; nothing is tested";
    disk.hosts = {dead.host(), alive.host()};
    const auto answered = probe(disk);
    EXPECT_TRUE(answered) << answered.error().message;
}

TEST_F(Probe, a_file_is_opened_as_the_guest_would) {
    const testing::ScratchDirectory scratch;
    const Disk disk{
        .kind = DiskKind::file, .target = "vda", .source = scratch.write("disk", "").string()};
    EXPECT_TRUE(probe(disk));
    EXPECT_EQ(probe({.kind = DiskKind::file, .target = "vda", .source = "/nonexistent/disk"})
                  .error()
                  .kind,
              ErrorKind::not_found);
}

TEST_F(Probe, a_file_on_a_dead_server_does_not_keep_it) {
    const testing::ScratchDirectory scratch;
    const testing::DeadFileSystem server(scratch.path() / "nfs");
    if (!server.mounted()) {
        GTEST_SKIP() << "needs root and FUSE";
    }
    const auto answered = probe(
        {.kind = DiskKind::file, .target = "vda", .source = (server.path() / "disk").string()});
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().kind, ErrorKind::timeout) << answered.error().message;
}

TEST_F(Probe, a_process_that_cannot_be_looked_at_is_not_absent) {
    const testing::ScratchDirectory scratch;
    const testing::DeadFileSystem proc(scratch.path() / "proc");
    if (!proc.mounted()) {
        GTEST_SKIP() << "needs root and FUSE";
    }
    QemuProcesses processes(scratch.path() / "run", proc.path());
    EXPECT_EQ(processes.find({"rot", ""}).error().kind, ErrorKind::timeout);
    EXPECT_FALSE(processes.any());
    EXPECT_FALSE(processes.signal({"rot", ""}, KillMode::kill));
}

} // namespace
} // namespace twinsite::hypervisor
