"""Companies: their names, and the pipes that bear them."""

from typing import Any

import sqlalchemy as sa

from geo.errors import Conflict, NotFound
from layers.people.audit import Actor, note
from layers.rows import Source, row, rows, run

_COMPANIES = (
    "SELECT c.id, c.name, c.known_as, c.created_at, (SELECT count(*) FROM people p WHERE p.company = c.id"
    " AND p.disabled_at IS NULL) AS people FROM companies c"
)
# whose pipes there are: the row's owner, else its delivery's
_OWNERS = (
    "SELECT coalesce(p.owner, d.owner, '') AS owner, count(*) AS pipes, sum(ST_Length(p.geometry)) AS length_m FROM pipes p"
    " JOIN deliveries d ON d.id = p.delivery_id WHERE p.replaced_by IS NULL GROUP BY 1 ORDER BY 1"
)


def companies(source: Source) -> dict[str, Any]:
    """``items``: companies by name, with how many people and pipes; ``unclaimed``: owners of pipes that are no company's."""
    owners = {one["owner"]: one for one in rows(source, _OWNERS)}
    items = []
    for one in rows(source, f"{_COMPANIES} ORDER BY c.name"):
        own = [owners.pop(name) for name in dict.fromkeys((one["name"], *one["known_as"])) if name in owners]
        items.append(
            one | {"pipes": sum(each["pipes"] for each in own), "length_m": sum(each["length_m"] or 0.0 for each in own)}
        )
    return {"items": items, "unclaimed": list(owners.values())}


def own_utility(source: Source, number: int) -> str | None:
    """The utility of a company whose pipes are all of one; None where it has none, or several."""
    found = rows(
        source, "SELECT DISTINCT s.utility FROM pipe_squares s JOIN companies c"
        " ON s.holder = c.name OR s.holder = ANY (c.known_as) WHERE c.id = :id LIMIT 2", id=number,
    )  # fmt: skip
    return found[0]["utility"] if len(found) == 1 else None


def change_company(engine: sa.Engine, actor: Actor, number: int, known_as: list[str]) -> dict[str, Any]:
    """Under which other names a company appears. Raises NotFound; Conflict where another company bears one of them."""
    names = sorted({name.strip() for name in known_as} - {""})
    with engine.begin() as connection:
        run(connection, "LOCK TABLE companies IN SHARE ROW EXCLUSIVE MODE")
        before = row(connection, f"{_COMPANIES} WHERE c.id = :id", id=number)
        if before is None:
            raise NotFound(what_zh="单位", what_en="company", id=str(number))
        taken = row(
            connection, "SELECT name FROM companies WHERE id <> :id AND (name = ANY (:names) OR known_as && :names)",
            id=number, names=names,
        )  # fmt: skip
        if taken:
            raise Conflict(why_zh=f"名称已属于 {taken['name']}", why_en=f"one of these names is {taken['name']}'s")
        run(connection, "UPDATE companies SET known_as = :names WHERE id = :id", names=names, id=number)
        note(connection, actor, "company.change", before["name"], {"known_as": before["known_as"]}, {"known_as": names})
        return row(connection, f"{_COMPANIES} WHERE c.id = :id", id=number) or {}
