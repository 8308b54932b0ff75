#include "agents/vip/description.hpp"

namespace twinsite::vip {

namespace {

using ocf::Parameter;
using ocf::Type;

std::vector<Parameter> where_it_lives() {
    return {
        {.name = "ip",
         .shortdesc = "the address, or several",
         .longdesc = "The IPv4 or IPv6 address. Several, separated by blanks or commas, are one "
                     "resource: all of them work or none. Each may bring its prefix length: "
                     "\"192.0.2.5/24 2001:db8::5/64\".",
         .required = true,
         .unique_group = "address",
         .identity = true},
        {.name = "cidr_netmask",
         .shortdesc = "prefix length",
         .longdesc = "Prefix length, 24 and not 255.255.255.0, of the addresses that do not bring "
                     "their own; with both families, of the IPv4 ones. Without it: the prefix "
                     "length of the connected route that the address lies in."},
        {.name = "nic",
         .shortdesc = "interface",
         .longdesc = "Name or alternative name of the interface. Without it: the interface of the "
                     "connected route (main table, no gateway) with the longest prefix that "
                     "contains the first address; of several, the one with the lowest metric, then "
                     "with the lowest interface number."},
        {.name = "broadcast",
         .shortdesc = "broadcast address",
         .longdesc = "IPv4 broadcast address; + or nothing: all host bits set, -: all cleared, "
                     "none: no broadcast address."},
        {.name = "iflabel",
         .shortdesc = "interface label",
         .longdesc = "Label of the IPv4 address behind the interface's name and a colon, at most "
                     "15 characters in all."},
        {.name = "preferred_lft",
         .shortdesc = "preferred lifetime",
         .longdesc = "Seconds for which the address is chosen as a source address, or forever. 0: "
                     "it is never chosen (RFC 4862, 5.5.4).",
         .default_value = "forever"},
        {.name = "noprefixroute",
         .type = Type::boolean,
         .shortdesc = "no route to the prefix",
         .longdesc = "Do not let the kernel add the route to the address's network.",
         .default_value = "false"},
        {.name = "network_namespace",
         .shortdesc = "network namespace",
         .longdesc = "Name of an existing network namespace (ip-netns(8)) to work in."},
        {.name = "unique_clone_address",
         .type = Type::boolean,
         .shortdesc = "one address for each clone instance",
         .longdesc = "Add the clone's number to the last byte of the address.",
         .default_value = "false"}};
}

std::vector<Parameter> how_it_is_claimed() {
    return {
        {.name = "arp_probe_count",
         .type = Type::integer,
         .shortdesc = "questions before the address is taken",
         .longdesc = "How often the segment is asked whether somebody else uses the address before "
                     "it is taken (RFC 5227, RFC 4862). 0: take it without asking.",
         .default_value = "3",
         .reloadable = true,
         .low = 0,
         .high = 20},
        {.name = "arp_probe_interval",
         .type = Type::integer,
         .shortdesc = "wait after each question, ms",
         .longdesc = "Milliseconds between two questions, and to wait for an answer to the last.",
         .default_value = "100",
         .reloadable = true,
         .low = 10,
         .high = 2000},
        {.name = "nodad",
         .type = Type::boolean,
         .shortdesc = "do not ask for IPv6 addresses",
         .longdesc = "Take an IPv6 address without asking whether somebody else uses it.",
         .default_value = "false"},
        {.name = "arp_count",
         .type = Type::integer,
         .shortdesc = "announcements at start",
         .longdesc = "How often the address is announced after it was taken, so that neighbours "
                     "replace their stale entry: gratuitous ARP request and reply, or unsolicited "
                     "neighbour advertisement. The first is sent at once, the others from the "
                     "background.",
         .default_value = "5",
         .reloadable = true,
         .low = 1,
         .high = 100},
        {.name = "arp_interval",
         .type = Type::integer,
         .shortdesc = "wait after the first announcement, ms",
         .longdesc = "Milliseconds from the first to the second announcement; every further wait "
                     "is twice as long.",
         .default_value = "200",
         .reloadable = true,
         .low = 1,
         .high = 60000},
        {.name = "arp_bg",
         .type = Type::boolean,
         .shortdesc = "announce from the background",
         .longdesc = "Start returns after the first announcement and the others follow from the "
                     "background; false: start returns after the last.",
         .default_value = "true",
         .reloadable = true},
        {.name = "arp_count_refresh",
         .type = Type::integer,
         .shortdesc = "announcements in each monitor",
         .longdesc = "How often the address is announced by each monitor.",
         .default_value = "0",
         .reloadable = true,
         .low = 0,
         .high = 10}};
}

std::vector<Parameter> how_it_is_watched() {
    return {
        {.name = "check_link_status",
         .type = Type::boolean,
         .shortdesc = "an interface without link is a failure",
         .longdesc = "Start and monitor fail when the interface is down, has no carrier, or is not "
                     "operational.",
         .default_value = "true",
         .reloadable = true},
        {.name = "check_peer",
         .shortdesc = "neighbours of which one must answer",
         .longdesc = "Addresses on the same segment, of which one must answer a monitor with "
                     "OCF_CHECK_LEVEL 10. Without it: the default gateway, if it lies on the "
                     "interface.",
         .reloadable = true},
        {.name = "conflict_watch",
         .type = Type::boolean,
         .shortdesc = "watch for others that use the address",
         .longdesc = "A small process of this resource listens for other machines that use the "
                     "address, defends it at most once in ten seconds, and reports to the next "
                     "monitor. After it was frozen, as in a node that hung, it asks the segment "
                     "first and gives the address up when somebody else has it by then.",
         .default_value = "true",
         .reloadable = true},
        {.name = "on_conflict",
         .type = Type::select,
         .shortdesc = "what a conflict seen since the last monitor is",
         .longdesc = "degraded: the monitor succeeds and the cluster shows a warning; fail: the "
                     "monitor fails and the cluster recovers the resource.",
         .default_value = "degraded",
         .reloadable = true,
         .options = {"degraded", "fail"}}};
}

std::vector<Parameter> what_comes_along() {
    return {
        {.name = "routes",
         .shortdesc = "routes that come and go with the address",
         .longdesc = "Separated by commas: DESTINATION[/PREFIX] [via GATEWAY] [metric N] [table "
                     "N]. Their source is the address. \"default via 192.0.2.254 table 100\"."},
        {.name = "rule_table",
         .type = Type::integer,
         .shortdesc = "routing table for traffic from the address",
         .longdesc = "Adds the rule \"from ADDRESS lookup TABLE\".",
         .low = 1,
         .high = 4294967295},
        {.name = "rule_priority",
         .type = Type::integer,
         .shortdesc = "priority of that rule",
         .longdesc = "Priority of the rule of rule_table; 0: the kernel chooses.",
         .default_value = "0",
         .low = 0,
         .high = 32765},
        {.name = "reset_connections",
         .type = Type::boolean,
         .shortdesc = "reset TCP connections on stop",
         .longdesc = "Reset the address's established TCP connections when it is stopped, so that "
                     "clients reconnect at once instead of waiting for a timeout.",
         .default_value = "false",
         .reloadable = true},
        {.name = "lvs_support",
         .type = Type::boolean,
         .shortdesc = "LVS direct routing: the address may wait on lo",
         .longdesc = "A director that is also a real server has the IPv4 address on the loopback "
                     "interface, with prefix length 32, while another node answers for it. start "
                     "takes it from there, stop puts it back.",
         .default_value = "false"},
        {.name = "lvs_ipv6_addrlabel",
         .type = Type::boolean,
         .shortdesc = "LVS direct routing: an address label",
         .longdesc = "Give the IPv6 addresses a label of their own in the kernel's policy table "
                     "(RFC 6724) while they are here, so that they are not chosen as the source "
                     "for traffic to other networks.",
         .default_value = "false"},
        {.name = "lvs_ipv6_addrlabel_value",
         .type = Type::integer,
         .shortdesc = "that label",
         .longdesc = "The label of lvs_ipv6_addrlabel.",
         .default_value = "99",
         .low = 0,
         .high = 4294967294}};
}

std::vector<Parameter> parameters() {
    std::vector<Parameter> all = where_it_lives();
    for (const auto& more : {how_it_is_claimed(), how_it_is_watched(), what_comes_along()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

} // namespace

const ocf::Description& description() {
    static const ocf::Description it{
        .name = "vip",
        .shortdesc = "An IPv4 or IPv6 address that answers on one node only",
        .longdesc = "Adds an address to an interface, through netlink. Before it takes the address "
                    "it asks the segment whether somebody else uses it, and refuses to make it "
                    "answer twice; then it announces it, so that neighbours reach the new holder "
                    "at once. Parameters have IPaddr2's names where they mean the same.",
        .parameters = parameters(),
        .actions = {{.name = "start", .timeout = 20},
                    {.name = "stop", .timeout = 20},
                    {.name = "monitor", .timeout = 20, .interval = 10},
                    {.name = "monitor", .timeout = 20, .interval = 60, .depth = 10},
                    {.name = "reload-agent", .timeout = 20},
                    {.name = "validate-all", .timeout = 20}}};
    return it;
}

} // namespace twinsite::vip
