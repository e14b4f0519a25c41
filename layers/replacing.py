"""Which rows are current: at every place those of the newest delivery that covers it.

Newest is the later ``as_of`` where both deliveries state one, else the later load. A newer delivery takes the place of

1. **all rows** of an older one whose coverage lies wholly inside the newer coverages (the usual reload of a layer);
   and, where neither states a coverage, of the same owner office's older one: two partial lists of two offices stay
   side by side, and a delivery that claims nothing about any place never silences one that does;
2. **rows inside its coverage**, each wholly: a row that straddles the edge stays, so that no ground outside is lost.
   At the edge both deliveries then speak, which can make a verdict stricter but never milder;
Nothing else: a number says nothing of a place. Two offices number their own things, so that a row elsewhere that bears the
number of a newer one stays, and both stand side by side. A row of the road ledger lies where its road lies, and where the
delivery that brought it speaks: if that is not known, it stays.

Routes are proposals and not ground: a newer route replaces the one with the same number, applicant, project and utility
(a correction); numbers made up from row numbers (``#7``) never do.
Nothing is deleted: ``replaced_by`` names the delivery that took over, so what was current after any delivery can be told.
"""

from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from datetime import date

import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from geo.schema import LayerSpec
from layers.models import DeliveryRow

_WORDS = ("id", "source", "owner", "licence", "as_of", "complete_since", "stated_by", "blank_is_none")
_LOST = sa.func.greatest(DeliveryRow.rows_expected - DeliveryRow.rows_loaded, 0).label("lost")
_ROUTE_KEY = ("route_id", "applicant", "project", "project_code", "utility")


@dataclass(frozen=True)
class Claim:
    """What a delivery claims: its place in time, its office, its area (work CRS; None: not stated), the columns in which its
    blanks are answers, and how many of its rows could not be read."""

    id: int
    source: str
    owner: str
    licence: str
    as_of: date | None
    complete_since: date | None
    stated_by: str
    blank_is_none: list[str]
    lost: int
    coverage: BaseGeometry | None

    def newer_than(self, other: "Claim") -> bool:
        if self.as_of and other.as_of and self.as_of != other.as_of:
            return self.as_of > other.as_of
        return self.id > other.id


def replace(connection: sa.Connection, layer: str, spec: LayerSpec, number: int) -> tuple[int, int]:
    """Settle the delivery ``number``, just loaded, with the others of its layer, in the caller's transaction.

    Returns how many rows of others it replaced and how many of its own a newer one replaces."""
    claims = _stated(connection, layer, None)
    mine = next(each for each in claims if each.id == number)
    replaced = outdated = 0
    for other in claims:
        if other is mine:
            continue
        new, old = (mine, other) if mine.newer_than(other) else (other, mine)
        if layer == "routes":
            count = _routes_of_same_key(connection, new.id, old.id)
        elif _wholly(new, old, claims):
            count = 1 if spec.geometry == "raster" else _all_rows(connection, layer, new.id, old.id)
            _state(connection, old.id, "replaced")
        elif spec.geometry == "raster":
            count = 0  # a picture is one row; where the newer one ends, the older one shows
        else:
            count = _in_part(connection, layer, spec, new, old)
        if count:
            _mark_partly(connection, old.id)
        replaced, outdated = (replaced + count, outdated) if new is mine else (replaced, outdated + count)
    return replaced, outdated


_OLD = "o.delivery_id = :old AND o.replaced_by IS NULL"


def claims_of(connection: sa.Connection, layer: str, at: int | None = None) -> list[Claim]:
    """The claims that hold now, or held just after delivery ``at`` was loaded, oldest first."""
    claims = _stated(connection, layer, at)
    return [each for each in claims if not any(_wholly(other, each, claims) for other in claims if other.newer_than(each))]


def _stated(connection: sa.Connection, layer: str, at: int | None) -> list[Claim]:
    columns = [*(getattr(DeliveryRow, name) for name in _WORDS), _LOST]
    query = sa.select(*columns, sa.func.ST_AsBinary(DeliveryRow.coverage).label("area")).where(DeliveryRow.layer == layer)
    query = query.where(DeliveryRow.state != "replaced") if at is None else query.where(DeliveryRow.id <= at)
    return [_claim(row) for row in connection.execute(query.order_by(DeliveryRow.id)).mappings()]


def _claim(row: sa.RowMapping) -> Claim:
    coverage = None if row["area"] is None else shapely.from_wkb(bytes(row["area"]))
    return Claim(**{name: row[name] for name in _WORDS}, lost=int(row["lost"]), coverage=coverage)


def _wholly(new: Claim, old: Claim, claims: list[Claim]) -> bool:
    if old.coverage is None:
        return new.coverage is None and new.owner == old.owner
    newer = [each.coverage for each in claims if each.coverage is not None and each.newer_than(old)]
    return new.coverage is not None and bool(shapely.union_all(newer).covers(old.coverage))


@dataclass(frozen=True)
class Fate:
    """What a delivery to come would do to one that holds: ``whole`` or ``part`` of it goes, it stays ``beside``, or it is
    the ``newer`` one and shows above; ``rows``: how many rows would go."""

    delivery: int
    fate: str
    rows: int


def foresee(connection: sa.Connection, layer: str, spec: LayerSpec, coming: Claim) -> list[Fate]:
    """What :func:`replace` would do to the deliveries that hold, if ``coming`` were loaded; nothing is written.

    ``coming.id`` is taken as later than any. Vector layers of the ground only."""
    coming = dataclass_replace(coming, id=1 << 62)
    claims = [*claims_of(connection, layer), coming]
    out = []
    for old in claims[:-1]:
        if not coming.newer_than(old):
            out.append(Fate(old.id, "newer", 0))
        elif _wholly(coming, old, claims):
            out.append(Fate(old.id, "whole", _count(connection, layer, "true", {"old": old.id})))
        elif coming.coverage is None:
            out.append(Fate(old.id, "beside", 0))
        else:
            area = "ST_SetSRID(CAST(:area AS geometry), (SELECT work_srid FROM cities))"
            given = {"old": old.id, "area": coming.coverage.wkb}
            rows = _count(connection, layer, _place(spec, area, "(SELECT coverage FROM deliveries WHERE id = :old)"), given)
            out.append(Fate(old.id, "part" if rows else "beside", rows))
    return out


def _count(connection: sa.Connection, layer: str, place: str, given: dict[str, object]) -> int:
    return int(connection.execute(sa.text(f'SELECT count(*) FROM "{layer}" o WHERE {_OLD} AND {place}'), given).scalar_one())


def _all_rows(connection: sa.Connection, layer: str, new: int, old: int) -> int:
    return _run(connection, f'UPDATE "{layer}" o SET replaced_by = :new WHERE {_OLD}', new, old)


def _in_part(connection: sa.Connection, layer: str, spec: LayerSpec, new: Claim, old: Claim) -> int:
    if new.coverage is None:
        return 0
    area, before = (f"(SELECT coverage FROM deliveries WHERE id = :{which})" for which in ("new", "old"))
    place = _place(spec, area, before)
    return _run(connection, f'UPDATE "{layer}" o SET replaced_by = :new WHERE {_OLD} AND {place}', new.id, old.id)


def _place(spec: LayerSpec, area: str, before: str) -> str:
    """SQL that is true for a row ``o`` of an older delivery (coverage ``before``) that lies in the newer ``area``."""
    if spec.geometry != "none":
        return f"o.geometry && {area} AND ST_Covers({area}, o.geometry)"
    its_road = "FROM roads r WHERE r.road_id = o.road_id AND r.replaced_by IS NULL"
    inside = f"ST_Covers({area}, r.geometry) AND coalesce(ST_Intersects({before}, r.geometry), true)"
    return f"(SELECT bool_and({inside}) {its_road})"  # a road nobody knows: NULL, it stays


def _routes_of_same_key(connection: sa.Connection, new: int, old: int) -> int:
    same = " AND ".join(f"n.{column} IS NOT DISTINCT FROM o.{column}" for column in _ROUTE_KEY)
    query = (
        f"UPDATE routes o SET replaced_by = :new FROM routes n WHERE {_OLD} AND n.delivery_id = :new"
        f" AND o.route_id NOT LIKE '#%' AND o.route_id = n.route_id AND {same}"
    )
    count = _run(connection, query, new, old)
    gone = "SELECT FROM routes r WHERE r.delivery_id = o.delivery_id AND r.route_id = o.route_id AND r.replaced_by = :new"
    _run(connection, f"UPDATE spans o SET replaced_by = :new WHERE {_OLD} AND EXISTS ({gone})", new, old)
    return count


def give_way(connection: sa.Connection, route: int, new: int) -> None:
    """One stored route, with its spans, gives way to the delivery ``new``; nothing happens to one that has done so before."""
    spans = (
        "UPDATE spans s SET replaced_by = :new FROM routes r WHERE r.id = :route AND r.replaced_by IS NULL"
        " AND s.delivery_id = r.delivery_id AND s.route_id = r.route_id AND s.replaced_by IS NULL"
    )
    connection.execute(sa.text(spans), {"new": new, "route": route})
    whose = "UPDATE routes SET replaced_by = :new WHERE id = :route AND replaced_by IS NULL RETURNING delivery_id"
    old = connection.scalar(sa.text(whose), {"new": new, "route": route})
    if old is None:
        return
    left = "SELECT count(*) FROM routes WHERE delivery_id = :old AND replaced_by IS NULL"
    if connection.scalar(sa.text(left), {"old": old}):
        _mark_partly(connection, int(old))
    else:
        _state(connection, int(old), "replaced")


def _run(connection: sa.Connection, statement: str, new: int, old: int) -> int:
    return connection.execute(sa.text(statement), {"new": new, "old": old}).rowcount


def _state(connection: sa.Connection, number: int, state: str) -> None:
    connection.execute(sa.update(DeliveryRow).where(DeliveryRow.id == number).values(state=state))


def _mark_partly(connection: sa.Connection, number: int) -> None:
    partly = sa.update(DeliveryRow).where(DeliveryRow.id == number, DeliveryRow.state == "current")
    connection.execute(partly.values(state="partly"))
