"""The points that each unit wants looked at, from ``data/survey``, and what has been ticked of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from pydantic import model_validator

from geo.errors import BadInput
from geo.law.cite import Model
from geo.law.pack import Words
from layers.data_files import read_model
from layers.people.offices import offices
from layers.rows import Source, row, rows
from layers.survey.conclusions import concludes, unit_of, units
from layers.survey.kinds import FOLDER

MOST_NOTE = 2_000


class Item(Model):
    """A point to look at. ``roles``: units that want it; ``photo``: is it settled by a photo?"""

    title: Words
    roles: tuple[str, ...]
    photo: bool


class Checklists(Model):
    """All points by name."""

    items: Mapping[str, Item]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, item in self.items.items():
            unknown = set(item.roles) - offices().roles.keys()
            if unknown:
                raise ValueError(f"{name}: no role is called {', '.join(sorted(unknown))}")
        return self


@lru_cache(maxsize=1)
def items() -> Mapping[str, Item]:
    """The points of this installation. Raises BadData where the file is wrong."""
    return read_model(FOLDER / "checklists.yaml", Checklists).items


def ticked(connection: sa.Connection, survey: int, participant: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    """A tick as it is kept. Who speaks for a unit ticks its points; who is at the site for all of them names the ``unit``.

    Raises BadInput for a point that the unit does not have, a ``photo`` that was not handed in here, or ``done`` left out.
    """
    own = unit_of(connection, participant)
    unit = own if own is not None else detail.get("unit")
    role = next((role for name, role in units(connection, survey) if name == unit), None)
    item = items().get(str(detail.get("item")))
    if role is None or item is None or role not in item.roles:
        raise BadInput(
            why_zh="没有这个单位的这一项核对内容，请刷新后重试", why_en="that unit has no such point: reload and try again"
        )
    if not isinstance(detail.get("done"), bool):
        raise BadInput(why_zh="done：请注明已核对（true）或未核对（false）", why_en="done: say true or false")
    kept = {"unit": unit, "item": detail["item"], "done": detail["done"]}
    photo, words = detail.get("photo"), str(detail.get("note") or "").strip()
    if photo is not None:
        query = "SELECT 1 AS one FROM survey_files WHERE id = :file AND survey = :survey AND kind = 'photo'"
        if type(photo) is not int or photo >= 2**63 or row(connection, query, file=photo, survey=survey) is None:
            raise BadInput(why_zh="photo：不是本次踏勘的照片", why_en="photo: no photo of this survey")
        kept["photo"] = photo
    return {**kept, **({"note": words[:MOST_NOTE]} if words else {})}


_TICKS = (
    "SELECT DISTINCT ON (detail->>'unit', detail->>'item') detail, participant, at FROM survey_events"
    " WHERE survey = :survey AND kind = 'tick' ORDER BY detail->>'unit', detail->>'item', seq DESC"
)


def checklist(source: Source, survey: int) -> list[dict[str, Any]]:
    """Each unit with its points, the newest tick of each (None: not looked at yet), and its newest conclusion."""
    ticks = {(each["detail"]["unit"], each["detail"]["item"]): each for each in rows(source, _TICKS, survey=survey)}
    said = {each["unit"]: each for each in concludes(source, survey)}
    out = []
    for unit, role in units(source, survey):
        points = []
        for name, item in items().items():
            if role in item.roles:
                tick = ticks.get((unit, name))
                told = None if tick is None else {**tick["detail"], "participant": tick["participant"], "at": tick["at"]}
                points.append({"item": name, "title": item.title.model_dump(), "photo": item.photo, "tick": told})
        title = offices().roles[role].title.model_dump() if unit == role else {"zh": unit, "en": unit}
        out.append({"unit": unit, "title": title, "role": role, "items": points, "conclusion": said.get(unit)})
    return out
