#include "lib/network/netlink_messages.hpp"
#include "lib/network/netlink_socket.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/network/network.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace twinsite::network {

namespace {

/// ALTIFNAMSIZ of linux/if.h, which does not go together with net/if.h.
constexpr std::size_t alternative_name_size = 128;

std::uint8_t number_of(Family family) {
    return family == Family::ipv4 ? AF_INET : AF_INET6;
}

void put_ip(Message& message, int type, const IpAddress& address) {
    message.attribute(type, address.data(), address.size());
}

/// Asks for a list and collects what PARSE understands.
template <typename Value>
Result<std::vector<Value>> collect(NetlinkSocket& socket, const Message& message,
                                   std::string_view what,
                                   std::optional<Value> (*parse)(nlmsghdr*)) {
    std::vector<Value> all;
    const auto answered = socket.ask(
        message, what,
        [&](nlmsghdr* answer) {
            if (auto value = parse(answer)) {
                all.push_back(std::move(*value));
            }
        },
        [&] { all.clear(); });
    if (!answered) {
        return fail(answered.error());
    }
    return all;
}

ifinfomsg link_header(unsigned index = 0) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = static_cast<int>(index);
    return header;
}

Message address_message(int type, int flags, const AssignedAddress& address) {
    Message message(type, flags);
    ifaddrmsg header{};
    header.ifa_family = number_of(address.address.family());
    header.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix);
    header.ifa_scope = static_cast<std::uint8_t>(address.scope);
    header.ifa_index = address.interface;
    message.append(header);
    put_ip(message, IFA_LOCAL, address.address);
    put_ip(message, IFA_ADDRESS, address.address);
    return message;
}

Message route_message(int type, int flags, const Route& route) {
    Message message(type, flags);
    rtmsg header{};
    header.rtm_family = number_of(route.destination.family());
    header.rtm_dst_len = static_cast<std::uint8_t>(route.prefix);
    header.rtm_table = RT_TABLE_UNSPEC;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_scope =
        route.gateway || header.rtm_family == AF_INET6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    header.rtm_type = RTN_UNICAST;
    message.append(header);
    if (route.prefix > 0) {
        put_ip(message, RTA_DST, route.destination);
    }
    if (route.gateway) {
        put_ip(message, RTA_GATEWAY, *route.gateway);
    }
    if (route.source) {
        put_ip(message, RTA_PREFSRC, *route.source);
    }
    message.attribute(RTA_OIF, route.interface);
    message.attribute(RTA_TABLE, route.table);
    if (route.metric != 0) {
        message.attribute(RTA_PRIORITY, route.metric);
    }
    return message;
}

Message rule_message(int type, int flags, const Rule& rule) {
    Message message(type, flags);
    fib_rule_hdr header{};
    header.family = number_of(rule.source.family());
    header.src_len = static_cast<std::uint8_t>(rule.prefix);
    header.action = FR_ACT_TO_TBL;
    message.append(header);
    put_ip(message, FRA_SRC, rule.source);
    message.attribute(FRA_TABLE, rule.table);
    if (rule.priority != 0) {
        message.attribute(FRA_PRIORITY, rule.priority);
    }
    return message;
}

Message label_message(int type, int flags, const AddressLabel& label) {
    Message message(type, flags);
    ifaddrlblmsg header{};
    header.ifal_family = AF_INET6;
    header.ifal_prefixlen = static_cast<std::uint8_t>(label.bits);
    message.append(header);
    put_ip(message, IFAL_ADDRESS, label.prefix);
    message.attribute(IFAL_LABEL, label.label);
    return message;
}

std::string text_of(const Route& route) {
    return fmt::format("route {}/{} table {}", route.destination.text(), route.prefix, route.table);
}

std::string text_of(const Rule& rule) {
    return fmt::format("rule from {}/{} lookup {}", rule.source.text(), rule.prefix, rule.table);
}

std::string text_of(const AddressLabel& label) {
    return fmt::format("address label {} of {}/{}", label.label, label.prefix.text(), label.bits);
}

/// The first IPv4 address of a network takes the later ones with it when it is removed, unless this
/// sysctl says otherwise (ip-sysctl.rst, promote_secondaries).
class KeepSecondaries {
public:
    explicit KeepSecondaries(const AssignedAddress& address) {
        std::array<char, IFNAMSIZ> name{};
        if (address.address.family() == Family::ipv6 ||
            ::if_indextoname(address.interface, name.data()) == nullptr) {
            return;
        }
        const std::filesystem::path setting =
            fmt::format("/proc/sys/net/ipv4/conf/{}/promote_secondaries", name.data());
        // Two resources may lose their addresses at once: one must not restore too early.
        SystemClock clock;
        poll_until(clock, Deadline::after(clock, Milliseconds(2000)), Milliseconds(5), [&] {
            auto lock = try_lock_file(setting);
            const bool wait = !lock && lock.error().kind == ErrorKind::conflict;
            lock_ = lock ? std::move(*lock) : FileDescriptor();
            return !wait;
        });
        const auto now = read_file(setting);
        if (now && now->starts_with('0') && write_attribute(setting, "1")) {
            restore_ = setting;
        }
    }
    KeepSecondaries(const KeepSecondaries&) = delete;
    KeepSecondaries& operator=(const KeepSecondaries&) = delete;
    KeepSecondaries(KeepSecondaries&&) = delete;
    KeepSecondaries& operator=(KeepSecondaries&&) = delete;
    ~KeepSecondaries() {
        if (!restore_.empty()) {
            static_cast<void>(write_attribute(restore_, "0").has_value());
        }
    }

private:
    FileDescriptor lock_;
    std::filesystem::path restore_;
};

class NetlinkNetwork final : public Network {
public:
    explicit NetlinkNetwork(NetlinkSocket socket)
        : socket_(std::move(socket)) {}

    Result<Interface> interface_named(const std::string& name) override {
        const std::string what = fmt::format("interface {}", printable(name));
        if (name.empty() || name.size() >= alternative_name_size) {
            return fail(ErrorKind::not_found, what + ": no such name is possible");
        }
        Message message(RTM_GETLINK, 0);
        message.append(link_header());
        message.attribute(name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name.c_str(),
                          name.size() + 1);
        return one_interface(message, what);
    }

    Result<Interface> interface_at(unsigned index) override {
        Message message(RTM_GETLINK, 0);
        message.append(link_header(index));
        return one_interface(message, fmt::format("interface number {}", index));
    }

    Result<std::vector<Interface>> interfaces() override {
        Message message(RTM_GETLINK, NLM_F_DUMP);
        message.append(link_header());
        return collect(socket_, message, "the list of interfaces", interface_from);
    }

    Result<std::vector<AssignedAddress>> addresses(Family family) override {
        Message message(RTM_GETADDR, NLM_F_DUMP);
        ifaddrmsg header{};
        header.ifa_family = number_of(family);
        message.append(header);
        return collect(socket_, message, "the list of addresses", address_from);
    }

    Result<std::vector<Route>> routes(Family family, std::uint32_t table) override {
        Message message(RTM_GETROUTE, NLM_F_DUMP);
        rtmsg header{};
        header.rtm_family = number_of(family);
        message.append(header);
        message.attribute(RTA_TABLE, table);
        auto all = collect(socket_, message, "the list of routes", route_from);
        if (!all && all.error().kind == ErrorKind::not_found) {
            return std::vector<Route>{}; // a table nobody has used yet
        }
        if (all) { // a kernel without strict checks sends every table
            std::erase_if(*all, [table](const Route& route) { return route.table != table; });
        }
        return all;
    }

    Result<std::vector<Rule>> rules(Family family) override {
        Message message(RTM_GETRULE, NLM_F_DUMP);
        fib_rule_hdr header{};
        header.family = number_of(family);
        message.append(header);
        return collect(socket_, message, "the list of rules", rule_from);
    }

    Result<std::vector<AddressLabel>> address_labels() override {
        Message message(RTM_GETADDRLABEL, NLM_F_DUMP);
        ifaddrlblmsg header{};
        header.ifal_family = AF_INET6;
        message.append(header);
        return collect(socket_, message, "the list of address labels", address_label_from);
    }

    Status add_address(const AssignedAddress& address) override {
        Message message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
        if (address.broadcast) {
            put_ip(message, IFA_BROADCAST, *address.broadcast);
        }
        if (!address.label.empty()) {
            message.attribute(IFA_LABEL, address.label.c_str(), address.label.size() + 1);
        }
        std::uint32_t flags = 0;
        flags |= address.no_prefix_route ? IFA_F_NOPREFIXROUTE : 0U;
        flags |= address.no_dad ? IFA_F_NODAD : 0U;
        message.attribute(IFA_FLAGS, flags);
        if (address.preferred_lifetime != lifetime_forever) {
            ifa_cacheinfo lifetimes{};
            lifetimes.ifa_prefered = address.preferred_lifetime;
            lifetimes.ifa_valid = lifetime_forever;
            message.attribute(IFA_CACHEINFO, lifetimes);
        }
        return socket_.change(message,
                              fmt::format("adding {}/{}", address.address.text(), address.prefix));
    }

    Status remove_address(const AssignedAddress& address) override {
        const KeepSecondaries keep(address);
        return socket_.change(
            address_message(RTM_DELADDR, 0, address),
            fmt::format("removing {}/{}", address.address.text(), address.prefix));
    }

    Status bring_up(unsigned interface) override {
        Message message(RTM_NEWLINK, 0);
        ifinfomsg header = link_header(interface);
        header.ifi_flags = IFF_UP;
        header.ifi_change = IFF_UP;
        message.append(header);
        return socket_.change(message, "setting the interface up");
    }

    Status add_route(const Route& route) override {
        return socket_.change(route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route),
                              "adding " + text_of(route));
    }
    Status remove_route(const Route& route) override {
        return socket_.change(route_message(RTM_DELROUTE, 0, route), "removing " + text_of(route));
    }
    Status add_rule(const Rule& rule) override {
        return socket_.change(rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule),
                              "adding " + text_of(rule));
    }
    Status remove_rule(const Rule& rule) override {
        return socket_.change(rule_message(RTM_DELRULE, 0, rule), "removing " + text_of(rule));
    }
    Status add_address_label(const AddressLabel& label) override {
        return socket_.change(label_message(RTM_NEWADDRLABEL, NLM_F_CREATE | NLM_F_EXCL, label),
                              "adding " + text_of(label));
    }
    Status remove_address_label(const AddressLabel& label) override {
        return socket_.change(label_message(RTM_DELADDRLABEL, 0, label),
                              "removing " + text_of(label));
    }

private:
    Result<Interface> one_interface(const Message& message, const std::string& what) {
        auto found = collect(socket_, message, what, interface_from);
        if (!found) {
            return fail(found.error());
        }
        if (found->empty()) {
            return fail(ErrorKind::protocol, what + ": the kernel's answer was not understood");
        }
        return std::move(found->front());
    }

    NetlinkSocket socket_;
};

} // namespace

std::string link_trouble(const Interface& interface) {
    if (!interface.up) {
        return "is down";
    }
    if (!interface.carrier) {
        return "has no carrier";
    }
    switch (interface.operation) {
    case Operation::unknown:
    case Operation::up:
        return {};
    case Operation::not_present:
        return "is not present";
    case Operation::down:
        return "is operationally down";
    case Operation::lower_layer_down:
        return "lies on an interface that is down";
    case Operation::testing:
        return "is in a test";
    case Operation::dormant:
        return "is dormant: its link is not authorized yet";
    }
    return {};
}

Result<std::unique_ptr<Network>> open_network() {
    auto socket = NetlinkSocket::open(NETLINK_ROUTE);
    if (!socket) {
        return fail(socket.error());
    }
    return std::make_unique<NetlinkNetwork>(std::move(*socket));
}

Status enter_network_namespace(const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == ".." ||
        name.find('\0') != std::string::npos) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no name of a network namespace", printable(name)));
    }
    const std::string what = fmt::format("network namespace {}", printable(name));
    const FileDescriptor space(
        ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!space.valid() || ::setns(space.get(), CLONE_NEWNET) != 0) {
        return fail(error_from_errno(errno, what));
    }
    return {};
}

} // namespace twinsite::network
