"""The PDUs: small hosts of their own that speak SNMP and whose relays are the nodes' power."""

import json
import os
import signal
import subprocess
import time

from .layout import SOURCE, STATE, LabError
from .process import run

READ_COMMUNITY = "lab-read"
WRITE_COMMUNITY = "lab-write"


def secret_of(pdu, spec):
    return f"lab-secret-of-{pdu}"


def start(layout, simulator):
    for pdu in layout.pdus.values():
        spec = layout.topology["pdus"][pdu.name]
        folder = STATE / "pdus" / pdu.name
        folder.mkdir(parents=True, exist_ok=True)
        secret = folder / "secret"
        secret.write_text(secret_of(pdu.name, spec) + "\n")
        secret.chmod(0o600)
        snmp = spec.get("snmp", {})
        command = [
            "ip", "netns", "exec", pdu.namespace, str(simulator), "--name", pdu.name,
            "--model", spec.get("simulate", "apc-rpdu2"), "--outlets", "8", "--listen", f"{pdu.address}:161",
            "--state", str(folder), "--community-read", READ_COMMUNITY, "--community-write", WRITE_COMMUNITY,
            "--v3-user", f"{snmp.get('user', 'fencer')},{snmp.get('auth', 'SHA-256')},{snmp.get('priv', 'AES')},{secret}",
            "--on-change", str(SOURCE / "outlet-changed"),
        ]  # fmt: skip
        with open(folder / "log", "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        (STATE / "pids" / f"pdu.{pdu.name}").write_text(f"{process.pid}\n")
    wait_until_serving(layout)


def add_second_feeds(topology):
    """A second PDU in each site, and on it the second supply of every node that has two."""
    for number, (name, spec) in enumerate(list(topology["pdus"].items())):
        second = json.loads(json.dumps(spec))
        second["address"] = f"{spec['address'].rpartition('.')[0]}.{41 + number}"
        second["snmp"]["secret_file"] = f"/etc/twinsite/{name}-2.secret"
        topology["pdus"][f"{name}-2"] = second
    for node in topology["nodes"].values():
        for supply in node["power"][1:]:
            supply["pdu"] += "-2"


def freeze(name, action):
    """A PDU that no longer answers: its relays stay as they are."""
    if action not in ("hang", "resume"):
        raise LabError(f"a PDU can hang and resume, not {action}")
    pid = int((STATE / "pids" / f"pdu.{name}").read_text())
    os.kill(pid, signal.SIGSTOP if action == "hang" else signal.SIGCONT)


def wait_until_serving(layout):
    for pdu in layout.pdus.values():
        deadline = time.monotonic() + 10
        while ":161 " not in run("ip", "netns", "exec", pdu.namespace, "ss", "-Hlun").stdout:
            pid = int((STATE / "pids" / f"pdu.{pdu.name}").read_text())
            if time.monotonic() > deadline or not os.path.exists(f"/proc/{pid}"):
                raise LabError(f"{pdu.name} does not serve SNMP: see {STATE}/pdus/{pdu.name}/log")
            time.sleep(0.05)
