// LVS direct routing, in a network of its own: what waits on lo, and the kernel's table of address
// labels.
#include "tests/support/rooted_test.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

/// Shell text with an interface storage0 and `act ACTION`, which prints "ACTION=CODE".
std::string with_storage(const std::string& text) {
    const std::string begin =
        "ip link set lo up; ip link add storage0 type veth peer name switch0;"
        "ip link set switch0 up; ip link set storage0 up;"
        "ip address add 10.11.0.1/24 dev storage0;"
        "export OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=lvs OCF_RA_VERSION_MAJOR=1 "
        "OCF_RA_VERSION_MINOR=1 OCF_RESKEY_CRM_meta_timeout=20000 "
        "OCF_RESKEY_CRM_meta_interval=10000 OCF_RESKEY_nic=storage0 HA_RSCTMP=/run/lvs;"
        "act() { /usr/lib/ocf/resource.d/twinsite/vip $1 2>/dev/null; echo $1=$?; };"
        "where() { ip -o address show to 10.11.0.101 | awk '{print $2, $4, $NF}' | "
        "sed 's/ [^ ]*$//'; };"
        "labels() { ip addrlabel list | grep -c 'fd00:11::101/128.*label 123'; };";
    const auto output = run_in_root(
        {"/bin/sh", "-c", begin + text},
        {{TWINSITE_TEST_PROGRAM_DIR, "/usr/lib/ocf/resource.d/twinsite"}}, Milliseconds(60'000));
    return output ? output->out : output.error().message;
}

class LvsContract : public RootedTest {};

TEST_F(LvsContract, the_address_is_taken_from_lo_and_put_back) {
    EXPECT_EQ(with_storage("ip address add 10.11.0.101/32 dev lo scope host label lo:101;"
                           "export OCF_RESKEY_ip=10.11.0.101/24; act start;"
                           "export OCF_RESKEY_lvs_support=true; act monitor; act start; where;"
                           "act monitor; act stop; where; act monitor; act stop; where;"
                           "ip -o address show dev lo | grep -c 'scope host lo:101'"),
              "start=1\nmonitor=7\nstart=0\nstorage0 10.11.0.101/24\nmonitor=0\nstop=0\n"
              "lo 10.11.0.101/32\nmonitor=7\nstop=0\nlo 10.11.0.101/32\n1\n");
}

TEST_F(LvsContract, an_ipv6_address_has_its_label_while_it_is_here) {
    EXPECT_EQ(with_storage("export OCF_RESKEY_ip=fd00:11::101/64 OCF_RESKEY_lvs_ipv6_addrlabel=yes "
                           "OCF_RESKEY_lvs_ipv6_addrlabel_value=123; act start; labels;"
                           "act monitor; ip addrlabel del prefix fd00:11::101/128 label 123;"
                           "act monitor; act start; labels; act monitor; act stop; labels"),
              "start=0\n1\nmonitor=0\nmonitor=1\nstart=0\n1\nmonitor=0\nstop=0\n0\n");
}

} // namespace
} // namespace twinsite::testing
