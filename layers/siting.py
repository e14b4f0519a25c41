"""What a site asks of the store: what is known of each utility's pipes, lines of others near it, the terrain's grid."""

from typing import Any

import geopandas as gpd
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from geo.city import OPERATOR
from geo.siting.mains import UTILITIES, Known
from layers.features import Box, taken
from layers.models import DeliveryRow, RasterRow
from layers.replacing import Claim, claims_of
from layers.rights.scope import Scope
from layers.rows import rows

_HELD = "SELECT DISTINCT delivery_id, utility FROM pipes WHERE replaced_by IS NULL"


def pipes_known(engine: sa.Engine) -> tuple[dict[str, Known], dict[str, list[Claim]]]:
    """What the deliveries of pipes claim about each utility, and which deliveries those are.

    A delivery speaks for the utilities of which it has current rows: what a water company delivered is no word about gas, even
    where nobody else delivered any. Which pipes lie where is not read. ``closed`` is left open: it depends on who asks.
    """
    with engine.connect() as connection, connection.begin():
        claims = {one.id: one for one in claims_of(connection, "pipes")}
        held = [(int(one["delivery_id"]), one["utility"]) for one in rows(connection, _HELD)]
    of = {name: [claims[number] for number, utility in held if utility == name and number in claims] for name in UTILITIES}
    return {name: _known(mine) for name, mine in of.items()}, of


def _known(claims: list[Claim]) -> Known:
    stated = [one for one in claims if one.lost == 0 or one.stated_by == OPERATOR]
    areas = [one.coverage for one in stated if one.coverage is not None]
    whole: BaseGeometry | None = unary_union(areas) if areas else None
    return Known(bool(claims), whole, len(stated) < len(claims))


def lines_near(engine: sa.Engine, scope: Scope, box: Box) -> gpd.GeoDataFrame:
    """Current routes in a box (degrees) that somebody of this scope may see: columns of routes with ``id``, work CRS."""
    return taken(engine, scope, "routes", box)


def terrain_grid_m(engine: sa.Engine) -> float | None:
    """The size of a cell of the terrain, metres, of several sheets the coarsest; None where none was delivered."""
    query = sa.select(sa.func.max(RasterRow.resolution_m)).join(DeliveryRow, RasterRow.delivery_id == DeliveryRow.id)
    with engine.connect() as connection:
        found: Any = connection.scalar(query.where(RasterRow.layer == "terrain", DeliveryRow.state != "replaced"))
    return None if found is None else float(found)
