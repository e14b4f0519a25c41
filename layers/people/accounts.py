"""Accounts: who there is, with which role, for which company or district."""

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, NotFound
from layers.demo import names
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.people.personal import is_number, masked_name
from layers.people.secret import fits, hashed, once
from layers.rights.openings import open_pipes
from layers.rows import Source, row, rows, run

DEMO_DISTRICT = "古城区"
# people of the demo's companies beside demo-utility, who is of the first
DEMO_COMPANIES = {
    "utility": names.WATER, "gas": names.GAS, "heat": names.HEAT, "power": names.POWER, "drain": names.DRAIN,
    **dict(zip(("dianxin", "yidong", "liantong", "guangdian"), names.COMMS, strict=True)),
}  # fmt: skip
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
SHOWN = ("login", "name", "role", "company", "district", "disabled")
_PEOPLE = (
    "SELECT p.id, p.login, p.name, p.role, p.company AS company_id, c.name AS company, p.district, p.must_change,"
    " p.disabled_at IS NOT NULL AS disabled, p.created_at FROM people p LEFT JOIN companies c ON c.id = p.company"
)


@dataclass(frozen=True)
class Person:
    """Somebody who signed in, or a program in their name. ``may``: abilities; ``must_change``: the password first."""

    id: int
    login: str
    name: str
    role: str
    company: str | None
    district: str | None
    may: frozenset[str]
    must_change: bool = False
    company_id: int | None = None


def person_of(one: dict[str, Any], may: set[str] | None = None) -> Person:
    """A row of people as a person; ``may``: only these of the abilities of the role."""
    role = offices().roles.get(one["role"])
    able = frozenset(role.may if role else ())
    return Person(
        one["id"], one["login"], one["name"], one["role"], one["company"], one["district"],
        able if may is None else able & may, one["must_change"], one["company_id"],
    )  # fmt: skip


def people(source: Source) -> list[dict[str, Any]]:
    """All accounts, by login; no password."""
    return rows(source, f"{_PEOPLE} ORDER BY p.login")


def by_login(source: Source, login: str) -> dict[str, Any]:
    """One account. Raises NotFound."""
    found = row(source, f"{_PEOPLE} WHERE p.login = :login", login=login.strip().lower())
    if found is None:
        raise NotFound(what_zh="帐号", what_en="account", id=login)
    return found


def by_id(source: Source, number: int) -> dict[str, Any]:
    """One account. Raises NotFound."""
    found = row(source, f"{_PEOPLE} WHERE p.id = :id", id=number)
    if found is None:
        raise NotFound(what_zh="帐号", what_en="account", id=str(number))
    return found


def add_person(
    engine: sa.Engine, actor: Actor, login: str, name: str, role: str, company: str = "", district: str = ""
) -> tuple[dict[str, Any], str]:
    """A new account and the password to hand over, which is shown this once and must be changed.

    Raises BadInput for a login, role, company or district that cannot be, Conflict where the login is taken.
    """
    password = once()
    with engine.begin() as connection:
        return enter_person(connection, actor, login, name, role, company, district, password), password


def enter_person(
    connection: sa.Connection, actor: Actor, login: str, name: str, role: str, company: str, district: str, password: str,
    must_change: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """A new account, in the caller's transaction. Raises as :func:`add_person`."""
    login, company, district = login.strip().lower(), company.strip(), district.strip()
    _check(login, role, company, district)
    if row(connection, "SELECT 1 AS one FROM people WHERE login = :login", login=login):
        raise Conflict(why_zh=f"登录名 {login} 已有人用", why_en=f"the login {login} is taken")
    run(
        connection,
        "INSERT INTO people (login, name, role, company, district, password, must_change)"
        " VALUES (:login, :name, :role, :company, :district, :password, :must_change)",
        login=login, name=name.strip() or login, role=role, company=_company(connection, company), district=district or None,
        password=hashed(password), must_change=must_change,
    )  # fmt: skip
    made = by_login(connection, login)
    note(connection, actor, "person.add", login, None, shown(made))
    return made


def change_person(engine: sa.Engine, actor: Actor, number: int, **values: Any) -> dict[str, Any]:
    """Change name, role, company, district or ``disabled``; what is left out stays. A disabled person is signed out.

    Raises NotFound, BadInput, Conflict where nobody would be left who manages.
    """
    with engine.begin() as connection:
        run(connection, "LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE")
        before = by_id(connection, number)
        now = {name: before[name] for name in SHOWN} | {name: value for name, value in values.items() if value is not None}
        company, district = (str(now[name] or "").strip() for name in ("company", "district"))
        _check(before["login"], now["role"], company, district)
        connection.execute(
            sa.text(
                "UPDATE people SET name = :name, role = :role, company = :company, district = :district, disabled_at ="
                " CASE WHEN :disabled THEN coalesce(disabled_at, now()) END WHERE id = :id"
            ),
            {
                "id": number, "name": now["name"], "role": now["role"], "company": _company(connection, company),
                "district": district or None, "disabled": bool(now["disabled"]),
            },
        )  # fmt: skip
        if not _managed(connection):
            raise Conflict(why_zh="至少要留一位能管理帐号的人", why_en="somebody must be left who manages accounts")
        if now["disabled"] or now["role"] != before["role"]:
            end_all(connection, number)
        after = by_id(connection, number)
        note(connection, actor, "person.change", before["login"], shown(before), shown(after))
    return after


def reset_password(engine: sa.Engine, actor: Actor, number: int) -> str:
    """A new password to hand over, shown this once. Every session and token of the person ends, and so does the bond with
    single sign-on: whoever had a hand on the account has none any more. Raises NotFound."""
    password = once()
    with engine.begin() as connection:
        one = by_id(connection, number)
        _keep(connection, number, password, must_change=True)
        run(connection, "UPDATE people SET sso_issuer = NULL, sso_subject = NULL WHERE id = :id", id=number)
        ended = {"sessions": end_all(connection, number), "tokens": end_tokens(connection, number)}
        note(connection, actor, "person.password.reset", one["login"], None, {"ended": ended})
    return password


def change_password(engine: sa.Engine, actor: Actor, number: int, old: str, new: str) -> None:
    """Somebody's own new password; every session of theirs ends. Raises NotFound, BadInput."""
    with engine.begin() as connection:
        one = by_id(connection, number)
        kept = row(connection, "SELECT password FROM people WHERE id = :id", id=number) or {}
        if not fits(kept.get("password"), old):
            raise BadInput(why_zh="原密码不对", why_en="the old password is not right")
        if old == new:
            raise BadInput(why_zh="新密码与原密码相同", why_en="the new password is the old one")
        _keep(connection, number, new, must_change=False)
        end_all(connection, number)
        note(connection, actor, "person.password.change", one["login"])


def first_administrator(engine: sa.Engine) -> str | None:
    """The one-time password of ``admin``, made where nobody is there who manages; None where somebody is."""
    with engine.begin() as connection:
        run(connection, "LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE")
        if _managed(connection):
            return None
        password = once()
        connection.execute(
            sa.text(
                "INSERT INTO people (login, name, role, password) VALUES ('admin', '系统管理员', 'admin', :password) ON CONFLICT"
                " (login) DO UPDATE SET role = 'admin', password = :password, must_change = true, disabled_at = NULL"
            ),
            {"password": hashed(password)},
        )
        note(connection, Actor("system"), "person.add", "admin", None, {"login": "admin", "role": "admin"})
    return password


def demo_people(engine: sa.Engine, known: str) -> str:
    """People of the demo city, ``demo-<role>``, all of one password, which they may keep; ``known``: the one that they had.

    A password that fits them all stays; else all get a new one, which is returned.
    """
    with engine.begin() as connection:
        kept = {one["login"]: one["password"] for one in rows(connection, "SELECT login, password FROM people")}
        logins = {f"demo-{role}": role for role in offices().roles} | {f"demo-{who}": "utility" for who in DEMO_COMPANIES}
        if known and all(login in kept for login in logins) and fits(kept[f"demo-{next(iter(offices().roles))}"], known):
            return known
        given = once()
        secret = hashed(given)
        for login, role in logins.items():
            asked = offices().roles[role]
            company = DEMO_COMPANIES[login.removeprefix("demo-")] if asked.of_company else ""
            run(
                connection,
                "INSERT INTO people (login, name, role, company, district, password, must_change) VALUES (:login, :name, :role,"
                " :company, :district, :password, false) ON CONFLICT (login) DO UPDATE SET password = :password,"
                " name = :name, company = :company, district = :district, must_change = false",
                login=login, name=f"示范·{company or asked.title.zh}", role=role, password=secret,
                company=_company(connection, company),
                district=DEMO_DISTRICT if asked.of_district else None,
            )  # fmt: skip
        note(connection, Actor("system"), "people.demo", ", ".join(logins))
    _demo_openings(engine)
    return given


def _demo_openings(engine: sa.Engine) -> None:
    """The demo's companies open their pipes each in its own way; power and cable tell other companies nothing."""
    for name in dict.fromkeys(DEMO_COMPANIES.values()):
        found = row(engine, "SELECT id FROM companies WHERE name = :name", name=name)
        closed = name in (names.POWER, names.COMMS[-1])
        if found is not None:
            open_pipes(engine, Actor("system"), found["id"], {"offices": "full", "companies": "nothing" if closed else "squares"})


def _managed(connection: sa.Connection) -> bool:
    return any(offices().may(one["role"], "manage") for one in people(connection) if not one["disabled"])


def shown(one: dict[str, Any]) -> dict[str, Any]:
    """What the audit keeps of an account: the login says who it is, the name is masked."""
    return {name: one[name] for name in SHOWN} | {"name": masked_name(one["name"])}


def end_all(connection: sa.Connection, person: int) -> int:
    """End every session of a person; how many."""
    return run(connection, "UPDATE sessions SET ended_at = now() WHERE person = :person AND ended_at IS NULL", person=person)


def end_tokens(connection: sa.Connection, person: int) -> int:
    """End every token of a person that still held; how many."""
    query = "UPDATE tokens SET revoked_at = now() WHERE person = :person AND revoked_at IS NULL AND expires_at > now()"
    return run(connection, query, person=person)


def _keep(connection: sa.Connection, number: int, password: str, must_change: bool) -> None:
    run(
        connection,
        "UPDATE people SET password = :password, password_at = now(), must_change = :must WHERE id = :id",
        password=hashed(password), must=must_change, id=number,
    )  # fmt: skip


def _check(login: str, role: str, company: str, district: str) -> None:
    if not LOGIN.fullmatch(login):
        raise BadInput(
            why_zh=f"登录名 {login!r}：2 到 64 个小写字母、数字、点、横线，以字母或数字开头",
            why_en=f"login {login!r}: 2 to 64 small letters, digits, dots, dashes, beginning with a letter or digit",
        )
    if is_number(login):
        raise BadInput(
            why_zh="登录名不能是手机号或身份证号：它会长期留在操作记录里",
            why_en="a login is no phone or ID number: it stays in the audit for ever",
        )
    known = offices().roles
    if role not in known:
        raise BadInput(why_zh=f"没有角色 {role}；可用：{'、'.join(known)}", why_en=f"no role {role}; known: {', '.join(known)}")
    if known[role].of_company and not company:
        raise BadInput(why_zh=f"{known[role].title.zh} 须写明所属单位", why_en=f"{known[role].title.en}: name the company")
    if known[role].of_district and not district:
        raise BadInput(why_zh=f"{known[role].title.zh} 须写明行政区", why_en=f"{known[role].title.en}: name the district")


def _company(connection: sa.Connection, name: str) -> int | None:
    if not name:
        return None
    run(connection, "INSERT INTO companies (name) VALUES (:name) ON CONFLICT (name) DO NOTHING", name=name)
    found = row(connection, "SELECT id FROM companies WHERE name = :name", name=name)
    return None if found is None else int(found["id"])
