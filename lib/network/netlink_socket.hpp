// One netlink conversation with the kernel, through libnl.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <functional>

namespace twinsite::network {

/// A request under construction. Appending never fails visibly: the kernel refuses a message that
/// was cut short.
class Message {
public:
    Message(int type, int flags);

    /// The fixed header that follows nlmsghdr.
    template <typename Header>
    void append(const Header& header) {
        put(&header, sizeof header);
    }
    void attribute(int type, const void* data, std::size_t size);
    template <typename Value>
    void attribute(int type, const Value& value) {
        attribute(type, &value, sizeof value);
    }
    [[nodiscard]] nl_msg* get() const { return message_.get(); }

private:
    void put(const void* data, std::size_t size);

    CHandle<nl_msg, nlmsg_free> message_;
};

class NetlinkSocket {
public:
    /// PROTOCOL: NETLINK_ROUTE, NETLINK_SOCK_DIAG.
    static Result<NetlinkSocket> open(int protocol);

    /// Send and wait for the acknowledgement. WHAT begins the error's message.
    Status change(const Message& message, std::string_view what);
    /// Send and hand every answer to EACH. Starts over when the kernel's tables changed meanwhile,
    /// RESTART being called first.
    Status ask(const Message& message, std::string_view what,
               const std::function<void(nlmsghdr*)>& each, const std::function<void()>& restart);

private:
    explicit NetlinkSocket(nl_sock* socket)
        : socket_(socket) {}

    CHandle<nl_sock, nl_socket_free> socket_;
};

} // namespace twinsite::network
