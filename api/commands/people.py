"""``people`` and ``audit``: accounts from the command line, and whether the chain of the audit holds."""

import argparse

import sqlalchemy as sa
from rich.table import Table

from api.commands.house import House
from api.commands.terminal import SAY, console, say, summary_line
from api.day import today
from layers.people.accounts import add_person, by_login, change_person, demo_people, first_administrator, people, reset_password
from layers.people.audit import CONSOLE, verify
from layers.people.offices import offices
from layers.people.retention import forget, retention


def listed(house: House, asked: argparse.Namespace) -> int:
    """Every account."""
    with house.database() as engine:
        found = people(engine)
    table = Table(title="帐号 accounts", title_justify="left")
    for name in ("登录名 login", "姓名 name", "角色 role", "单位 company", "行政区 district", "状态 state"):
        table.add_column(name)
    roles = offices().roles
    for one in found:
        role = roles[one["role"]].title.text(house.lang) if one["role"] in roles else one["role"]
        state = "停用 disabled" if one["disabled"] else "待改密码 to change" if one["must_change"] else ""
        table.add_row(one["login"], one["name"], role, one["company"] or "", one["district"] or "", state)
    SAY.print(table)
    return 0


def add(house: House, asked: argparse.Namespace) -> int:
    """A new account; its password is shown this once."""
    with house.database() as engine:
        made, password = add_person(
            engine, CONSOLE, asked.login, asked.name or asked.login, asked.role, asked.company, asked.district
        )
    _hand_over(made["login"], password)
    return 0


def password(house: House, asked: argparse.Namespace) -> int:
    """A new password for somebody; shown this once."""
    with house.database() as engine:
        given = reset_password(engine, CONSOLE, by_login(engine, asked.login)["id"])
    _hand_over(asked.login, given)
    return 0


def disable(house: House, asked: argparse.Namespace) -> int:
    """Somebody signs in no more, and is signed out."""
    with house.database() as engine:
        change_person(engine, CONSOLE, by_login(engine, asked.login)["id"], disabled=True)
    return 0


def forget_old(house: House, asked: argparse.Namespace) -> int:
    """Personal data that was kept for longer than its days is forgotten; with ``--dry-run`` only counted."""
    kept = retention()
    with house.database() as engine:
        found = forget(engine, console(), today(), kept, asked.dry_run)
    for name, n in found.items():
        one = kept.kinds[name]
        days = f"{one.days} 天" if house.lang == "zh" else f"{one.days} days"
        say(f"· {one.what.text(house.lang)}: {n} ({days})")
    summary_line({"forgotten": {} if asked.dry_run else found, "old": found, "dry_run": asked.dry_run})
    return 0


def check_audit(house: House, asked: argparse.Namespace) -> int:
    """Reckon the chain anew; 1 where it is broken, or does not end (or hold) where ``--head`` says."""
    with house.database() as engine:
        found = verify(engine, asked.head)
    whole = found.broken is None and found.has_head
    if found.broken is not None:
        say(f"✗ 记录链在第 {found.broken} 行断开 / the chain breaks at row {found.broken}")
    elif not found.has_head:
        say("✗ 记录链中没有这个哈希：末尾的记录被删去 / the chain does not hold this hash: rows at its end are gone")
    else:
        say(f"✓ {found.rows} 行，链完整 / {found.rows} rows, the chain holds")
    summary_line({"rows": found.rows, "broken": found.broken, "head": found.head, "whole": whole})
    return 0 if whole else 1


def door(engine: sa.Engine) -> None:
    """At the first start: an administrator, whose password is shown this once."""
    given = first_administrator(engine)
    if given is not None:
        say("· 首次启动：已建立系统管理员帐号，密码只显示这一次，首次登录后须修改")
        say("  first start: an administrator, whose password is shown this once and must be changed")
        _hand_over("admin", given)


def demo_door(house: House, engine: sa.Engine) -> None:
    """People of the demo city, one for each office; their password is kept beside the demo's database."""
    place = house.place / "demo-password.txt"
    known = place.read_text(encoding="utf-8").strip() if place.is_file() else ""
    given = demo_people(engine, known)
    if given != known:
        place.touch(mode=0o600)
        place.write_text(given + "\n", encoding="utf-8")
    logins = ", ".join(f"demo-{role}" for role in offices().roles)
    say(f"· 示范帐号（合成）/ accounts of the demo (synthetic): {logins}")
    say(f"  密码 / password: {given}")


def _hand_over(login: str, given: str) -> None:
    say(f"  登录名 / login: {login}    密码 / password: {given}")
