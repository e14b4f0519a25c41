"""PostgreSQL's programs on this machine, and running them as the unprivileged user that they ask for."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import Unavailable

INSTALLED = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
READER = "waixian_reader"
"""The role in which visitors are read for (:mod:`layers.rights`)."""
EDGE = "waixian_edge"
"""The role in which the public edge works (:mod:`layers.rights.edge`)."""
# PostgreSQL asks nothing of a row that somebody may not see by a function that it does not trust, and then no index either.
# Boxes that meet tell nothing of the shapes in them; ST_Intersects stays untrusted: its errors may name a coordinate.
LEAKPROOF = ("geometry_overlaps(geometry, geometry)",)


@dataclass(frozen=True)
class Programs:
    """The programs (initdb, pg_ctl, …) of one major version."""

    version: str
    folder: Path
    postgis: bool


def installed() -> list[Programs]:
    """Every major version on this machine, newest last."""
    found = [p for p in INSTALLED.glob("*/bin/pg_ctl") if p.parts[-3].isdigit() and (p.parent / "initdb").exists()]
    found.sort(key=lambda p: int(p.parts[-3]))
    return [Programs(p.parts[-3], p.parent, (SHARED / p.parts[-3] / "extension/postgis.control").exists()) for p in found]


def programs_newest() -> Programs:
    """The newest version that has PostGIS. Raises Unavailable, naming the package and the other way out."""
    usable = [each for each in installed() if each.postgis]
    if not usable:
        has = ", ".join(each.version for each in installed())
        raise Unavailable(
            why_zh=f"本机没有 PostGIS（PostgreSQL：{has or '未安装'}）。请安装发行版软件包（如 apt install postgresql-postgis），"
            "或把 DATABASE_URL 设为已有的 PostGIS 数据库",
            why_en=f"there is no PostGIS here (PostgreSQL: {has or 'not installed'}). Install the distribution's package "
            "(such as apt install postgresql-postgis), or set DATABASE_URL to a PostGIS database",
        )
    return usable[-1]


def programs_for(version: str) -> Programs:
    """The programs that can open a folder made by ``version``. Raises Unavailable where they are gone."""
    for each in installed():
        if each.version == version and each.postgis:
            return each
    raise Unavailable(
        why_zh=f"数据库由 PostgreSQL {version} 建立，本机没有该版本（含 PostGIS）：请安装 postgresql-{version}-postgis-3",
        why_en=f"the cluster was made by PostgreSQL {version}, which is not here with PostGIS: "
        f"install postgresql-{version}-postgis-3",
    )


def server_account() -> pwd.struct_passwd | None:
    """Who runs the server: None for the caller itself, or ``postgres`` where the caller is root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Unavailable(
            why_zh="PostgreSQL 不能以 root 运行，而本机没有用户 postgres；请以普通用户运行，或设置 DATABASE_URL",
            why_en="PostgreSQL refuses to run as root and there is no user 'postgres': run as a normal user, or set DATABASE_URL",
        ) from None


def as_server_user(command: Sequence[object]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the server's user, in a bare environment, and return what it said."""
    account = server_account()
    drop: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    # cwd: the caller's folder may be closed to that user. Environment: the caller's PG… settings are not for this server.
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        **drop,
    )
