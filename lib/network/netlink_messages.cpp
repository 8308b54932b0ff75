#include "lib/network/netlink_messages.hpp"

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace twinsite::network {

namespace {

/// The attributes behind a fixed header of size HEADER; later ones win, unknown ones are left out.
class Attributes {
public:
    /// MAX: the highest type that is asked for later.
    bool parse(nlmsghdr* message, std::size_t header, int max) {
        table_.resize(static_cast<std::size_t>(max) + 1);
        return nlmsg_parse(message, static_cast<int>(header), table_.data(), max, nullptr) >= 0;
    }
    [[nodiscard]] nlattr* at(std::size_t type) const { return table_.at(type); }
    [[nodiscard]] bool has(std::size_t type, std::size_t size) const {
        return table_.at(type) != nullptr &&
               static_cast<std::size_t>(nla_len(table_.at(type))) >= size;
    }
    [[nodiscard]] std::uint32_t number(std::size_t type, std::uint32_t otherwise) const {
        std::uint32_t value = otherwise;
        if (has(type, sizeof value)) {
            std::memcpy(&value, nla_data(table_.at(type)), sizeof value);
        }
        return value;
    }
    [[nodiscard]] std::uint8_t byte(std::size_t type) const {
        return has(type, 1) ? nla_get_u8(table_.at(type)) : std::uint8_t{0};
    }

private:
    std::vector<nlattr*> table_;
};

std::string text_of(const nlattr* attribute) {
    if (attribute == nullptr || nla_len(attribute) <= 0) {
        return {};
    }
    const auto* begin = static_cast<const char*>(nla_data(attribute));
    return {begin, ::strnlen(begin, static_cast<std::size_t>(nla_len(attribute)))};
}

std::optional<Family> family_of(unsigned char family) {
    switch (family) {
    case AF_INET:
        return Family::ipv4;
    case AF_INET6:
        return Family::ipv6;
    default:
        return std::nullopt;
    }
}

std::optional<IpAddress> ip_of(const nlattr* attribute, Family family) {
    const int size = family == Family::ipv4 ? 4 : 16;
    if (attribute == nullptr || nla_len(attribute) != size) {
        return std::nullopt;
    }
    return IpAddress(family, static_cast<const std::uint8_t*>(nla_data(attribute)));
}

IpAddress zero(Family family) {
    const std::array<std::uint8_t, 16> none{};
    return {family, none.data()};
}

Operation operation_of(std::uint8_t state) {
    return state <= static_cast<std::uint8_t>(Operation::up) ? static_cast<Operation>(state)
                                                             : Operation::unknown;
}

std::vector<std::string> alternative_names(nlattr* list) {
    std::vector<std::string> names;
    if (list == nullptr) {
        return names;
    }
    nlattr* each = static_cast<nlattr*>(nla_data(list));
    for (int left = nla_len(list); nla_ok(each, left) != 0; each = nla_next(each, &left)) {
        if (nla_type(each) == IFLA_ALT_IFNAME) {
            names.push_back(text_of(each));
        }
    }
    return names;
}

} // namespace

std::optional<Interface> interface_from(nlmsghdr* message) {
    Attributes attributes;
    if (message->nlmsg_type != RTM_NEWLINK ||
        !attributes.parse(message, sizeof(ifinfomsg), IFLA_MAX)) {
        return std::nullopt;
    }
    const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(message));
    Interface interface {
        .index = static_cast<unsigned>(header->ifi_index),
        .name = text_of(attributes.at(IFLA_IFNAME)),
        .alternative_names = alternative_names(attributes.at(IFLA_PROP_LIST)), .link_address = {},
        .hardware_type = header->ifi_type, .up = (header->ifi_flags & IFF_UP) != 0,
        .carrier = (header->ifi_flags & IFF_LOWER_UP) != 0,
        .loopback = (header->ifi_flags & IFF_LOOPBACK) != 0,
        .arp = (header->ifi_flags & IFF_NOARP) == 0,
        .operation = operation_of(attributes.byte(IFLA_OPERSTATE))
    };
    if (const nlattr* link = attributes.at(IFLA_ADDRESS); link != nullptr && nla_len(link) > 0) {
        interface.link_address = LinkAddress({static_cast<const std::uint8_t*>(nla_data(link)),
                                              static_cast<std::size_t>(nla_len(link))});
    }
    return interface;
}

std::optional<AssignedAddress> address_from(nlmsghdr* message) {
    Attributes attributes;
    if (message->nlmsg_type != RTM_NEWADDR ||
        !attributes.parse(message, sizeof(ifaddrmsg), IFA_MAX)) {
        return std::nullopt;
    }
    const auto* header = static_cast<const ifaddrmsg*>(nlmsg_data(message));
    const auto family = family_of(header->ifa_family);
    if (!family) {
        return std::nullopt;
    }
    // On a point-to-point link IFA_ADDRESS is the other end.
    auto address = ip_of(attributes.at(IFA_LOCAL), *family);
    if (!address) {
        address = ip_of(attributes.at(IFA_ADDRESS), *family);
    }
    if (!address) {
        return std::nullopt;
    }
    AssignedAddress assigned{.interface = header->ifa_index,
                             .address = *address,
                             .prefix = header->ifa_prefixlen,
                             .scope = Scope{header->ifa_scope},
                             .label = text_of(attributes.at(IFA_LABEL)),
                             .broadcast = ip_of(attributes.at(IFA_BROADCAST), *family)};
    const std::uint32_t flags = attributes.number(IFA_FLAGS, header->ifa_flags);
    assigned.no_prefix_route = (flags & IFA_F_NOPREFIXROUTE) != 0;
    assigned.tentative = (flags & IFA_F_TENTATIVE) != 0;
    assigned.duplicate = (flags & IFA_F_DADFAILED) != 0;
    ifa_cacheinfo lifetimes{};
    if (attributes.has(IFA_CACHEINFO, sizeof lifetimes)) {
        std::memcpy(&lifetimes, nla_data(attributes.at(IFA_CACHEINFO)), sizeof lifetimes);
        assigned.preferred_lifetime = lifetimes.ifa_prefered;
    }
    return assigned;
}

std::optional<Route> route_from(nlmsghdr* message) {
    Attributes attributes;
    if (message->nlmsg_type != RTM_NEWROUTE || !attributes.parse(message, sizeof(rtmsg), RTA_MAX)) {
        return std::nullopt;
    }
    const auto* header = static_cast<const rtmsg*>(nlmsg_data(message));
    const auto family = family_of(header->rtm_family);
    if (!family || header->rtm_type != RTN_UNICAST) {
        return std::nullopt;
    }
    return Route{.destination = ip_of(attributes.at(RTA_DST), *family).value_or(zero(*family)),
                 .prefix = header->rtm_dst_len,
                 .interface = attributes.number(RTA_OIF, 0),
                 .gateway = ip_of(attributes.at(RTA_GATEWAY), *family),
                 .source = ip_of(attributes.at(RTA_PREFSRC), *family),
                 .metric = attributes.number(RTA_PRIORITY, 0),
                 .table = attributes.number(RTA_TABLE, header->rtm_table)};
}

std::optional<Rule> rule_from(nlmsghdr* message) {
    Attributes attributes;
    if (message->nlmsg_type != RTM_NEWRULE ||
        !attributes.parse(message, sizeof(fib_rule_hdr), FRA_MAX)) {
        return std::nullopt;
    }
    const auto* header = static_cast<const fib_rule_hdr*>(nlmsg_data(message));
    const auto family = family_of(header->family);
    const bool by_source_alone = header->dst_len == 0 && attributes.at(FRA_FWMARK) == nullptr &&
                                 attributes.at(FRA_IIFNAME) == nullptr &&
                                 attributes.at(FRA_OIFNAME) == nullptr;
    if (!family || header->action != FR_ACT_TO_TBL || !by_source_alone) {
        return std::nullopt;
    }
    return Rule{.source = ip_of(attributes.at(FRA_SRC), *family).value_or(zero(*family)),
                .prefix = header->src_len,
                .table = attributes.number(FRA_TABLE, header->table),
                .priority = attributes.number(FRA_PRIORITY, 0)};
}

std::optional<AddressLabel> address_label_from(nlmsghdr* message) {
    Attributes attributes;
    if (message->nlmsg_type != RTM_NEWADDRLABEL ||
        !attributes.parse(message, sizeof(ifaddrlblmsg), IFAL_MAX)) {
        return std::nullopt;
    }
    const auto* header = static_cast<const ifaddrlblmsg*>(nlmsg_data(message));
    const auto prefix = ip_of(attributes.at(IFAL_ADDRESS), Family::ipv6);
    if (header->ifal_family != AF_INET6 || !prefix || !attributes.has(IFAL_LABEL, 4)) {
        return std::nullopt;
    }
    return AddressLabel{.prefix = *prefix,
                        .bits = header->ifal_prefixlen,
                        .label = attributes.number(IFAL_LABEL, 0)};
}

} // namespace twinsite::network
