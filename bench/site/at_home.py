"""The status section of a CIB in which everything runs where it belongs.

Starting 400 VMs in Pacemaker's simulation takes minutes; what its scheduler looks at afterwards is only the history that
the local executors have written. So it is written here, complete: a probe of every resource on every node, the digest of
the parameters each action was run with (a wrong one would make Pacemaker restart the resource), and the mirrors' scores.
"""
import hashlib
import xml.etree.ElementTree as tree

KEY = "1:1:{rc}:00000000-0000-0000-0000-000000000000"
STOPPED, RUNNING, PROMOTED = 7, 0, 8
GOOD_COPY = "10000"


def milliseconds(interval):
    return int(interval.removesuffix("s")) * 1000


def digest(parameters):
    """As Pacemaker's calculate_operation_digest: MD5 of the sorted parameters as one XML element."""
    element = tree.Element("parameters", dict(sorted(parameters.items())))
    text = " " + tree.tostring(element, encoding="unicode").replace(" />", "/>") + "\n"
    return hashlib.md5(text.encode()).hexdigest()


class Primitive:
    def __init__(self, element):
        self.id = element.get("id")
        self.kind = {key: element.get(key) for key in ("class", "provider", "type") if element.get(key)}
        self.parameters = {pair.get("name"): pair.get("value") for pair in element.findall("instance_attributes/nvpair")}
        self.monitors = [op for op in element.iter("op") if op.get("name") == "monitor"]

    def monitor(self, state):
        """The recurring one of this state: a mirror has one per role."""
        role = "Promoted" if state == PROMOTED else "Unpromoted"
        return next(op for op in self.monitors if op.get("role") in (None, role))

    def action(self, parent, call, name, rc, interval=0, more=()):
        key = f"{self.id}_{name}_{interval}"
        transition = KEY.format(rc=rc)
        tree.SubElement(parent, "lrm_rsc_op", {
            "id": key if interval else self.id + "_last_0", "operation_key": key, "operation": name,
            "crm_feature_set": "3.16.1", "transition-key": transition, "transition-magic": f"0:{rc};{transition}",
            "call-id": str(call), "rc-code": str(rc), "op-status": "0", "interval": str(interval),
            "last-rc-change": "1790000000", "last-run": "1790000000", "exec-time": "0", "queue-time": "0",
            "op-digest": digest({**self.parameters, **dict(more)})})

    def history(self, parent, call, state):
        resource = tree.SubElement(parent, "lrm_resource", {"id": self.id, **self.kind})
        if state == STOPPED:
            return self.action(resource, call, "monitor", STOPPED)
        self.action(resource, call, "promote" if state == PROMOTED else "start", RUNNING)
        monitor = self.monitor(state)
        return self.action(resource, call + 1, "monitor", state, milliseconds(monitor.get("interval")),
                           {"CRM_meta_timeout": str(milliseconds(monitor.get("timeout")))})


def places(cib, topology):
    """{(resource, node): state} of all that runs, from the topology and the host that the CIB prefers for a VM."""
    running = {}
    for name, lun in topology["luns"].items():
        for node in lun["mirror"]["nodes"]:
            at_home = topology["nodes"][node]["site"] == lun["home"]
            running["mirror_" + name, node] = PROMOTED if at_home else RUNNING
            if at_home:
                running["address_" + name, node] = running["target_" + name, node] = RUNNING
    for constraint in cib.iter("rsc_location"):
        if constraint.get("id").startswith("twinsite-host-vm_"):
            running[constraint.get("rsc"), constraint.get("node")] = RUNNING
    nodes = list(topology["nodes"])
    for i, victim in enumerate(nodes):  # a fence device never runs on its victim
        running["fence_" + victim, nodes[i - 1]] = RUNNING
    running["watchdog", nodes[0]] = RUNNING
    return running


def scores(state, node, topology):
    """What the mirrors' agents publish."""
    part = tree.SubElement(tree.SubElement(state, "transient_attributes", id=state.get("id")), "instance_attributes",
                           id="status-" + state.get("id"))
    for name, lun in topology["luns"].items():
        if node in lun["mirror"]["nodes"]:
            attribute = "master-mirror_" + name
            tree.SubElement(part, "nvpair", id=f"status-{state.get('id')}-{attribute}", name=attribute, value=GOOD_COPY)


def write(source, topology, target):
    document = tree.parse(source)
    cib = document.getroot()
    cib.set("have-quorum", "1")
    running = places(cib, topology)
    primitives = [Primitive(element) for element in cib.iter("primitive")]
    status = cib.find("status")
    status = tree.SubElement(cib, "status") if status is None else status
    for node in cib.findall("configuration/nodes/node"):
        name = node.get("uname")
        state = tree.SubElement(status, "node_state", {"id": node.get("id"), "uname": name, "in_ccm": "true", "crmd": "online",
                                                       "join": "member", "expected": "member"})
        scores(state, name, topology)
        resources = tree.SubElement(tree.SubElement(state, "lrm", id=node.get("id")), "lrm_resources")
        for i, primitive in enumerate(primitives):
            primitive.history(resources, 2 * i + 1, running.get((primitive.id, name), STOPPED))
    document.write(target)
