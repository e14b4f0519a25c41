"""Three hosts on one machine, in network namespaces: the office (this one), the public host, a phone on the internet.

The office and the public host share one wire, the public host and the phone another; nothing is passed on between the two.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

OFFICE, PUBLIC_INSIDE = "10.77.1.1", "10.77.1.2"
PUBLIC, PHONE = "203.0.113.1", "203.0.113.2"


@dataclass(frozen=True)
class Networks:
    """Names of the namespaces."""

    public: str
    phone: str

    def reaches(self, where: str, address: str, port: int) -> bool:
        """Does a connection from that host come about?"""
        command = ["ip", "netns", "exec", where, "timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
        return subprocess.run(command, capture_output=True).returncode == 0


def missing() -> str:
    """What this machine lacks for it; "" where nothing is missing."""
    lacks = [name for name in ("ip", "nginx") if shutil.which(name) is None]
    if lacks or os.geteuid() != 0:
        return f"needs root, and the programs: {', '.join(lacks) or 'all are there'}"
    name = f"wx-try{os.getpid()}"  # two workers of one run ask at the same time
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return "" if tried.returncode == 0 else f"no network namespaces here: {tried.stderr.strip()}"


@contextmanager
def networks() -> Iterator[Networks]:
    """The hosts, until they are not needed any more."""
    mark = f"{os.getpid() % 100_000}"
    hosts = Networks(f"wx-pub{mark}", f"wx-pho{mark}")
    try:
        _ip("netns", "add", hosts.public)
        _ip("netns", "add", hosts.phone)
        _ip("link", "add", f"wxo{mark}", "type", "veth", "peer", "name", "office", "netns", hosts.public)
        _ip("address", "add", f"{OFFICE}/30", "dev", f"wxo{mark}")
        _ip("link", "set", f"wxo{mark}", "up")
        _ip("-n", hosts.public, "link", "add", "street", "type", "veth", "peer", "name", "street", "netns", hosts.phone)
        for host, wire, address in (
            (hosts.public, "office", f"{PUBLIC_INSIDE}/30"),
            (hosts.public, "street", f"{PUBLIC}/24"),
            (hosts.phone, "street", f"{PHONE}/24"),
        ):
            _ip("-n", host, "address", "add", address, "dev", wire)
            _ip("-n", host, "link", "set", wire, "up")
        for host in (hosts.public, hosts.phone):
            _ip("-n", host, "link", "set", "lo", "up")
        _ip("-n", hosts.phone, "route", "add", "default", "via", PUBLIC)  # whatever it asks for goes to the public host
        yield hosts
    finally:
        for host in (hosts.public, hosts.phone):
            subprocess.run(["ip", "netns", "del", host], capture_output=True)  # its wires go with it


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
