"""What the store holds of a layer: a short word for its state, and the entry of a raster in the list of layers."""

from typing import Any

import sqlalchemy as sa

from geo.schema import LAYERS
from layers.digs.models import MatchRunRow
from layers.digs.tiles import DIG_LAYERS
from layers.models import DeliveryRow, VerdictRow


def layer_version(engine: sa.Engine, layer: str) -> str:
    """Changes whenever a delivery or a judgement changes what the layer's tiles show; "0" where nothing was loaded."""
    if layer in DIG_LAYERS:
        return dig_version(engine)
    delivered = sa.select(sa.func.max(DeliveryRow.id)).where(DeliveryRow.layer == layer).scalar_subquery()
    judged = sa.select(sa.func.max(VerdictRow.id)).scalar_subquery()
    with engine.connect() as connection:
        first, second = connection.execute(sa.select(delivered, judged)).one()
    return f"{first or 0}.{second or 0}" if layer == "routes" else str(first or 0)


def dig_version(engine: sa.Engine) -> str:
    """Changes whenever works and matches were judged anew."""
    with engine.connect() as connection:
        return str(connection.scalar(sa.select(sa.func.max(MatchRunRow.id))) or 0)


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
