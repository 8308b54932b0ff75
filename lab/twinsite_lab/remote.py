"""Out-of-band access: ssh over the management network, which no fault touches."""

import os
import subprocess
import time

from .layout import NAMESPACE, STATE, LabError
from .process import run


def make_keys():
    folder = STATE / "ssh"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("id", "host"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "twinsite-lab", "-f", folder / name)
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())


def command(node, *argv, tty=False):
    control = STATE / "ssh" / f"{node.name}.sock"
    options = {
        "BatchMode": "yes", "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR",
        "ConnectTimeout": "5", "ServerAliveInterval": "10", "ServerAliveCountMax": "3",
        "ControlMaster": "auto", "ControlPath": control, "ControlPersist": "60",
    }  # fmt: skip
    words = ["ip", "netns", "exec", NAMESPACE, "ssh", "-F", "none", "-i", str(STATE / "ssh" / "id")]
    for key, value in options.items():
        words += ["-o", f"{key}={value}"]
    words += ["-t"] if tty else []
    return [*words, f"root@{node.management}", "--", *argv]


def call(node, *argv, timeout=60, input=None, check=True):
    """Runs a command line on a node (its shell sees it, as with ssh). Returns the finished process."""
    try:
        done = subprocess.run(
            command(node, *argv), timeout=timeout, input=input, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL if input is None else None,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LabError(f"{node.name} did not finish within {timeout} s: {' '.join(argv)}") from None
    if check and done.returncode != 0:
        raise LabError(f"on {node.name}: {' '.join(argv)} failed with {done.returncode}: "
                       f"{(done.stderr or done.stdout).strip()[-400:]}")  # fmt: skip
    return done


def replace_by_session(node, argv):
    """Becomes the ssh client: for people at a terminal."""
    words = command(node, *argv, tty=os.isatty(0))
    os.execvp(words[0], words)


def wait_until_reachable(node, timeout):
    deadline = time.monotonic() + timeout
    while True:
        if call(node, "true", timeout=20, check=False).returncode == 0:
            return
        if time.monotonic() > deadline:
            raise LabError(f"{node.name} does not answer after {timeout} s: see {STATE}/console/{node.name}.log")
        time.sleep(0.5)
