#!/usr/bin/python3
"""Wall time, CPU time and peak memory of a command: medians of some runs. Also runs inside the cached root."""
import json
import os
import subprocess
import sys
import time


def once(argv, environment=None):
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(argv, stdout=null, stderr=null, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: twinsite has findings
        sys.exit(f"{' '.join(argv)} failed with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(argv, environment=None, runs=3):
    """{wall_s, cpu_s, peak_mib}; CPU and memory with all that ARGV started and waited for."""
    walls, cpus, peaks = zip(*(once(argv, environment) for _ in range(runs)))
    return {"wall_s": sorted(walls)[runs // 2], "cpu_s": sorted(cpus)[runs // 2], "peak_mib": max(peaks)}


if __name__ == "__main__":  # measured.py RUNS COMMAND [ARGUMENT...]
    print(json.dumps(measure(sys.argv[2:], runs=int(sys.argv[1]))))
