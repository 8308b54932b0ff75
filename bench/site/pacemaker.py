"""Pacemaker's own what-if of a site's loss, in the cached Debian root, on a CIB in which everything is at home."""
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as tree

import at_home

HERE = os.path.dirname(os.path.abspath(__file__))
IN_ROOT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests/support/in-root")
PATIENCE_S = 900


def is_possible():
    root = os.environ.get("TWINSITE_ROOT", "/var/cache/twinsite/root")
    return os.geteuid() == 0 and os.path.exists(root + "/usr/bin/env")


class Root:
    """Commands inside the root, where /files is SCRATCH and the cluster is the CIB in /files/home.xml."""

    def __init__(self, scratch, twinsite):
        self.enter = [IN_ROOT, "--bind", scratch + "=/files", "--bind", HERE + "=/bench", "--bind",
                      twinsite + "=/usr/bin/twinsite", "--", "env", "CIB_file=/files/home.xml"]

    def run(self, *argv):
        done = subprocess.run([*self.enter, *argv], capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(argv)} failed: {done.stderr[-500:]}")
        return done.stdout

    def measure(self, runs, *argv):
        return json.loads(self.run("/bench/measured.py", str(runs), *argv))


WHATIF = ("twinsite", "--topology", "/files/bench.json", "--output", "json", "whatif", "--live", "--fail", "site:rz1")


def expect_all_at_home(root):
    """Else what is measured is not the loss of a site."""
    plan = tree.fromstring(root.run("crm_simulate", "-x", "/files/home.xml", "-R", "--output-as=xml"))
    # Where the nodes' common watchdog device is shown does not matter.
    actions = [action.attrib for action in plan.findall("actions/*") if action.get("resource") != "watchdog"]
    if actions:
        sys.exit(f"Pacemaker would act though everything is at home: {len(actions)} actions, the first {actions[0]}")


def expect_all_restart(root, topology):
    moved = {movement["resource"] for movement in json.loads(root.run(*WHATIF))["movements"] if movement["kind"] == "restart"}
    missing = {"vm_" + name for name, vm in topology["vms"].items() if vm["home"] == "rz1"} - moved
    if missing:
        sys.exit(f"{len(missing)} VMs of the lost site are not restarted, as {sorted(missing)[0]}")


def measurements(scratch, twinsite, topology, runs=3):
    """Yields (name, measurement). bench.json and bench.xml are in SCRATCH."""
    at_home.write(scratch + "/bench.xml", topology, scratch + "/home.xml")
    root = Root(scratch, twinsite)
    expect_all_at_home(root)
    expect_all_restart(root, topology)
    yield "pacemaker whatif site", root.measure(runs, *WHATIF)
    lost = [option for name, node in topology["nodes"].items() if node["site"] == "rz1" for option in ("-f", name)]
    yield "crm_simulate by itself", root.measure(runs, "crm_simulate", "-x", "/files/home.xml", "-R", *lost, "--output-as=xml")
