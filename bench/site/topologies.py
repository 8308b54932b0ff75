"""Topologies of any size: two sites, every LUN mirrored between a host of each, VMs spread over the LUNs of their home."""


def node(site, s, h):
    return {"site": site, "roles": ["storage", "compute"], "memory_mib": 1 << 22, "reserve_mib": 4096,
            "addresses": {"cluster": [f"10.{s}.{h // 250}.{h % 250 + 1}"]},
            "power": [{"pdu": "pdu-" + site, "outlet": str(h + 1)}], "watchdog": "/dev/watchdog"}


def lun(i, hosts):
    return {"home": f"rz{i % 2 + 1}",
            "mirror": {"nodes": {f"rz1-{i % hosts}": f"/dev/vg/lun{i}", f"rz2-{i % hosts}": f"/dev/vg/lun{i}"},
                       "device": f"/dev/drbd{i}", "port": 7000 + i},
            "target": {"iqn": f"iqn.2026-11.example:lun{i}"},
            "address": {"ip": f"172.16.{i // 250}.{i % 250 + 1}", "prefix": 16}}


def topology(vms, luns, hosts):
    """HOSTS is per site."""
    sites = ("rz1", "rz2")
    pdus = {"pdu-" + site: {"site": site, "address": f"192.0.2.{s + 1}",
                            "snmp": {"version": "2c", "secret_file": "/etc/twinsite/x"}} for s, site in enumerate(sites)}
    nodes = {f"{site}-{h}": node(site, s, h) for s, site in enumerate(sites) for h in range(hosts)}
    all_vms = {f"vm{i}": {"home": f"rz{i % luns % 2 + 1}", "luns": [f"lun{i % luns}"], "memory_mib": 512 + i % 7 * 256,
                          "priority": i % 10} for i in range(vms)}
    # majority: under keep-home Pacemaker moves nothing when a site is lost.
    return {"cluster": "bench", "sites": {site: {} for site in sites}, "nodes": nodes, "pdus": pdus,
            "witness": {"address": "198.51.100.9"}, "policy": {"isolation": "majority"},
            "luns": {f"lun{i}": lun(i, hosts) for i in range(luns)}, "vms": all_vms}
