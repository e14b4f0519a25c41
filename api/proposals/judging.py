"""A version of a proposal, judged as it would be if it were filed today."""

from dataclasses import dataclass, replace

from api.day import today
from api.deps import House
from api.drawn import Drawn, read_drawn
from api.i18n import Lang
from api.past import past
from api.proposals.clock import due
from api.review import review
from api.schemas import Feature
from api.wire import plain
from geo.verdict import Review
from layers.proposals.store import Judged


@dataclass(frozen=True)
class Answered:
    """The judged line, what of its properties was not used, what was decided while reading, and the day (ISO) or None by which
    an answer is owed if it is submitted now."""

    judged: Judged
    ignored: list[str]
    notes: list[str]
    due: str | None


def judge(house: House, feature: Feature, number: str, lang: Lang, former: int | None = None) -> Answered:
    """The verdict and all that is kept with it; arguments and errors as of :func:`reviewed`."""
    answer, drawn = reviewed(house, feature, number, lang, former)
    judged = Judged(
        drawn.routes, drawn.spans, plain(feature.properties or {}), answer.rows, plain(answer.verdict(0)), plain(answer.pieces(0))
    )
    term = due(answer.pack, str(answer.rows["outcome"].iloc[0]), answer.on)
    return Answered(judged, drawn.ignored, drawn.notes, None if term is None else term.isoformat())


def reviewed(house: House, feature: Feature, number: str, lang: Lang, former: int | None = None) -> tuple[Review, Drawn]:
    """Judge a line under the number of its proposal, whatever number was typed: nobody borrows the name of another's line.

    ``former``: the stored route of an earlier version, which is this line itself and no sibling of it. Raises as the review of
    a drawn line does.
    """
    city, day = house.standing.city(), today()
    pack = house.pack_for(day, city=city.name)
    read = read_drawn(feature, city, lang)
    routes = read.routes.assign(route_id=number)
    spans = None if read.spans is None else read.spans.assign(route_id=number)
    if former is not None:
        routes = routes.assign(id=former)
    before = past(house.engine, routes, pack, day)
    answer = review(routes, city, pack, day, spans=spans, history=before, standing=lambda: house.standing.works(pack))
    return answer, replace(read, routes=routes, spans=spans)
