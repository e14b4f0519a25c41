"""``db start | stop | status``: the private PostGIS."""

import argparse
import json
import sys

from api.commands.house import House
from api.commands.terminal import say


def start(house: House, asked: argparse.Namespace) -> int:
    """Start it, and leave it running."""
    if _outside(house):
        return 0
    house.cluster.start()
    house.cluster.ensure_database()
    return status(house, asked)


def stop(house: House, asked: argparse.Namespace) -> int:
    """Stop it; data stay."""
    if _outside(house):
        return 0
    house.cluster.stop()
    return status(house, asked)


def status(house: House, asked: argparse.Namespace) -> int:
    """How it is, as JSON on stdout."""
    if _outside(house):
        return 0
    now = house.cluster.status()
    out = {"running": now.running, "pid": now.pid, "home": str(now.home), "socket": str(now.socket), "version": now.version}
    sys.stdout.write(json.dumps(out, ensure_ascii=False) + "\n")
    return 0


def _outside(house: House) -> bool:
    if house.database_url:
        say("已设置 DATABASE_URL：数据库由它的管理员启停 / DATABASE_URL is set: its administrator starts and stops it")
    return bool(house.database_url)
