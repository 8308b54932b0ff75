"""Electricity: which outlets are on, whose plug is pulled, and what follows for the nodes."""

from . import node as nodes
from .layout import STATE, LabError


def outlet_file(pdu, outlet):
    return STATE / "power" / pdu / str(outlet)


def outlet_on(pdu, outlet):
    path = outlet_file(pdu, outlet)
    return not path.exists() or path.read_text().strip() == "on"


def outlet_changed(layout, pdu, outlet, value):
    """A PDU's relay has moved: called by the simulator before it reports the new state."""
    path = outlet_file(pdu, outlet)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value + "\n")
    for node in layout.nodes_of(pdu, str(outlet)):
        supply(node)


def supply(node):
    """A node lives while its plug is in and any of its outlets is on."""
    plugged = not nodes.unplugged(node).exists()
    if plugged and (not node.outlets or any(outlet_on(pdu, number) for pdu, number in node.outlets)):
        nodes.start(node)
    else:
        nodes.kill(node)


def revive(layout):
    """A node that ended itself boots again while it has power. In one process its kernel could not: it would still hold
    its network interfaces."""
    for node in layout.nodes.values():
        if nodes.ended_by_itself(node):
            supply(node)


def switch(node, action):
    """What a person does at the rack: off (pull the plug), on (put it back), reset, hang, resume."""
    if action == "off":
        nodes.unplugged(node).parent.mkdir(parents=True, exist_ok=True)
        nodes.unplugged(node).touch()
        nodes.kill(node)
    elif action == "on":
        nodes.unplugged(node).unlink(missing_ok=True)
        supply(node)
    elif action == "reset":
        nodes.kill(node)
        supply(node)
    elif action in ("hang", "resume"):
        nodes.freeze(node, action == "hang")
    else:
        raise LabError(f"power knows on, off, reset, hang and resume, not {action}")
