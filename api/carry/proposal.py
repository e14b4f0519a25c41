"""The map to carry away of a proposal, for who asks over HTTP: their pipes, their name on it, their act in the record."""

import shapely

from api.carry.map import ALONG_M, Carried, render
from api.deps import House
from api.i18n import Lang
from api.proposals.judging import reviewed
from api.proposals.view import whole
from api.rights import Visitor
from api.schemas import Feature
from geo.crs import to_degrees
from layers.features import taken
from layers.people.audit import note
from layers.rasters.store import raster_paths


def map_of_proposal(house: House, now: Visitor, proposal: int, pipes: bool, lang: Lang) -> tuple[str, str]:
    """(number of the proposal, page) of its newest version that one sees, judged as of today.

    With ``pipes`` those that one may see whole are inside, one's name lies over the map, and the audit keeps that they were
    taken out. Raises NotFound, and as the review of a drawn line does.
    """
    told = whole(house, now.scope, proposal)
    feature = Feature.model_validate(told["present"]["feature"])
    answer, drawn = reviewed(house, feature, told["number"], lang, told["route"])
    found = None
    if pipes:
        shape = shapely.buffer(drawn.routes.geometry.iloc[0], ALONG_M)
        around = to_degrees(shapely.segmentize(shapely.box(*shape.bounds), 100.0), answer.city.work_crs)
        found = taken(house.engine, now.scope, "pipes", tuple(shapely.bounds(around).tolist()))
        with house.engine.begin() as connection:
            note(connection, now.actor, "proposal.carry_pipes", told["number"], None, {"pipes": len(found)})
    carried = Carried(
        told["title"] or told["number"], found, now.person.name if pipes else "", raster_paths(house.engine, "satellite")
    )
    return told["number"], render(answer, answer.city, carried, lang)
