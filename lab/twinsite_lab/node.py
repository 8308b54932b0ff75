"""A node: one user-mode Linux, its own process group, its disks as files that survive a power cut."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

from . import kernel, root
from .layout import ALL_NETWORKS, CACHE, NAMESPACE, SOURCE, STATE, LabError


def pid_file(node):
    return STATE / "pids" / node.name


def unplugged(node):
    """Somebody pulled the node's plug: its outlets do not matter until it is put back."""
    return STATE / "unplugged" / node.name


def process_of(node):
    """The node's process group, or None. A recycled process id is not taken for the node."""
    try:
        pid = int(pid_file(node).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return None
    in_the_middle_of_exec = not command and state not in "ZX"
    return pid if in_the_middle_of_exec or f"umid=twinsite-{node.name}".encode() in command.split(b"\0") else None


def state_of(node):
    pid = process_of(node)
    if pid is None:
        return "off"
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return {"T": "hung", "Z": "off"}.get(state, "on")


def command_line(node):
    disks = [f"ubd{index}={STATE}/disks/{node.name}-{lun}.img" for index, lun in enumerate(node.disks)]
    wires = [
        f"vec{index}:transport=tap,ifname={node.tap(network)},depth=128,mac={node.mac(network)}"
        for index, network in enumerate(ALL_NETWORKS)
    ]
    own = kernel.ensure()
    return [
        "ip", "netns", "exec", NAMESPACE, *own.command(node.number), f"umid=twinsite-{node.name}", f"uml_dir={STATE}/uml",
        f"mem={node.memory_mib}M", "rootfstype=hostfs", f"rootflags={(CACHE / 'root').resolve()}", "ro",
        "init=/sbin/lab-init", f"lab_source={SOURCE}/node", f"lab_state={STATE}", f"lab_node={node.name}",
        f"lab_modules={own.modules}", f"lab_cache={capabilities_cache()}", "con=null", "con0=null,fd:1", "con1=null", "ssl=null", "quiet", "panic=-1", "noreboot", "selinux=0",
        *disks, *wires,
    ]  # fmt: skip


def capabilities_cache():
    """What libvirt found out about its emulators: ten seconds of probing, the same in every node of this root."""
    folder = CACHE / f"qemu-capabilities-{root.key()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def power_of(node):
    """One at a time changes whether a node runs: a command, a PDU, the keeper."""
    with open(STATE / "pids" / f"{node.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ended_by_itself(node):
    """Reset by its watchdog, a panic, or reboot(8): nobody took its power."""
    if not pid_file(node).exists():
        return False
    with power_of(node):
        return pid_file(node).exists() and process_of(node) is None


def start(node):
    """Power comes on. Nothing happens to a node that runs, or whose plug is pulled."""
    with power_of(node):
        start_now(node)


def start_now(node):
    if process_of(node) is not None or unplugged(node).exists():
        return
    for folder in ("pids", "uml", "console", f"serial/{node.name}", f"node/{node.name}"):
        (STATE / folder).mkdir(parents=True, exist_ok=True)
    with open(STATE / "console" / f"{node.name}.log", "ab") as console:
        process = subprocess.Popen(
            command_line(node), stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            cwd="/", close_fds=True,
        )  # fmt: skip
    pid_file(node).write_text(f"{process.pid}\n")
    # "ip netns exec" becomes the kernel itself; only then process_of() recognises it.
    deadline = time.monotonic() + 5
    while process_of(node) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise LabError(f"{node.name} did not start: see {STATE}/console/{node.name}.log")
        time.sleep(0.01)
    prefer(process.pid)


def prefer(pid):
    """Before other work of this machine: a compiler must not make the cluster's token late (sched(7), autogroup)."""
    os.setpriority(os.PRIO_PROCESS, pid, -10)
    try:
        Path(f"/proc/{pid}/autogroup").write_text("-10")
    except OSError:
        pass  # a kernel without autogroups needs only the priority


def kill(node):
    """Power goes off: the whole process group, or the disk helper would live on."""
    with power_of(node):
        kill_now(node)


def kill_now(node):
    pid = process_of(node)
    if pid is None:
        pid_file(node).unlink(missing_ok=True)
        return
    os.killpg(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while group_alive(pid):
        if time.monotonic() > deadline:
            raise LabError(f"{node.name} (process group {pid}) does not die")
        time.sleep(0.01)
    pid_file(node).unlink(missing_ok=True)


def group_alive(group):
    """Zombies do not count: they hold nothing."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            return True
    return False


def freeze(node, hung):
    """The kernel alone: its traced children wait for it. Signals of their own would look to it like theirs, and it dies of
    them when it resumes."""
    pid = process_of(node)
    if pid is None:
        raise LabError(f"{node.name} has no power")
    os.kill(pid, signal.SIGSTOP if hung else signal.SIGCONT)


def prepare():
    kernel.ensure()
    root.ensure()
