"""What the store holds of a layer: a short word for its state, and the entry of a raster in the list of layers."""

from typing import Any

import sqlalchemy as sa

from geo.schema import LAYERS
from layers.digs.models import MatchRunRow
from layers.digs.tiles import DIG_LAYERS
from layers.models import DeliveryRow, VerdictRow
from layers.rights.openings import OPENINGS_VERSION
from layers.rights.scope import SEEN_BY_RIGHTS
from layers.tiles import SQUARES


def layer_version(engine: sa.Engine, layer: str) -> str:
    """Changes whenever a delivery, a judgement or somebody's rights change what the layer's tiles show; "0" where nothing was
    loaded."""
    asked = [DeliveryRow.layer == layer]
    if layer in SEEN_BY_RIGHTS:  # a district that is drawn anew shows other rows to its office
        asked = [DeliveryRow.layer.in_(("pipes",) if layer == SQUARES else (layer, "districts"))]
    parts: list[Any] = [sa.select(sa.func.max(DeliveryRow.id)).where(*asked).scalar_subquery()]
    if layer == "routes":
        parts.append(sa.select(sa.func.max(VerdictRow.id)).scalar_subquery())
    if layer in DIG_LAYERS:
        parts.append(sa.select(sa.func.max(MatchRunRow.id)).scalar_subquery())
    if layer in SEEN_BY_RIGHTS:
        parts.append(sa.literal_column(f"({OPENINGS_VERSION})"))
    with engine.connect() as connection:  # one question: it is asked with every tile
        return ".".join(str(one or 0) for one in connection.execute(sa.select(*parts)).one())


def raster_entry(engine: sa.Engine, layer: str) -> dict[str, Any]:
    """A raster as :func:`layers.queries.layers_summary` lists vector layers; ``rows`` counts its sheets."""
    sheets = sa.select(DeliveryRow).where(DeliveryRow.layer == layer, DeliveryRow.state != "replaced").order_by(DeliveryRow.id)
    with engine.connect() as connection:
        found = connection.execute(sheets).all()
    words = {
        name: "; ".join(dict.fromkeys(filter(None, (getattr(row, name) for row in found))))
        for name in ("source", "owner", "licence", "stated_by")
    }
    days = [row.as_of for row in found]
    return {
        "name": layer, "zh": LAYERS[layer].zh, "en": LAYERS[layer].en, "geometry": "raster", "rows": len(found) or None,
        "delivered": bool(found), "covers": "polygon" if found else None,
        "as_of": None if not days or None in days else min(days), "complete_since": None, **words,
    }  # fmt: skip
