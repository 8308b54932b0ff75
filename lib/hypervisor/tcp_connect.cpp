#include "lib/hypervisor/tcp_connect.hpp"

#include "lib/hypervisor/bounded.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace twinsite::hypervisor {

namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    int family = AF_UNSPEC;
};

using AddressList = CHandle<addrinfo, freeaddrinfo>;

Result<std::vector<Address>> resolve_now(const Host& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* raw = nullptr;
    const std::string port = std::to_string(host.port);
    if (const int code = ::getaddrinfo(host.name.c_str(), port.c_str(), &hints, &raw); code != 0) {
        return fail(ErrorKind::not_found, fmt::format("{}: {}", host.name, gai_strerror(code)));
    }
    const AddressList list(raw);
    std::vector<Address> addresses;
    for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
        Address address{.length = entry->ai_addrlen, .family = entry->ai_family};
        std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                    reinterpret_cast<char*>(&address.storage));
        addresses.push_back(address);
    }
    return addresses;
}

Result<FileDescriptor> connect_address(const Address& address, const std::string& name,
                                       Clock& clock, const Deadline& deadline) {
    FileDescriptor handle(::socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!handle.valid()) {
        return fail(error_from_errno(errno, name));
    }
    if (::connect(handle.get(), reinterpret_cast<const sockaddr*>(&address.storage),
                  address.length) == 0) {
        return handle;
    }
    if (errno != EINPROGRESS) {
        return fail(error_from_errno(errno, name));
    }
    pollfd waiting{.fd = handle.get(), .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(deadline.left(clock).count()));
    if (ready == 0) {
        return fail(ErrorKind::timeout, fmt::format("{}: no answer", name));
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (ready < 0 || ::getsockopt(handle.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return fail(error_from_errno(errno, name));
    }
    if (error != 0) {
        return fail(error_from_errno(error, name));
    }
    return handle;
}

} // namespace

Result<FileDescriptor> connect_to(const Host& host, Clock& clock, const Deadline& deadline) {
    const std::string name = fmt::format("{}:{}", host.name, host.port);
    const auto addresses = bounded<std::vector<Address>>(
        clock, deadline, "the resolver for " + host.name, [host] { return resolve_now(host); });
    if (!addresses) {
        return fail(addresses.error());
    }
    Result<FileDescriptor> last = fail(ErrorKind::not_found, name + ": no address");
    auto addresses_left = static_cast<int>(addresses->size());
    for (const Address& address : *addresses) {
        last = connect_address(address, name, clock,
                               deadline.within(clock, deadline.left(clock) / addresses_left--));
        if (last) {
            return last;
        }
    }
    return last;
}

} // namespace twinsite::hypervisor
