"""What a file would bring, and what it would replace, before anything is written."""

from pathlib import Path
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from api.loading import LoadWords, delivery_of, read_ordered
from api.uploads import told_as_shown
from geo.city import City
from geo.crs import to_degrees
from geo.schema import LAYERS
from layers.copying import driver
from layers.deliveries import Delivery
from layers.readers import LayerRead, Limits
from layers.replacing import Claim, foresee

SHOWN_ROWS, SHOWN_ISSUES, SHOWN_VERTICES = 2000, 500, 60_000


def preview(
    engine: sa.Engine, layer: str, folder: Path, stored: str, shown: str, words: LoadWords, city: City, limits: Limits
) -> dict[str, Any]:
    """Counts, columns, notes, issues, a picture in degrees, and the fate of the deliveries that hold. Writes nothing.

    Raises what :func:`layers.readers.read_layer` raises, with the visitor's name of the file."""
    with told_as_shown(folder, stored, shown):
        read = read_ordered(layer, folder / stored, words, city, limits)
        delivery = delivery_of(words, city, folder / stored, shown)
    spec = LAYERS[layer]
    rejected = read.rows_expected - len(read.frame)
    return {
        "layer": layer, "file": shown, "rows": len(read.frame), "rows_expected": read.rows_expected, "rejected": rejected,
        "lost": read.lost, "columns": list(read.columns),
        "fields": [
            {
                "name": name, "zh": one.zh, "en": one.en, "unit": one.unit, "required": one.required,
                "column": read.sources.get(name),
                "filled": int(read.frame[name].notna().sum()) if name in read.frame else 0, "example": _example(read, name),
            }
            for name, one in spec.columns.items()
        ],
        "notes": [{"code": note.code, "zh": note.zh, "en": note.en} for note in read.notes],
        "issues": [
            {"row_no": i.row_no, "key": i.key, "field": i.field, "zh": i.zh, "en": i.en, "rejected": i.rejected}
            for i in sorted(read.issues, key=lambda one: (not one.rejected, one.row_no))[:SHOWN_ISSUES]
        ],
        "issues_total": len(read.issues), "keys": _keys(engine, layer, read), "fates": _fates(engine, layer, read, delivery),
        "shapes": _shapes(read, city), "coverage": _area(delivery, city),
    }  # fmt: skip


def _example(read: LayerRead, name: str) -> str | None:
    if name not in read.frame:
        return None
    filled = read.frame[name].dropna()
    if not len(filled):
        return None
    first = filled.iloc[0]
    return first.date().isoformat() if hasattr(first, "date") else str(first)[:80]


def _keys(engine: sa.Engine, layer: str, read: LayerRead) -> dict[str, int] | None:
    """How many keys of the file the layer knows already and how many are new to it; None where the layer has no key."""
    key = LAYERS[layer].key
    if key is None or key not in read.frame:
        return None
    with engine.connect() as connection:
        found = driver(connection).execute(f'SELECT DISTINCT "{key}" FROM "{layer}" WHERE replaced_by IS NULL').fetchall()
    known, mine = {one for (one,) in found}, set(read.frame[key].dropna())
    return {"known": len(mine & known), "new": len(mine - known), "not_in_file": len(known - mine)}


def _fates(engine: sa.Engine, layer: str, read: LayerRead, delivery: Delivery) -> list[dict[str, Any]]:
    claim = Claim(
        0, delivery.source, delivery.owner, delivery.licence, delivery.as_of, delivery.complete_since, delivery.stated_by, [],
        read.lost, delivery.coverage,
    )  # fmt: skip
    with engine.connect() as connection:
        fates = foresee(connection, layer, LAYERS[layer], claim)
    return [{"delivery": one.delivery, "fate": one.fate, "rows": one.rows} for one in fates]


def _shapes(read: LayerRead, city: City) -> dict[str, Any]:
    """Where the rows fall, in degrees: all of them, or so many, spread evenly over the file, that a page can draw."""
    total = len(read.frame)
    if "geometry" not in read.frame or not total:
        return {"type": "FeatureCollection", "features": [], "shown": 0, "total": 0, "box": None}
    shapes = read.frame.geometry.to_numpy()
    box = shapely.bounds(to_degrees(shapely.box(*shapely.total_bounds(shapes)), city.work_crs)).round(7).tolist()
    sizes = shapely.get_num_coordinates(shapes)
    most = min(SHOWN_ROWS, max(1, int(SHOWN_VERTICES / max(float(sizes.mean()), 1.0))))
    at = np.unique(np.linspace(0, total - 1, min(total, most)).astype(int))
    drawn = to_degrees(shapely.force_2d(shapes[at]), city.work_crs)
    numbers = read.frame["row_no"].to_numpy()[at] if "row_no" in read.frame else at + 1
    features = [
        {"type": "Feature", "geometry": shapely.geometry.mapping(_fine(one)), "properties": {"row_no": int(number)}}
        for one, number in zip(drawn, numbers, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features, "shown": len(features), "total": total, "box": box}


def _area(delivery: Delivery, city: City) -> dict[str, Any] | None:
    if delivery.coverage is None:
        return None
    shape: dict[str, Any] = shapely.geometry.mapping(_fine(to_degrees(delivery.coverage, city.work_crs)))
    return shape


def _fine(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy.round(7))
