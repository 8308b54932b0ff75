"""The nodes' root filesystem: built once from the machine's own apt sources, then cached."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .layout import CACHE, LabError

PACKAGES = """
pacemaker corosync corosync-qdevice corosync-qnetd pacemaker-cli-utils pcs crmsh sbd
libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-block-extra qemu-utils
drbd-utils tgt targetcli-fb dbus open-iscsi libiscsi-bin lvm2 thin-provisioning-tools fio
resource-agents fence-agents snmp snmpd libxml2-utils
kmod iproute2 ethtool iputils-ping iputils-arping procps psmisc openssh-server tini iptables tcpdump strace bc jq python3
libfmt9 libsnmp40 libnl-route-3-200 libqb100 libcurl4 libasan8 libubsan1
busybox-static qemu-guest-agent openssl
""".split()

# What the nodes must not start or keep from the build.
CUSTOMISE = [
    'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/corosync/corosync.conf "$1"/etc/machine-id',
    'mkdir -p "$1"/lab "$1"/run/sshd',
    # The stub that a node's kernel starts; everything else comes from the checkout (lab/node/init).
    r"""printf '#!/bin/sh\nmount -t hostfs -o "$lab_source" none /mnt && exec /bin/sh /mnt/init\n' > "$1"/sbin/lab-init"""
    '; chmod 755 "$1"/sbin/lab-init',
    # A kernel for guests that run a real Linux (tests/host/vm/linux-guest), not installed as the root's own.
    r"""set -e; cd "$(mktemp -d)"; export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
    kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
    apt-get -qq download "$kernel"; dpkg-deb -x "$kernel"_*.deb .
    to="$1/usr/share/twinsite-guest"; mkdir -p "$to/modules"; cp boot/vmlinuz-* "$to/vmlinuz"
    cd lib/modules/*/kernel/drivers
    cp virtio/*.ko char/virtio_console.ko acpi/button.ko input/evdev.ko misc/pvpanic/*.ko "$to/modules"
    rm -rf "$OLDPWD" """,
]


def key():
    return hashlib.sha256("\n".join([*sorted(PACKAGES), *CUSTOMISE]).encode()).hexdigest()[:12]


def sources():
    """The machine's own Debian sources, without whatever else it uses."""
    deb822 = Path("/etc/apt/sources.list.d/debian.sources")
    return [str(deb822)] if deb822.exists() else ["/etc/apt/sources.list"]


def ensure():
    """Returns the root's directory, building it when there is none for this package list."""
    root = CACHE / f"root-{key()}"
    link = CACHE / "root"
    if not root.exists():
        build(root)
    if not link.is_symlink() or os.readlink(link) != root.name:
        link.unlink(missing_ok=True)
        link.symlink_to(root.name)
    return root


def build(root):
    print(f"lab: building the nodes' root filesystem (about a minute, {len(PACKAGES)} packages, once)", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    part = root.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    log = CACHE / "root.log"
    hooks = [f"--customize-hook={hook}" for hook in CUSTOMISE]
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}", *hooks,
               "bookworm", str(part), *sources()]  # fmt: skip
    with open(log, "w") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, timeout=1800)
    if done.returncode != 0:
        sys.stderr.write("".join(log.read_text().splitlines(keepends=True)[-15:]))
        raise LabError(f"mmdebstrap failed with {done.returncode}; the whole of it is in {log}")
    part.rename(root)
