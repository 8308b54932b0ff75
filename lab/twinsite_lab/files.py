"""What is laid out for the nodes: disks with guests on them, configuration files, the installed twinsite."""

import shutil
import subprocess
import uuid

from . import pdu as pdus
from . import root
from .layout import CACHE, GUEST_OFFSET, SOURCE, STATE, LabError
from .process import run

NAMES = uuid.UUID("4b4c8f0a-6f0c-4a1e-9c55-77e1ab000000")


def guest_image():
    """The 512 bytes of lab/guest/counter.S."""
    folder = STATE / "guest"
    folder.mkdir(parents=True, exist_ok=True)
    run("as", "--32", "-o", folder / "counter.o", SOURCE / "guest" / "counter.S")
    run("ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", folder / "counter.bin",
        folder / "counter.o")  # fmt: skip
    return (folder / "counter.bin").read_bytes()


def guests_on(layout, lun):
    return [name for name, vm in layout.vms.items() if vm["luns"][0] == lun]


def new_mirror(size_mib):
    """A file that is one half of a new mirror of this size, made once by DRBD's own tools and cached."""
    made = CACHE / f"mirror-{size_mib}-{root.key()}.img"
    if not made.exists():
        part = made.with_suffix(".part")
        part.unlink(missing_ok=True)
        run(SOURCE / "node-run", "--disk", size_mib, "--share", CACHE, "--", "sh", "/lab/source/new-mirror",
            f"/lab/share/{part.name}", timeout=120)  # fmt: skip
        part.rename(made)
    return made


def make_disks(layout):
    """Both halves of a mirror begin as the same bytes: every guest's boot sector in its slice."""
    image = guest_image()
    (STATE / "disks").mkdir(parents=True, exist_ok=True)
    for node in layout.nodes.values():
        for lun in node.disks:
            path = STATE / "disks" / f"{node.name}-{lun}.img"
            run("cp", "--sparse=always", new_mirror(layout.luns[lun]["size_mib"]), path)
            with open(path, "r+b") as disk:
                for index, _ in enumerate(guests_on(layout, lun)):
                    disk.seek(GUEST_OFFSET * (index + 1))
                    disk.write(image)


def guest_disk(lun):
    """Through iSCSI, or, where the LUN has no target, the mirror's device of the guest's own host."""
    if "target" not in lun:
        return {"DISK_TYPE": "block", "SOURCE": f"dev='{lun['mirror']['device']}'>"}
    target, address = lun["target"], lun["address"]["ip"]
    return {"DISK_TYPE": "network", "SOURCE": f"protocol='iscsi' name='{target['iqn']}/{target['lun']}'>"
            f"<host name='{address}' port='3260'/>"}  # fmt: skip


def guest_xml(layout, name):
    vm = layout.vms[name]
    lun = layout.luns[vm["luns"][0]]
    values = {
        "NAME": name, "UUID": uuid.uuid5(NAMES, name), "MEMORY": vm["memory_mib"], **guest_disk(lun),
        "OFFSET": GUEST_OFFSET * (guests_on(layout, vm["luns"][0]).index(name) + 1), "SIZE": GUEST_OFFSET,
    }  # fmt: skip
    text = (SOURCE / "config" / "guest.xml.in").read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def render(twinsite, layout, kind):
    return run(twinsite, "--topology", layout.path, "render", "--format", kind, timeout=30).stdout


def lay_out_etc(layout, twinsite):
    etc = STATE / "etc"
    write(etc / "hosts", "127.0.0.1 localhost\n" + "".join(
        f"{node.cluster} {node.name}\n" for node in layout.nodes.values()))  # fmt: skip
    write(etc / "twinsite" / "topology.json", layout.path.read_text())
    for name, pdu in layout.topology.get("pdus", {}).items():
        write(etc / "twinsite" / f"{name}.secret", pdus.secret_of(name, pdu) + "\n", 0o600)
    for name in layout.vms:
        write(etc / "twinsite" / "vm" / f"{name}.xml", guest_xml(layout, name))
    write(etc / "corosync" / "corosync.conf", render(twinsite, layout, "corosync"))
    write(etc / "drbd.d" / "twinsite.res", render(twinsite, layout, "drbd"))


def lay_out_nodes(layout):
    for node in layout.nodes.values():
        identity = uuid.uuid5(NAMES, "host-" + node.name)
        values = {
            "STATE": STATE, "MANAGEMENT": node.management, "CLUSTER": node.cluster, "STORAGE": node.storage,
            "HOST_UUID": identity, "MACHINE_ID": identity.hex,
        }  # fmt: skip
        write(STATE / "nodes" / f"{node.name}.env", "".join(f"{key}={value}\n" for key, value in values.items()))


def install(build):
    """The tree that `cmake --install` makes, laid over every node's root when it boots."""
    stage = STATE / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    done = subprocess.run(
        ["cmake", "--install", str(build), "--strip"], env={"PATH": "/usr/bin:/bin", "DESTDIR": str(stage)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode != 0:
        raise LabError(f"cmake --install failed: {done.stdout.strip().splitlines()[-1]}; run ./run build first")
    return stage
