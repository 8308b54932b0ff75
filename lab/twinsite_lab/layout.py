"""What the lab consists of, taken from a topology file: names, addresses, wiring."""

import json
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent  # lab/ of the checkout
CACHE = Path(os.environ.get("TWINSITE_CACHE", "/var/cache/twinsite"))
# One lab a machine, so that any checkout can clean up after any other; a second one needs a name of its own.
NAME = "twinsite" + (f".{os.environ['TWINSITE_LAB']}" if os.environ.get("TWINSITE_LAB") else "")
STATE = Path(f"/var/tmp/{NAME}-lab")
NAMESPACE = f"{NAME}-lab"

MANAGEMENT = "10.77.3"
MACHINE_ADDRESS = MANAGEMENT + ".1"  # the lab's side of the management network
GUEST_OFFSET = 1024 * 1024  # of the first guest's slice in a LUN, and their distance
NETWORKS = ("cluster", "storage")  # those that faults touch
ALL_NETWORKS = ("management", *NETWORKS)


class LabError(Exception):
    """Something the person at the keyboard should read; no stack trace."""


@dataclass
class Node:
    name: str
    number: int
    site: str
    cluster: str
    storage: str
    management: str
    memory_mib: int
    disks: list = field(default_factory=list)  # LUN names in the order of /dev/ubda, /dev/ubdb, ...
    outlets: list = field(default_factory=list)  # (PDU, outlet)

    def tap(self, network):
        return f"{self.name}.{network[0]}"

    def mac(self, network):
        number = zlib.crc32(self.name.encode()) & 0xFFFF
        return f"02:77:{number >> 8:02x}:{number & 255:02x}:00:{ALL_NETWORKS.index(network):02x}"


@dataclass
class Pdu:
    name: str
    site: str
    address: str

    @property
    def namespace(self):
        return f"{NAME}-{self.name}"


class Layout:
    def __init__(self, path):
        self.path = Path(path)
        self.topology = json.loads(self.path.read_text())
        self.sites = list(self.topology["sites"])
        self.nodes = {}
        for index, (name, spec) in enumerate(self.topology["nodes"].items()):
            self.nodes[name] = Node(
                name=name,
                number=index,
                site=spec["site"],
                cluster=spec["addresses"]["cluster"][0],
                storage=spec["addresses"].get("storage", ""),
                management=f"{MANAGEMENT}.{11 + index}",
                memory_mib=spec.get("memory_mib", 640),
                outlets=[(supply["pdu"], supply["outlet"]) for supply in spec.get("power", [])],
            )
        self.pdus = {
            name: Pdu(name, spec["site"], spec["address"]) for name, spec in self.topology.get("pdus", {}).items()
        }
        self.luns = self.topology.get("luns", {})
        self.vms = self.topology.get("vms", {})
        for lun, spec in self.luns.items():
            for node, device in spec["mirror"]["nodes"].items():
                disks = self.nodes[node].disks
                expected = f"/dev/ubd{chr(ord('a') + len(disks))}"
                if device != expected:
                    raise LabError(f"{self.path}: LUN {lun} on {node} must be {expected} in the lab, not {device}")
                disks.append(lun)

    def node(self, name):
        try:
            return self.nodes[name]
        except KeyError:
            raise LabError(f"there is no node {name}: {', '.join(self.nodes)}") from None

    def nodes_of(self, pdu, outlet=None):
        return [
            node
            for node in self.nodes.values()
            if any(supply == pdu and outlet in (None, number) for supply, number in node.outlets)
        ]


def current():
    """The layout of the lab that is up."""
    path = STATE / "topology.json"
    if not path.exists():
        raise LabError("the lab is not up: ./run lab up")
    return Layout(path)
