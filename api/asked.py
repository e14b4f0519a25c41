"""What an address asks for, beyond single words: lists, boxes, and the distance at which things lie on one another."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Query

from api.day import today
from api.deps import House
from api.errors import BadRequest
from api.texts import words_of_query
from geo.errors import BadInput
from geo.law.coordination import Coordination
from layers.digs.quiet import Near

BoxText = Annotated[
    str | None,
    Query(max_length=200, description="西,南,东,北（度）/ west,south,east,north in degrees", examples=["114.3,34.7,114.4,34.8"]),
]
Box = tuple[float, float, float, float]


def words_in(name: str, text: str | None) -> list[str] | None:
    """Words that a comma divides; None where nothing is asked."""
    words = words_of_query(name, text)
    return None if words is None else [word.strip() for word in words.split(",") if word.strip()]


def some_of(name: str, text: str | None, known: Collection[str]) -> list[str] | None:
    """As :func:`words_in`, each of them one of the ``known``. Raises :class:`BadRequest` for any other."""
    words = words_in(name, text)
    strange = sorted(set(words or ()) - set(known))
    if strange:
        raise BadRequest(
            why_zh=f"{name} 没有 {'、'.join(strange)}，只能是 {'、'.join(known)}",
            why_en=f"{name} knows no {', '.join(strange)}: it is {', '.join(known)}",
        )
    return words


def box_of(text: str | None) -> Box | None:
    """A box in degrees. Raises :class:`BadRequest` for anything else."""
    words = words_in("bbox", text)
    if words is None:
        return None
    try:
        west, south, east, north = (float(word) for word in words)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError
    except ValueError:
        raise BadRequest(
            why_zh="bbox 应为 西,南,东,北（度），如 114.3,34.7,114.4,34.8",
            why_en="bbox must be west,south,east,north in degrees, such as 114.3,34.7,114.4,34.8",
        ) from None
    return west, south, east, north


def coordination(house: House, city: str) -> Coordination:
    """The settings by which works lie on one another today: those of the city's pack, else the defaults."""
    try:
        return house.pack_for(today(), city=city).data.coordination or Coordination()
    except BadInput:
        return Coordination()


def near_of(settings: Coordination) -> Near:
    """How closely overlaps of quiet plans are told."""
    return Near(settings.distance_m, settings.quiet.cell_m)
