// On this process itself, with connections over loopback.
#include "lib/hypervisor/outgoing_connections.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace twinsite::hypervisor {
namespace {

class Listener {
public:
    Listener()
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        EXPECT_EQ(::bind(socket_.get(), name(), size), 0);
        EXPECT_EQ(::listen(socket_.get(), 8), 0);
        EXPECT_EQ(::getsockname(socket_.get(), name(), &size), 0);
    }
    FileDescriptor connect() {
        FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(client.get(), name(), sizeof address_), 0);
        return client;
    }
    [[nodiscard]] FileDescriptor accept() const {
        return FileDescriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }

private:
    sockaddr* name() { return reinterpret_cast<sockaddr*>(&address_); }

    FileDescriptor socket_;
    sockaddr_in address_{};
};

unsigned limit_of(const FileDescriptor& socket) {
    unsigned milliseconds = 0;
    socklen_t size = sizeof milliseconds;
    EXPECT_EQ(::getsockopt(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, &size), 0);
    return milliseconds;
}

TEST(OutgoingConnections, only_what_was_opened_to_a_new_peer_gets_the_limit) {
    Listener storage;
    Listener target;
    const FileDescriptor to_storage = storage.connect();
    auto connections = OutgoingConnections::from_now_on(::getpid());
    ASSERT_TRUE(connections) << connections.error().message;
    EXPECT_EQ(connections->break_when_silent(Milliseconds(1000)).value_or(9), 0U);

    const FileDescriptor again = storage.connect();
    const FileDescriptor first = target.connect();
    const FileDescriptor second = target.connect();
    const FileDescriptor accepted = target.accept();
    EXPECT_EQ(connections->break_when_silent(Milliseconds(7000)).value_or(9), 2U);
    EXPECT_EQ(limit_of(first), 7000U);
    EXPECT_EQ(limit_of(second), 7000U);
    EXPECT_EQ(limit_of(to_storage), 0U);
    EXPECT_EQ(limit_of(again), 0U);
    EXPECT_EQ(limit_of(accepted), 0U);
}

TEST(OutgoingConnections, of_a_process_that_is_not_there) {
    const auto connections = OutgoingConnections::from_now_on(INT32_MAX);
    ASSERT_FALSE(connections);
    EXPECT_EQ(connections.error().kind, ErrorKind::not_found) << connections.error().message;
}

} // namespace
} // namespace twinsite::hypervisor
