"""To whom a company opens its pipes, said by the company itself or, with its consent on paper, by who manages."""

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from geo.errors import BadInput, NotFound
from layers.people.audit import Actor, note
from layers.rows import Source, row, rows, run

Detail = Literal["full", "squares", "nothing"]
AUDIENCES = ("offices", "companies", "others")
DETAILS = ("full", "squares", "nothing")
# Another word whenever somebody opens or closes pipes, or a company is known by another name: what was cached is old.
OPENINGS_VERSION = (
    "SELECT left(md5(coalesce((SELECT string_agg(c::text, '|' ORDER BY id) FROM companies c), '') || '#' ||"
    " coalesce((SELECT string_agg(concat_ws('.', company, audience, detail), '|' ORDER BY company, audience)"
    " FROM pipe_openings), '')), 12)"
)


def openings(source: Source, company: int) -> dict[str, Any]:
    """Of one company: ``company``, ``known_as``, and by audience what it opens; "nothing" where it said nothing.

    Raises NotFound.
    """
    found = row(source, "SELECT id, name, known_as FROM companies WHERE id = :id", id=company)
    if found is None:
        raise NotFound(what_zh="单位", what_en="company", id=str(company))
    said = rows(
        source, "SELECT audience, detail, document, changed_by, changed_at FROM pipe_openings WHERE company = :id", id=company
    )
    by = {one["audience"]: one for one in said}
    return {
        "company": found["name"], "id": found["id"], "known_as": found["known_as"],
        **{name: by[name]["detail"] if name in by else "nothing" for name in AUDIENCES},
        "document": next((one["document"] for one in said if one["document"]), ""),
        "changed_at": max((one["changed_at"] for one in said), default=None),
    }  # fmt: skip


def open_pipes(
    engine: sa.Engine, actor: Actor, company: int, details: Mapping[str, Detail], document: str = ""
) -> dict[str, Any]:
    """Say anew what a company opens to whom; audiences left out stay. Raises NotFound, BadInput."""
    if set(details) - set(AUDIENCES) or set(details.values()) - set(DETAILS):
        raise BadInput(
            why_zh=f"开放对象为 {'、'.join(AUDIENCES)}，程度为 {'、'.join(DETAILS)}",
            why_en=f"audiences: {', '.join(AUDIENCES)}; details: {', '.join(DETAILS)}",
        )
    with engine.begin() as connection:
        run(connection, "SELECT pg_advisory_xact_lock(hashtext('waixian openings'))")
        before = openings(connection, company)
        for audience, detail in details.items():
            run(
                connection,
                "INSERT INTO pipe_openings (company, audience, detail, document, changed_by)"
                " VALUES (:company, :audience, :detail, :document, :by)"
                " ON CONFLICT (company, audience) DO UPDATE SET detail = :detail, document = :document, changed_by = :by,"
                " changed_at = clock_timestamp()",
                company=company, audience=audience, detail=detail, document=document.strip(), by=actor.login,
            )  # fmt: skip
        after = openings(connection, company)
        told = ("offices", "companies", "others", "document")
        note(connection, actor, "pipes.open", before["company"], {k: before[k] for k in told}, {k: after[k] for k in told})
    return after


def openings_version(source: Source) -> str:
    """What :data:`OPENINGS_VERSION` says now."""
    found = row(source, f"{OPENINGS_VERSION} AS version")
    return str(found["version"]) if found else ""
