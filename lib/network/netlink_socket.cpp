#include "lib/network/netlink_socket.hpp"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <new>
#include <string>

namespace twinsite::network {

namespace {

constexpr int dump_attempts = 5;

/// What one exchange brought.
struct Exchange {
    const std::function<void(nlmsghdr*)>* each = nullptr;
    int error = 0; ///< errno, 0 = none
    std::string explanation;
    bool done = false;
    bool interrupted = false;
};

Exchange& exchange_of(void* argument) {
    return *static_cast<Exchange*>(argument);
}

int on_valid(nl_msg* message, void* argument) {
    Exchange& exchange = exchange_of(argument);
    if (exchange.each != nullptr) {
        (*exchange.each)(nlmsg_hdr(message));
    }
    return NL_OK;
}

int on_end(nl_msg*, void* argument) {
    exchange_of(argument).done = true;
    return NL_STOP;
}

int on_interrupted(nl_msg*, void* argument) {
    exchange_of(argument).interrupted = true;
    return NL_OK;
}

/// The kernel's own sentence about the error, when it gave one (NETLINK_EXT_ACK).
std::string explanation_in(nlmsgerr* answer) {
    auto* header = reinterpret_cast<nlmsghdr*>(reinterpret_cast<char*>(answer) - NLMSG_HDRLEN);
    if ((header->nlmsg_flags & NLM_F_ACK_TLVS) == 0) {
        return {};
    }
    std::size_t skip = sizeof *answer;
    if ((header->nlmsg_flags & NLM_F_CAPPED) == 0) {
        skip += answer->msg.nlmsg_len - NLMSG_HDRLEN;
    }
    if (header->nlmsg_len < NLMSG_HDRLEN + skip) {
        return {};
    }
    const nlattr* text = nlmsg_find_attr(header, static_cast<int>(skip), NLMSGERR_ATTR_MSG);
    if (text == nullptr || nla_len(text) <= 0) {
        return {};
    }
    const auto* begin = static_cast<const char*>(nla_data(text));
    std::string sentence(begin, static_cast<std::size_t>(nla_len(text)));
    return sentence.substr(0, sentence.find('\0'));
}

int on_error(sockaddr_nl*, nlmsgerr* answer, void* argument) {
    Exchange& exchange = exchange_of(argument);
    exchange.error = -answer->error;
    exchange.explanation = explanation_in(answer);
    exchange.done = true;
    return NL_STOP;
}

Error error_of(const Exchange& exchange, std::string_view what) {
    Error error = error_from_errno(exchange.error, what);
    if (!exchange.explanation.empty()) {
        error.message += fmt::format(" ({})", exchange.explanation);
    }
    // netlink(7) has its own words for two kinds.
    if (exchange.error == EADDRNOTAVAIL || exchange.error == ESRCH) {
        error.kind = ErrorKind::not_found;
    }
    return error;
}

CHandle<nl_cb, nl_cb_put> callbacks_for(Exchange& exchange) {
    CHandle<nl_cb, nl_cb_put> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (callbacks) {
        nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &exchange);
        nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &exchange);
        nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &exchange);
        nl_cb_set(callbacks.get(), NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, &exchange);
        nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &exchange);
    }
    return callbacks;
}

Status converse(nl_sock* socket, nl_msg* message, Exchange& exchange, std::string_view what) {
    const auto callbacks = callbacks_for(exchange);
    if (!callbacks) {
        return fail(ErrorKind::internal, "out of memory");
    }
    if (const int sent = nl_send_auto(socket, message); sent < 0) {
        return fail(ErrorKind::internal, fmt::format("{}: {}", what, nl_geterror(sent)));
    }
    while (!exchange.done) {
        const int received = nl_recvmsgs(socket, callbacks.get());
        if (received < 0 && received != -NLE_DUMP_INTR && !exchange.done) {
            return fail(ErrorKind::protocol, fmt::format("{}: {}", what, nl_geterror(received)));
        }
    }
    if (exchange.error != 0) {
        return fail(error_of(exchange, what));
    }
    return {};
}

void set_option(int descriptor, int level, int option, const void* value, socklen_t size) {
    // Best effort: without them messages are poorer or dumps larger, and nothing is wrong.
    static_cast<void>(::setsockopt(descriptor, level, option, value, size));
}

} // namespace

Message::Message(int type, int flags)
    : message_(nlmsg_alloc_simple(type, flags)) {
    if (!message_) {
        throw std::bad_alloc();
    }
}

void Message::put(const void* data, std::size_t size) {
    if (nlmsg_append(message_.get(), const_cast<void*>(data), size, NLMSG_ALIGNTO) < 0) {
        throw std::bad_alloc();
    }
}

void Message::attribute(int type, const void* data, std::size_t size) {
    if (nla_put(message_.get(), type, static_cast<int>(size), data) < 0) {
        throw std::bad_alloc();
    }
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
    NetlinkSocket socket(nl_socket_alloc());
    if (!socket.socket_) {
        return fail(ErrorKind::internal, "out of memory");
    }
    if (const int error = nl_connect(socket.socket_.get(), protocol); error < 0) {
        return fail(ErrorKind::internal, fmt::format("netlink: {}", nl_geterror(error)));
    }
    const int descriptor = nl_socket_get_fd(socket.socket_.get());
    const int on = 1;
    set_option(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    set_option(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    // The kernel answers at once; this only bounds what can never happen.
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    set_option(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return socket;
}

Status NetlinkSocket::change(const Message& message, std::string_view what) {
    Exchange exchange;
    nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_ACK;
    return converse(socket_.get(), message.get(), exchange, what);
}

Status NetlinkSocket::ask(const Message& message, std::string_view what,
                          const std::function<void(nlmsghdr*)>& each,
                          const std::function<void()>& restart) {
    nlmsghdr* header = nlmsg_hdr(message.get());
    const bool dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (!dump) {
        header->nlmsg_flags |= NLM_F_ACK; // so that one answer too has an end
    }
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        restart();
        header->nlmsg_seq = NL_AUTO_SEQ;
        Exchange exchange;
        exchange.each = &each;
        if (auto answered = converse(socket_.get(), message.get(), exchange, what); !answered) {
            return answered;
        }
        if (!exchange.interrupted) {
            return {};
        }
    }
    return fail(ErrorKind::protocol, fmt::format("{}: the tables kept changing", what));
}

} // namespace twinsite::network
