"""Measures the two agents side by side. Runs inside the cached root (see run)."""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

AGENTS = {
    "IPaddr2": "/usr/lib/ocf/resource.d/heartbeat/IPaddr2",
    "vip": "/usr/lib/ocf/resource.d/twinsite/vip",
}
ADDRESS = "10.11.0.101"
PORT = 5001


def shell(text):
    subprocess.run(["/bin/sh", "-ec", text], check=True)


def environment(agent, host, **more):
    settings = {
        "OCF_ROOT": "/usr/lib/ocf",
        "OCF_RESOURCE_INSTANCE": "address_red",
        "OCF_RESKEY_ip": ADDRESS,
        "OCF_RESKEY_cidr_netmask": "24",
        "OCF_RESKEY_nic": "eth0",
        "OCF_RESKEY_CRM_meta_interval": "10000",
        "OCF_RESKEY_CRM_meta_timeout": "20000",
        "HA_RSCTMP": f"/run/{agent}-{host}",
        "PATH": os.environ["PATH"],
    }
    settings.update(more)
    os.makedirs(settings["HA_RSCTMP"], exist_ok=True)
    return settings


def run(agent, action, host="a", expect=0, prefix=(), **more):
    done = subprocess.run(
        [*prefix, AGENTS[agent], action],
        env=environment(agent, host, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != expect:
        sys.exit(f"{agent} {action} on {host}: exit {done.returncode}, expected {expect}")


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(agent, action, **more):
    """Wall and CPU milliseconds of one action, without what it leaves in the background."""
    cpu, wall = cpu_of_children(), time.monotonic()
    run(agent, action, **more)
    return (time.monotonic() - wall) * 1000, (cpu_of_children() - cpu) * 1000


def processes(agent, action, **more):
    """How many programs one action executes and how many processes it makes."""
    log = "/run/strace"
    # The background of an action must not keep strace waiting: it is counted, then let go.
    run(agent, action, prefix=("strace", "-f", "-qq", "-o", log, "-e", "trace=execve,clone,clone3,"
                               "fork,vfork"), **more)
    with open(log, encoding="utf-8", errors="replace") as lines:
        all_lines = [line for line in lines if line.rstrip().split(" ")[-1].isdigit()]
    execs = sum("execve(" in line or "execve resumed" in line for line in all_lines)
    forks = sum("fork" in line or "clone" in line for line in all_lines)
    return execs, forks


def summary(samples):
    wall, cpu = zip(*samples)
    return {"wall_ms": statistics.median(wall), "cpu_ms": statistics.median(cpu)}


def measure_actions(rounds):
    """In the root's own namespace: no `ip netns exec` in the numbers."""
    shell("ip link add eth0 type veth peer name port0; ip link set port0 up; ip link set eth0 up;"
          "ip address add 10.11.0.1/24 dev eth0")
    results = {}
    # Alternating, so that a busy machine hurts both alike.
    samples = {(agent, what): [] for agent in AGENTS for what in
               ("probe", "start", "start, no question", "monitor", "stop")}
    quick = {"OCF_RESKEY_arp_probe_count": "0"}
    for number in range(rounds):
        for agent in AGENTS:
            samples[agent, "probe"].append(
                cost(agent, "monitor", expect=7, OCF_RESKEY_CRM_meta_interval="0"))
            samples[agent, "start"].append(cost(agent, "start"))
            for _ in range(3):
                samples[agent, "monitor"].append(cost(agent, "monitor"))
            samples[agent, "stop"].append(cost(agent, "stop"))
            samples[agent, "start, no question"].append(cost(agent, "start", **quick))
            run(agent, "stop")
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for agent in AGENTS:
        results[agent] = {what: summary(samples[agent, what])
                          for who, what in samples if who == agent}
        # Let announcements end at once: strace follows the background too.
        once = {"OCF_RESKEY_arp_count": "1", "OCF_RESKEY_conflict_watch": "false"}
        for what, action, more in (("probe", "monitor", {"expect": 7}), ("start", "start", once),
                                   ("monitor", "monitor", once), ("stop", "stop", once)):
            execs, forks = processes(agent, action, **more)
            results[agent][what].update(execs=execs, forks=forks)
    return results


def measure_guard(seconds=10):
    """CPU of the background process while nothing happens."""
    run("vip", "start")
    time.sleep(4)  # announcements end after 3 s
    with open("/run/vip-a/twinsite-vip-address_red.guard", encoding="ascii") as file:
        process = int(file.read())

    def ticks():
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6

    before = ticks()
    time.sleep(seconds)
    used = (ticks() - before) / seconds
    with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
        private = sum(int(line.split()[1]) for line in file if line.startswith("Private"))
    run("vip", "stop")
    return {"cpu_ms_per_s": used, "private_kib": private}


def make_segment():
    shell("""
        ip link delete eth0
        ip link add segment0 type bridge; ip link set segment0 up
        n=0
        for host in a b client; do
            n=$((n + 1)); ip netns add $host
            ip link add port-$host type veth peer name eth0 netns $host
            ip link set port-$host master segment0 up
            ip -n $host link set lo up; ip -n $host link set eth0 up
            ip -n $host address add 10.11.0.$n/24 dev eth0
        done""")


def echo_server(host):
    """Answers each datagram with the host's name."""
    return subprocess.Popen(
        ["ip", "netns", "exec", host, "python3", "-c",
         "import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
         f"s.bind(('',{PORT}))\n"
         "while True:\n d,f=s.recvfrom(64)\n"
         f" s.sendto(b'{host}',f)"], stderr=subprocess.DEVNULL)


CLIENT = f"""
import select,socket,sys,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)
last=None
while True:
    try: s.sendto(b'?',('{ADDRESS}',{PORT}))
    except OSError: pass
    if select.select([s],[],[],0.002)[0]:
        try: who=s.recv(64).decode()
        except OSError: continue
        if who!=last:
            last=who
            print(who,time.monotonic(),flush=True)
"""


class Client:
    """Asks the address every 2 ms and notes when another host begins to answer."""

    def __init__(self):
        self.process = subprocess.Popen(["ip", "netns", "exec", "client", "python3", "-c", CLIENT],
                                        stdout=subprocess.PIPE, text=True)
        self.seen = {}
        self.changed = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            who, when = line.split()
            with self.changed:
                self.seen[who] = float(when)
                self.changed.notify_all()

    def wait_for(self, who, seconds):
        with self.changed:
            if not self.changed.wait_for(lambda: who in self.seen, seconds):
                return None
            return self.seen[who]

    def close(self):
        self.process.kill()
        self.process.wait()


def one_takeover(agent):
    """Host a holds the address and loses its power; b starts it. Milliseconds."""
    run(agent, "start", host="a", prefix=("ip", "netns", "exec", "a"))
    client = Client()
    try:
        if client.wait_for("a", 10) is None:
            sys.exit("the client never reached the first holder")
        shell("ip link set port-a nomaster")
        begin = time.monotonic()
        run(agent, "start", host="b", prefix=("ip", "netns", "exec", "b"))
        end = time.monotonic()
        reached = client.wait_for("b", 30)
        if reached is None:
            sys.exit("the client never reached the new holder")
        return {"start_ms": (end - begin) * 1000, "reached_ms": (reached - begin) * 1000,
                "beyond_start_ms": (reached - end) * 1000}
    finally:
        client.close()
        for host in ("a", "b"):
            run(agent, "stop", host=host, prefix=("ip", "netns", "exec", host))
        shell("ip link set port-a master segment0; ip -n client neighbour flush all")
        time.sleep(0.2)


def measure_takeover(rounds):
    make_segment()
    servers = [echo_server("a"), echo_server("b")]
    try:
        samples = {agent: [] for agent in AGENTS}
        for _ in range(rounds):
            for agent in AGENTS:
                samples[agent].append(one_takeover(agent))
        return {agent: {key: statistics.median(sample[key] for sample in samples[agent])
                        for key in samples[agent][0]} |
                {"worst_beyond_start_ms": max(s["beyond_start_ms"] for s in samples[agent])}
                for agent in AGENTS}
    finally:
        for server in servers:
            server.kill()


def print_results(results):
    print(f"{'':22}{'wall ms':>18}{'CPU ms':>18}{'programs':>14}{'forks':>12}   CPU ratio")
    print(f"{'':22}{'IPaddr2':>9}{'vip':>9}{'IPaddr2':>9}{'vip':>9}{'IPaddr2':>9}{'vip':>5}"
          f"{'IPaddr2':>8}{'vip':>4}")
    for what in results["actions"]["vip"]:
        old, new = (results["actions"][agent][what] for agent in ("IPaddr2", "vip"))
        counts = "" if "execs" not in new else (f"{old['execs']:9}{new['execs']:5}"
                                                f"{old['forks']:8}{new['forks']:4}")
        print(f"{what:22}{old['wall_ms']:9.1f}{new['wall_ms']:9.1f}{old['cpu_ms']:9.1f}"
              f"{new['cpu_ms']:9.1f}{counts:26}   1/{old['cpu_ms'] / new['cpu_ms']:.0f}")
    print()
    print("takeover with a stale neighbour entry (median):")
    for agent, took in results["takeover"].items():
        print(f"  {agent:8} start {took['start_ms']:6.0f} ms; client reaches the new holder "
              f"{took['reached_ms']:6.0f} ms after it began, {took['beyond_start_ms']:+.0f} ms "
              f"beyond its end (worst {took['worst_beyond_start_ms']:+.0f} ms)")
    guard = results["guard"]
    print(f"background process of vip: {guard['cpu_ms_per_s']:.3f} ms of CPU per second, "
          f"{guard['private_kib']} KiB of memory of its own")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    results = {"actions": measure_actions(arguments.rounds), "guard": measure_guard(),
               "takeover": measure_takeover(max(3, arguments.rounds // 3))}
    print_results(results)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


main()
