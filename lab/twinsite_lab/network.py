"""The wires: one bridge per site and network inside a namespace, joined by a veth pair that can be cut."""

from .layout import ALL_NETWORKS, MACHINE_ADDRESS, NAME, NAMESPACE, NETWORKS, LabError
from .process import ip, run


def bridge(network, site=None):
    return f"br-{network[0]}-{site}" if site else f"br-{network[0]}"


def trunk(network, site):
    """This site's end of the inter-site link."""
    return f"isl-{network[0]}-{site}"


def add_bridge(name):
    ip("link", "add", name, "type", "bridge", "forward_delay", "0", "mcast_snooping", "0", namespace=NAMESPACE)
    ip("link", "set", name, "up", namespace=NAMESPACE)


def attach(device, to):
    ip("link", "set", device, "master", to, namespace=NAMESPACE)
    ip("link", "set", device, "up", namespace=NAMESPACE)


def build(layout):
    ip("netns", "add", NAMESPACE)
    ip("link", "set", "lo", "up", namespace=NAMESPACE)
    add_bridge(bridge("management"))
    ip("address", "add", f"{MACHINE_ADDRESS}/24", "dev", bridge("management"), namespace=NAMESPACE)
    for network in NETWORKS:
        for site in layout.sites:
            add_bridge(bridge(network, site))
        join_sites(layout, network)
    for node in layout.nodes.values():
        for network in ALL_NETWORKS:
            ip("tuntap", "add", "mode", "tap", node.tap(network), namespace=NAMESPACE)
            attach(node.tap(network), bridge(network, node.site if network in NETWORKS else None))
    for pdu in layout.pdus.values():
        add_host(pdu.namespace, pdu.name, bridge("cluster", pdu.site), pdu.address)


def join_sites(layout, network):
    if len(layout.sites) != 2:
        raise LabError("the lab joins two sites")
    ends = [trunk(network, site) for site in layout.sites]
    ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1], namespace=NAMESPACE)
    for end, site in zip(ends, layout.sites):
        attach(end, bridge(network, site))


def add_host(namespace, name, to_bridge, address):
    """A small host of its own: a namespace with one interface on a bridge of the lab."""
    ip("netns", "add", namespace)
    ip("link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", namespace, namespace=NAMESPACE)
    attach(f"v-{name}", to_bridge)
    ip("address", "add", f"{address}/24", "dev", "eth0", namespace=namespace)
    ip("link", "set", "eth0", "up", namespace=namespace)
    ip("link", "set", "lo", "up", namespace=namespace)


def set_intersite(layout, up, networks=NETWORKS):
    """The excavator, and the repair crew."""
    for network in networks:
        ip("link", "set", trunk(network, layout.sites[0]), "up" if up else "down", namespace=NAMESPACE)


def set_node_link(node, up, networks=NETWORKS):
    """Takes the node's cable out of the switch. The tap itself stays up: the kernel of a node that meets an error on
    it gives the interface up for ever."""
    for network in networks:
        if up:
            attach(node.tap(network), bridge(network, node.site))
        else:
            ip("link", "set", node.tap(network), "nomaster", namespace=NAMESPACE)


def remove():
    """Takes away every namespace of the lab; what lives in them goes along."""
    names = [line.split()[0] for line in ip("netns", "list").stdout.splitlines() if line.strip()]
    for name in names:
        if name == NAMESPACE or name.startswith(f"{NAME}-pdu") or name == f"{NAME}-witness":
            for pid in run("ip", "netns", "pids", name, check=False).stdout.split():
                run("kill", "-9", pid, check=False)
            ip("netns", "delete", name, check=False)
