"""The nodes' kernel: user-mode Linux from a newer Debian than this machine's, fetched once, then cached.

Since Linux 6.16 a node's processes are no longer traced: a seccomp filter hands their system calls to the kernel, and page
faults are mended in batches. A fork and exec costs a third of what it does under this Debian's 6.1
(docs/decisions/0002-lab-of-user-mode-linux.md).
"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .layout import CACHE, LabError

SUITE = "forky"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# With the C library it was linked with, which this machine's may be too old for.
PACKAGES = ["user-mode-linux", "libc6"]
LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"


@dataclass
class Kernel:
    folder: Path

    @property
    def program(self):
        return str(self.folder / "linux.uml")

    def command(self, index):
        """The start of the command line of node number `index`, bound to one CPU: kernel and processes hand over to each
        other at each system call, which is cheapest there."""
        cpus = sorted(os.sched_getaffinity(0))
        return ["taskset", "--cpu-list", str(cpus[index % len(cpus)]), self.program, "seccomp=on"]

    @property
    def modules(self):
        return str(self.folder / "root/usr/lib/uml/modules")


def key():
    recipe = [SUITE, *PACKAGES, Path(__file__).read_text()]
    return hashlib.sha256("\n".join(recipe).encode()).hexdigest()[:12]


def ensure():
    """Returns the kernel, fetching it when this recipe's is not in the cache."""
    folder = CACHE / f"kernel-{key()}"
    if not folder.exists():
        fetch(folder)
    return Kernel(folder)


def mirror():
    """Where this machine gets its Debian from."""
    for line in Path("/etc/apt/sources.list.d/debian.sources").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "URIs":
            return value.split()[0]
    return "http://deb.debian.org/debian"


def fetch(folder):
    print(f"lab: fetching the nodes' kernel from Debian {SUITE} (once)", flush=True)
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    for own in ("state/lists/partial", "cache/archives/partial", "root"):
        (part / own).mkdir(parents=True)
    (part / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    (part / "state/status").touch()
    # An apt of its own: neither the machine's lists nor its packages are touched.
    apt = ["apt-get", "-qq", *(word for setting in (
        f"Dir::Etc::SourceList={part}/sources.list", "Dir::Etc::SourceParts=-", f"Dir::State={part}/state",
        f"Dir::State::Status={part}/state/status", f"Dir::Cache={part}/cache", "APT::Sandbox::User=root",
        "Acquire::Languages=none", "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
        ) for word in ("-o", setting))]  # fmt: skip
    run([*apt, "update"], part)
    run([*apt, "download", *PACKAGES], part)
    for package in part.glob("*.deb"):
        run(["dpkg-deb", "-x", package, "root"], part)
    program = part / "linux.uml"
    shutil.copy(part / "root/usr/bin/linux.uml", program)
    loader = folder / "root" / LOADER
    run(["patchelf", "--set-interpreter", loader, "--set-rpath", loader.parent, program], part)
    for own in ("state", "cache", *part.glob("*.deb")):
        path = part / own
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    part.rename(folder)


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    if done.returncode != 0:
        raise LabError(f"{command[0]} failed with {done.returncode} while fetching the nodes' kernel:\n{done.stdout[-2000:]}")
