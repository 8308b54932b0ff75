"""The witness: corosync-qnetd at a third place, with its own wire to each site."""

import os
import subprocess
import time

from . import root
from .layout import NAME, SOURCE, STATE, LabError
from .layout import NAMESPACE as LAB
from .network import attach, bridge
from .process import ip, run

NAMESPACE = f"{NAME}-witness"
PORT = 5403
ADDRESS = "10.77.1.9"


def address_of(layout):
    return layout.topology.get("witness", {}).get("address")


def wire(site):
    return f"wit-{site}"


def build(layout):
    """One wire to each site. It answers ARP only on the wire of the asking node's site, so that the two wires never
    join what the excavator parted."""
    address = address_of(layout)
    ip("netns", "add", NAMESPACE)
    ip("link", "set", "lo", "up", namespace=NAMESPACE)
    for site in layout.sites:
        ip("link", "add", wire(site), "type", "veth", "peer", "name", f"to-{site}", "netns", NAMESPACE,
           namespace=LAB)  # fmt: skip
        attach(wire(site), bridge("cluster", site))
        run("ip", "netns", "exec", NAMESPACE, "sysctl", "-qw", f"net.ipv4.conf.to-{site}.arp_filter=1",
            f"net.ipv4.conf.to-{site}.rp_filter=0")  # fmt: skip
        ip("address", "add", f"{address}/32", "dev", f"to-{site}", namespace=NAMESPACE)
        ip("link", "set", f"to-{site}", "up", namespace=NAMESPACE)
    for node in layout.nodes.values():
        ip("route", "add", f"{node.cluster}/32", "dev", f"to-{node.site}", "src", address, namespace=NAMESPACE)
        # It never has to ask: a question on one wire would reach the other site over the inter-site link and teach
        # its nodes the wrong way to the witness, which a cut then closes.
        ip("neighbour", "add", node.cluster, "lladdr", node.mac("cluster"), "dev", f"to-{node.site}", "nud",
           "permanent", namespace=NAMESPACE)  # fmt: skip


def start(layout):
    if not address_of(layout):
        return
    build(layout)
    log_path = STATE / "pdus" / "witness.log"
    with open(log_path, "ab") as log:
        # Its command line carries the lab's state folder, by which `lab down` finds what is left.
        process = subprocess.Popen(
            ["ip", "netns", "exec", NAMESPACE, "unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation",
             "private", str(SOURCE / "node" / "witness"), str(root.ensure()), address_of(layout), f"{STATE}/pdus/"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (STATE / "pids" / "witness").write_text(f"{process.pid}\n")
    deadline = time.monotonic() + 10
    while f":{PORT} " not in run("ip", "netns", "exec", NAMESPACE, "ss", "-Hltn").stdout:
        if time.monotonic() > deadline or not os.path.exists(f"/proc/{process.pid}"):
            raise LabError(f"the witness does not serve: see {log_path}")
        time.sleep(0.05)


def set_wire(site, up):
    """The witness loses one site, or gets it back."""
    ip("link", "set", wire(site), "up" if up else "down", namespace=LAB)
