"""The lab's commands."""

import argparse
import concurrent.futures
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

from . import files, keeper, network, pdu, power, remote, witness
from . import node as nodes
from .layout import NETWORKS, SOURCE, STATE, LabError, Layout, current

SLOW_BOOT = 30  # seconds from power on; 5 to 15 are usual

USAGE = """\
A cluster of real nodes on this machine: each node its own kernel (user-mode Linux), two sites, a cluster and a
storage network, PDUs whose outlets are the nodes' power. Examples:

  ./run lab up                      everything up, configured by `twinsite apply`
  ./run lab exec rz1-a crm_mon -1   a command on a node;  ./run lab exec rz1-a  gives a shell
  ./run lab cut                     the excavator: the sites lose each other;  ./run lab join
  ./run lab cut rz1-b storage       one node loses one network
  ./run lab power rz1-b off         pull the plug (on, reset, hang, resume)
  ./run lab status                  what has power;  ./run lab console rz1-a  what its kernel said
  ./run lab down
"""


def say(text):
    print(f"lab: {text}", flush=True)


def down(quiet=False):
    """Ends everything of the lab, whatever is left of it, also of one that crashed."""
    ended = False
    shutil.rmtree(STATE / "pids", ignore_errors=True)  # the keeper must not take for a reset what ends now
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        own = int(entry.name) in (os.getpid(), os.getppid())
        if not own and any(mark in command for mark in (f"uml_dir={STATE}/".encode(), f"{STATE}/pdus/".encode())):
            try:
                os.killpg(os.getpgid(int(entry.name)), signal.SIGKILL)
                ended = True
            except (ProcessLookupError, PermissionError):
                pass
    network.remove()
    if STATE.exists():
        shutil.rmtree(STATE, ignore_errors=True)
        ended = True
    if ended and not quiet:
        say("down")


def revive():
    """A reset is over when the node boots again; see keeper.keep()."""
    if (STATE / "topology.json").exists():
        power.revive(current())


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(function, items))


def up(arguments):
    began = time.monotonic()
    build = Path(arguments.build).resolve()
    twinsite = build / "bin" / "twinsite"
    nodes.prepare()
    down(quiet=True)
    layout = Layout(arguments.topology)
    STATE.mkdir(parents=True, mode=0o700)
    for folder in ("pids", "ssh"):
        (STATE / folder).mkdir()
    (STATE / "pids" / "up").write_text(f"{os.getpid()}\n")
    keeper.start(arguments.owner, arguments.seconds, SOURCE / "lab")
    lay_out_topology(arguments)
    layout = current()
    say(f"laying out {len(layout.nodes)} nodes, {len(layout.luns)} LUNs, {len(layout.vms)} guests")
    files.install(build)
    remote.make_keys()
    files.make_disks(layout)
    files.lay_out_etc(layout, twinsite)
    files.lay_out_nodes(layout)
    network.build(layout)
    pdu.start(layout, build / "bin" / "pdu-simulator")
    witness.start(layout)
    say("power on")
    powered = time.monotonic()
    for node in layout.nodes.values():
        power.supply(node)
    in_parallel(lambda node: remote.wait_until_reachable(node, 60), layout.nodes.values())
    say(f"all nodes booted ({time.monotonic() - began:.0f} s)")
    if time.monotonic() - powered > SLOW_BOOT:
        say("nodes are slow on this machine: Corosync and Pacemaker may miss their deadlines; lab/node-cost tells why")
    if not arguments.bare:
        wait_for_cluster(layout)
        say(f"the cluster has formed ({time.monotonic() - began:.0f} s)")
        first = next(iter(layout.nodes.values()))
        print(remote.call(first, "twinsite", "apply", "--yes", timeout=60).stdout, end="", flush=True)
        wait_until_settled(first, arguments.settle)
    say(f"up after {time.monotonic() - began:.0f} s; it ends by itself in {arguments.seconds // 60} minutes")


def lay_out_topology(arguments):
    if not (arguments.majority or arguments.two_feeds):
        shutil.copy(arguments.topology, STATE / "topology.json")
        return
    topology = json.loads(Path(arguments.topology).read_text())
    if arguments.majority:
        topology["policy"]["isolation"] = "majority"
        topology["witness"] = {"address": witness.ADDRESS}
        for node in topology["nodes"].values():
            node["watchdog"] = "/dev/watchdog1"
    if arguments.two_feeds:
        pdu.add_second_feeds(topology)
    (STATE / "topology.json").write_text(json.dumps(topology, indent=2) + "\n")


def view_of(node):
    """What a node sees of the cluster: its DC, and the members that take part in it."""
    try:
        text = remote.call(node, "crm_mon", "-1", "--output-as=xml", timeout=30, check=False).stdout
        view = ElementTree.fromstring(text)
    except (LabError, ElementTree.ParseError):  # while the cluster forms, crm_mon may wait for its CIB
        return None, frozenset()
    dc = view.find("./summary/current_dc")
    members = (entry for entry in view.iterfind("./nodes/node")
               if (entry.get("online"), entry.get("pending"), entry.get("unclean")) == ("true", "false", "false"))  # fmt: skip
    return dc.get("name") if dc is not None else None, frozenset(entry.get("name") for entry in members)


def wait_for_cluster(layout, timeout=180):
    """Until all nodes agree: one DC, and everybody has joined it. Before that a change could be lost in a merge."""
    deadline = time.monotonic() + timeout
    while True:
        views = {view_of(node) for node in layout.nodes.values()}
        dc, members = next(iter(views))
        if len(views) == 1 and dc and members == set(layout.nodes):
            return
        if time.monotonic() > deadline:
            raise LabError(f"after {timeout} s the nodes see: " + "; ".join(
                f"DC {dc or 'none'} with {', '.join(sorted(members)) or 'nobody'}" for dc, members in views))  # fmt: skip
        time.sleep(1)


def wait_until_settled(node, timeout):
    """Until Pacemaker has nothing left to do."""
    deadline = time.monotonic() + timeout
    while True:
        done = remote.call(node, "crm_resource --wait --timeout=10s", timeout=60, check=False)
        if done.returncode == 0:
            return
        if time.monotonic() > deadline:
            print(remote.call(node, "crm_mon -1rf", timeout=60, check=False).stdout)
            raise LabError(f"the cluster has not settled after {timeout} s: {done.stderr.strip() or done.returncode}")


def exec_on(arguments):
    remote.replace_by_session(current().node(arguments.node), arguments.words)


def cut_or_join(arguments):
    layout = current()
    join = arguments.command == "join"
    if arguments.node == "witness":
        for site in [arguments.network] if arguments.network else layout.sites:
            witness.set_wire(site, join)
        say(f"the witness {'sees' if join else 'has lost'} {arguments.network or 'both sites'}")
        return
    if arguments.network not in (None, *NETWORKS):
        raise LabError(f"there is no network {arguments.network}: {', '.join(NETWORKS)}")
    networks = [arguments.network] if arguments.network else NETWORKS
    if arguments.node in (None, "sites"):
        network.set_intersite(layout, join, networks)
        say(f"the sites {'see' if join else 'have lost'} each other ({', '.join(networks)})")
    else:
        network.set_node_link(layout.node(arguments.node), join, networks)
        say(f"{arguments.node} is {'on' if join else 'off'} the network again" if join else f"{arguments.node} is cut off")


def switch_power(arguments):
    if arguments.node in current().pdus:
        pdu.freeze(arguments.node, arguments.action)
        say(f"{arguments.node}: {arguments.action}")
        return
    node = current().node(arguments.node)
    power.switch(node, arguments.action)
    say(f"{node.name}: {arguments.action}; it is now {nodes.state_of(node)}")


def status(arguments):
    layout = current()
    state = {
        "nodes": {
            node.name: {
                "site": node.site, "state": nodes.state_of(node), "plugged": not nodes.unplugged(node).exists(),
                "outlets": {f"{name}/{number}": "on" if power.outlet_on(name, number) else "off"
                            for name, number in node.outlets},
            }
            for node in layout.nodes.values()
        }
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(state, indent=1))
        return
    for name, node in state["nodes"].items():
        outlets = ", ".join(f"{outlet} {value}" for outlet, value in node["outlets"].items())
        print(f"{node['site']}  {name:8} {node['state']:5} {'' if node['plugged'] else 'plug pulled  '}{outlets}")


def console(arguments):
    print((STATE / "console" / f"{current().node(arguments.node).name}.log").read_text(errors="replace"), end="")


def parser():
    top = argparse.ArgumentParser(prog="./run lab", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, function, help):
        command = commands.add_parser(name, help=help)
        command.set_defaults(function=function)
        return command

    command = add("up", up, "build the lab and bring it up")
    command.add_argument("--topology", default=str(SOURCE / "config" / "topology.json"))
    command.add_argument("--build", default=str(SOURCE.parent / "build" / "release"))
    command.add_argument("--majority", action="store_true",
                         help='isolation policy "majority": a witness at a third place, watchdogs')
    command.add_argument("--two-feeds", action="store_true",
                         help="nodes with two supplies take the second from a second PDU of their site")
    command.add_argument("--bare", action="store_true", help="nodes only, nothing configured")
    command.add_argument("--owner", type=int, default=0, help="end the lab when this process ends")
    command.add_argument("--for", dest="seconds", type=int, default=4 * 3600, help="end the lab after so many seconds")
    command.add_argument("--settle", type=int, default=180, help="seconds to wait for the resources")
    add("down", lambda arguments: down(), "end it completely")
    command = add("exec", exec_on, "run a command on a node")
    command.add_argument("node")
    command.add_argument("words", nargs=argparse.REMAINDER)
    for name, help in (("cut", "cut the inter-site link, or a node's"), ("join", "mend it")):
        command = add(name, cut_or_join, help)
        command.add_argument("node", nargs="?", help="a node, or witness; the sites when left out")
        command.add_argument("network", nargs="?", help="cluster or storage; of the witness a site")
    command = add("power", switch_power, "pull a node's plug and the like; hang or resume a PDU")
    command.add_argument("node")
    command.add_argument("action", choices=("off", "on", "reset", "hang", "resume"))
    add("status", status, "which nodes and outlets have power").add_argument("--json", action="store_true")
    add("console", console, "what a node's kernel and boot said").add_argument("node")
    add("root", lambda arguments: nodes.prepare(), "build the nodes' root filesystem")
    command = add("keep", lambda a: keeper.keep(a.owner, a.seconds, revive, down), "(internal) end the lab when it is time")
    command.add_argument("--owner", type=int, default=0)
    command.add_argument("--for", dest="seconds", type=int, required=True)
    return top


def main():
    arguments = parser().parse_args()
    if os.geteuid() != 0:
        print("lab: needs root: it makes network namespaces", file=sys.stderr)
        return 1
    try:
        arguments.function(arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
