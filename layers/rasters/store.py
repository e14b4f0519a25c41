"""Satellite pictures and height models: loaded as COGs in the work CRS, and shown newest first.

A raster is a delivery like any other; its coverage is where it has data. Where a newer one has a hole, or ends, the
older one below it shows, so that several sheets make one picture.
"""

import uuid
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from geo.city import City
from geo.errors import NotFound, UnknownLayer
from geo.schema import LAYERS
from layers import deliveries
from layers.cities import city_settings
from layers.copying import Progress
from layers.deliveries import Delivery, Loaded, file_sha256
from layers.models import DeliveryRow, RasterRow
from layers.people.audit import Actor, note
from layers.rasters.intake import PICTURE, Cog, make_cog
from layers.rasters.tiles import raster_tile
from layers.readers.sandbox import Limits
from layers.replacing import replace as take_over

RASTER_LAYERS = tuple(name for name, spec in LAYERS.items() if spec.geometry == "raster")


def load_raster(
    engine: sa.Engine,
    layer: str,
    source: Path,
    folder: Path,
    delivery: Delivery,
    crs: str | None = None,
    progress: Progress | None = None,
    limits: Limits = PICTURE,
    actor: Actor | None = None,
) -> Loaded:
    """Make the file a COG in ``folder`` and register it under ``satellite`` or ``terrain``.

    The same file with the same words twice is one delivery. ``progress`` counts blocks. Raises UnknownLayer, UnknownCrs,
    UnreadableFile; Conflict without a city. Nothing is registered, and no file left, when it fails.
    """
    if layer not in RASTER_LAYERS:
        raise UnknownLayer(layer=layer, known="、".join(RASTER_LAYERS))
    stated = replace(delivery, sha256=delivery.sha256 or file_sha256(source), file_name=delivery.file_name or source.name)
    asked = crs or ""  # the same file under another CRS is another delivery
    with engine.connect() as connection:
        city = city_settings(connection)
        twin = _same(connection, layer, stated, asked)
    if twin is not None:
        return Loaded(str(twin), layer, 1, True, 0, 0)
    cog = make_cog(source, folder / f"{layer}-{stated.sha256[:12]}-{uuid.uuid4().hex[:8]}.tif", city, crs, progress, limits)
    try:
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"waixian load {layer}"))))
            twin = _same(connection, layer, stated, asked)  # somebody may have loaded it while we were at work
            if twin is None:
                done = _register(connection, layer, stated, asked, cog, city)
                if actor is not None:
                    told = {"layer": layer, "source": stated.source, "owner": stated.owner}
                    note(connection, actor, "delivery.load", done.delivery_id, None, told)
                return done
    except BaseException:
        cog.path.unlink()
        raise
    cog.path.unlink()
    return Loaded(str(twin), layer, 1, True, 0, 0)


def _register(connection: sa.Connection, layer: str, delivery: Delivery, asked: str, cog: Cog, city: City) -> Loaded:
    number = deliveries.register(connection, layer, replace(delivery, coverage=cog.footprint), 1, city)
    connection.execute(sa.update(DeliveryRow).where(DeliveryRow.id == number).values(rows_loaded=1, content=asked))
    words = ("crs", "width", "height", "bands", "dtype", "nodata", "resolution_m", "transparency")
    values = {"delivery_id": number, "layer": layer, "path": str(cog.path), "bounds": list(cog.bounds)}
    connection.execute(sa.insert(RasterRow).values(**values, **{name: getattr(cog, name) for name in words}))
    replaced, outdated = take_over(connection, layer, LAYERS[layer], number)
    return Loaded(str(number), layer, 1, False, replaced, outdated)


def _same(connection: sa.Connection, layer: str, delivery: Delivery, content: str) -> int | None:
    found = sa.select(DeliveryRow.id, RasterRow.path).join(RasterRow, RasterRow.delivery_id == DeliveryRow.id)
    found = found.where(*deliveries.same_words(layer, delivery), DeliveryRow.content == content, DeliveryRow.state != "replaced")
    rows = connection.execute(found.order_by(DeliveryRow.id.desc())).all()
    return next((int(number) for number, path in rows if Path(path).is_file()), None)  # a COG that was lost is made anew


def raster_paths(engine: sa.Engine, layer: str) -> list[Path]:
    """The COGs of a layer that are current, the newest first; empty where none was delivered. Raises UnknownLayer."""
    if layer not in RASTER_LAYERS:
        raise UnknownLayer(layer=layer, known="、".join(RASTER_LAYERS))
    query = sa.select(RasterRow.path).join(DeliveryRow, RasterRow.delivery_id == DeliveryRow.id)
    query = query.where(RasterRow.layer == layer, DeliveryRow.state != "replaced")
    order = (DeliveryRow.as_of.desc().nulls_last(), DeliveryRow.id.desc())
    with engine.connect() as connection:
        return [Path(path) for path in connection.scalars(query.order_by(*order))]


def layer_tile(engine: sa.Engine, layer: str, z: int, x: int, y: int) -> bytes:
    """The PNG tile of "satellite" or "terrain" (as relief). Raises UnknownLayer, NotFound where no such layer was delivered."""
    paths = raster_paths(engine, layer)
    if not paths:
        raise NotFound(what_zh="影像", what_en="raster", id=layer)
    return raster_tile(paths, z, x, y, relief=layer == "terrain")
