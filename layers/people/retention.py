"""Personal data that is old enough is forgotten: how long each kind is kept stands in ``data/offices/retention.yaml``."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

import sqlalchemy as sa
from pydantic import Field, model_validator

from geo.law.cite import Model
from geo.law.pack import Words
from layers.data_files import read_model
from layers.people.audit import Actor, note
from layers.people.offices import FOLDER
from layers.rows import column, run

# Each is what is old enough on ``:day`` (in China) after ``:days``, and how it is forgotten.
_AGE = "(CAST(:day AS date) - ({moment})::date) > :days"
_CHINA = "{} AT TIME ZONE 'Asia/Shanghai'"
_KINDS: Mapping[str, tuple[str, str, str]] = {
    "sessions": (
        "sessions", "DELETE FROM sessions",
        # a session that nobody ended is over by itself a week after it began
        _AGE.format(moment=_CHINA.format("coalesce(ended_at, created_at + interval '7 days')")),
    ),
    "sign_in_tries": ("sign_in_tries", "DELETE FROM sign_in_tries", _AGE.format(moment=_CHINA.format("at"))),
    "answers": (
        "invitations", "UPDATE invitations SET answered_by = NULL",
        "answered_by IS NOT NULL AND EXISTS (SELECT FROM digs d WHERE d.id = dig AND " + _AGE.format(moment='d."end"') + ")",
    ),
    "quiet_contacts": (
        "quiet_plans", "UPDATE quiet_plans SET contact = '', note = ''", "(contact <> '' OR note <> '') AND "
        + _AGE.format(moment='"end"'),
    ),
    "raw_rows": (
        "routes", "UPDATE routes SET raw = NULL",
        "raw IS NOT NULL AND EXISTS (SELECT FROM deliveries d WHERE d.id = replaced_by AND "
        + _AGE.format(moment=_CHINA.format("d.loaded_at")) + ")",
    ),
    "disabled_people": (
        "people", "UPDATE people SET name = login",
        "name <> login AND disabled_at IS NOT NULL AND " + _AGE.format(moment=_CHINA.format("disabled_at")),
    ),
}  # fmt: skip


class Kept(Model):
    """How long one kind is kept: ``days`` after ``after``; 0: for ever."""

    days: Annotated[int, Field(ge=0, le=36_500)]
    cite: Annotated[str, Field(min_length=1)] | Literal["product"]
    what: Words
    after: Words


class Retention(Model):
    """All kinds."""

    kinds: Mapping[str, Kept]

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = self.kinds.keys() - _KINDS.keys()
        if unknown:
            raise ValueError(f"nothing personal is called {', '.join(sorted(unknown))}; known: {', '.join(_KINDS)}")
        return self


@lru_cache(maxsize=1)
def retention() -> Retention:
    """Raises :class:`geo.errors.BadData` with file and place where the table cannot be read."""
    return read_model(FOLDER / "retention.yaml", Retention)


def forget(engine: sa.Engine, actor: Actor, day: date, kept: Retention, dry_run: bool = False) -> dict[str, int]:
    """Forget what was kept for longer than its days on ``day`` (in China); how much of each kind, which the audit is told.

    With ``dry_run`` nothing is forgotten. It may be done at any time by any number of callers.
    """
    found: dict[str, int] = {}
    with engine.begin() as connection:
        for name, one in kept.kinds.items():
            if one.days == 0:
                continue
            table, statement, old = _KINDS[name]
            given = {"day": day, "days": one.days}
            if dry_run:
                (found[name],) = column(connection, f"SELECT count(*) AS n FROM {table} WHERE {old}", **given)
            else:
                found[name] = run(connection, f"{statement} WHERE {old}", **given)
        if not dry_run and any(found.values()):
            note(connection, actor, "people.forget", day.isoformat(), None, {name: n for name, n in found.items() if n})
    return found
