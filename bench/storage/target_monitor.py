"""Measures monitors inside the root: CPU and wall time as medians, programs started as strace counts them."""

import json
import os
import statistics
import subprocess
import time

OURS = "/twinsite/bin/iscsi-target"
PEERS = "/usr/lib/ocf/resource.d/heartbeat/"
IQN = "iqn.2026-11.example:bench"
ROUNDS = 15
BASE = {"PATH": os.environ["PATH"], "OCF_ROOT": "/usr/lib/ocf", "OCF_RA_VERSION_MAJOR": "1", "OCF_RA_VERSION_MINOR": "1",
        "OCF_RESKEY_CRM_meta_timeout": "60000", "OCF_RESKEY_CRM_meta_interval": "10000", "LC_ALL": "C"}  # fmt: skip


def settings(instance, **parameters):
    return BASE | {"OCF_RESOURCE_INSTANCE": instance} | {f"OCF_RESKEY_{key}": value for key, value in parameters.items()}


def ours(luns):
    paths = " ".join(f"{number}=/tmp/lun{number}" for number in range(1, luns + 1))
    return [(OURS, settings("ours", iqn=IQN, luns=paths, implementation="tgt"))]


def peers(luns):
    target = (PEERS + "iSCSITarget", settings("peer", iqn=IQN, tid="5", implementation="tgt"))
    return [target] + [
        (PEERS + "iSCSILogicalUnit",
         settings(f"lun{number}", target_iqn=IQN, lun=str(number), path=f"/tmp/lun{number}", implementation="tgt"))
        for number in range(1, luns + 1)
    ]  # fmt: skip


def act(commands, action, expected=0):
    for program, environment in commands:
        done = subprocess.run([program, action], env=environment, capture_output=True, text=True)
        if done.returncode != expected:
            raise SystemExit(f"{program} {action}: {done.returncode} {done.stderr}")


def once(commands):
    """CPU and wall seconds of one monitor of everything; the CPU includes what was started and waited for."""
    cpu = 0.0
    begin = time.monotonic()
    for program, environment in commands:
        child = os.posix_spawn(program, [program, "monitor"], environment,
                               file_actions=[(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])  # fmt: skip
        _, status, usage = os.wait4(child, 0)
        if status:
            raise SystemExit(f"{program} monitor ended with {status}")
        cpu += usage.ru_utime + usage.ru_stime
    return cpu, time.monotonic() - begin


def started(commands):
    execs = 0
    for program, environment in commands:
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=execve", "-o", "/tmp/trace", program, "monitor"],
                       env=environment, capture_output=True, check=True)  # fmt: skip
        with open("/tmp/trace") as trace:
            lines = [line for line in trace if "execve(" in line and line.rstrip().endswith("= 0")]
        execs += len(lines)
    return execs


def measure(name, luns, commands):
    act(commands, "start")
    samples = [once(commands) for _ in range(ROUNDS)]
    result = {"agents": name, "luns": luns, "cpu_ms": round(1000 * statistics.median(cpu for cpu, _ in samples), 2),
              "wall_ms": round(1000 * statistics.median(wall for _, wall in samples), 2), "execs": started(commands)}  # fmt: skip
    act(list(reversed(commands)), "stop")
    return result


def main():
    os.makedirs("/run/tgtd", exist_ok=True)
    daemon = subprocess.Popen(["tgtd", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not os.path.exists("/run/tgtd/socket.0"):
            if time.monotonic() > deadline:
                raise SystemExit("tgtd does not come up")
            time.sleep(0.05)
        for number in range(1, 17):
            with open(f"/tmp/lun{number}", "wb") as disk:
                disk.truncate(4 * 1024 * 1024)
        results = []
        print(f"{'one monitor of':28}{'LUNs':>5}{'CPU ms':>10}{'wall ms':>10}{'execs':>8}")
        for luns in (1, 16):
            for name, commands in (("iSCSITarget+LogicalUnit", peers(luns)), ("iscsi-target", ours(luns))):
                one = measure(name, luns, commands)
                results.append(one)
                print(f"{name:28}{luns:5}{one['cpu_ms']:10.2f}{one['wall_ms']:10.2f}{one['execs']:8}", flush=True)
            print(f"{'':28}     CPU 1/{results[-2]['cpu_ms'] / max(results[-1]['cpu_ms'], 0.01):.0f}")
        with open("/twinsite/out/target.json", "w") as file:
            json.dump(results, file, indent=1)
    finally:
        daemon.kill()


main()
