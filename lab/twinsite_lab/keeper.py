"""The lab ends by itself: when its owner's process is gone, or its time is up. Until then what ended itself boots again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .layout import STATE, LabError


def start(owner, seconds, entry):
    with open(STATE / "keeper.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(entry), "keep", "--owner", str(owner), "--for", str(seconds)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (STATE / "pids" / "keeper").write_text(f"{process.pid}\n")


def end_the_bringing_up():
    """This lab's `lab up` may still be at work when its owner dies; it must not go on with somebody else's lab."""
    try:
        pid = int((STATE / "pids" / "up").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if b"up" in command and b"--owner" in command:
        os.kill(pid, signal.SIGTERM)


def alive(pid, began):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] not in "ZX" and (began is None or fields[19] == began)


def birth(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[19]


def keep(owner, seconds, revive, down):
    """Polls; returns when the lab was taken down, by us or by somebody else."""
    own_lab = os.stat(STATE).st_ino
    began = birth(owner) if owner else None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (not owner or alive(owner, began)):
        time.sleep(0.5)
        if not STATE.exists() or os.stat(STATE).st_ino != own_lab:
            return
        try:
            revive()
        except (LabError, OSError, ValueError) as error:
            print(f"lab: {error}", flush=True)
    print("lab: ended by itself:", "time is up" if time.monotonic() >= deadline else f"process {owner} is gone", flush=True)
    end_the_bringing_up()
    down()
