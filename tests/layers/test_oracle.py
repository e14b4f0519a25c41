"""Hits and lengths against PostGIS, which computes them its own way, on the demo city."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from api.review import review
from geo.measure import Measured
from layers.city_folder import read_city
from layers.demo import write_demo
from layers.packs.read import read_packs

PACKS = read_packs(Path(__file__).parents[2] / "data" / "packs")
THEMES = ["roads", "green", "heritage"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Three hundred lines along, across and beside the streets of the demo city, measured."""
    folder = tmp_path_factory.mktemp("oracle")
    write_demo(folder)
    city = read_city(folder)
    chance = np.random.default_rng(7)
    streets = city.layer("roads").frame.geometry.to_numpy()
    lines = []
    for street in streets[chance.integers(0, len(streets), 300)]:
        x, y = shapely.get_coordinates(shapely.line_interpolate_point(street, chance.uniform(0, street.length)))[0]
        steps = chance.normal(0, 60, (4, 2)).cumsum(axis=0)
        lines.append(shapely.LineString(np.vstack([[x, y], steps + np.array([x, y])])))
    table = {"route_id": [str(i) for i in range(300)], "utility": "water", "trench_width_m": chance.choice([0.6, 0.8, 1.2], 300)}
    routes = gpd.GeoDataFrame(table, geometry=lines, crs=city.work_crs)
    found = review(routes, city, PACKS["kaifeng-2022-6"], date(2026, 11, 22))
    return found.facts.tables["measured"][0]


def stretches(engine: sa.Engine, one: Measured, key: str) -> pd.DataFrame:
    """For each pair: metres of the axis nearer than the radius to the area, by ST_Intersection with a fine ST_Buffer."""
    areas, hits = one.hits[key].areas, one.hits[key].best
    pairs = pd.DataFrame({"route": hits.route, "area": hits.area}).drop_duplicates()
    shapes = one.ground.city.layer(areas.layer).frame.geometry.to_numpy()
    half = one.footprints.parts.half_m
    axes = [_line(one, i) for i in range(one.axes.n)]
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TEMP TABLE asked (route int, area int, axis geometry, shape geometry, radius float)"))
        rows = [
            {
                "r": int(r),
                "a": int(a),
                "x": axes[r].wkb_hex,
                "s": _shape(one, areas, int(a), shapes).wkb_hex,
                "d": float(half[r] + areas.radius[a]),
            }
            for r, a in pairs.itertuples(index=False)
        ]
        connection.execute(sa.text("INSERT INTO asked VALUES (:r, :a, :x, :s, :d)"), rows)
        query = (
            "SELECT route, area, ST_Length(ST_Intersection(axis, ST_Buffer(shape, radius, 'quad_segs=256'))) AS metres FROM asked"
        )
        return pd.read_sql(sa.text(query), connection)


def _line(one: Measured, i: int) -> shapely.LineString:
    e = one.axes.edges
    a, b = e.offsets[i], e.offsets[i + 1]
    return shapely.LineString([*zip(e.x0[a:b], e.y0[a:b], strict=True), (e.x1[b - 1], e.y1[b - 1])])


def _shape(one: Measured, areas: object, area: int, shapes: np.ndarray) -> shapely.Geometry:
    if areas.layer == "roads":  # a road surveyed in part is its polygons and what is left of its centre line
        e = areas.edges
        a, b = e.offsets[area], e.offsets[area + 1]
        lines = shapely.multilinestrings([[(e.x0[k], e.y0[k]), (e.x1[k], e.y1[k])] for k in range(a, b)])
        return shapely.build_area(lines) if areas.solid[area] else lines
    return shapes[areas.row[area]]


@pytest.mark.parametrize("key", THEMES)
def test_metres_agree_with_postgis_within_a_millimetre(engine: sa.Engine, measured: Measured, key: str) -> None:
    hits = measured.hits[key].best
    ours = pd.DataFrame({"route": hits.route, "area": hits.area, "metres": (hits.hi - hits.lo) / 1000}).groupby(["route", "area"])
    theirs = stretches(engine, measured, key).set_index(["route", "area"]).metres
    # Both ends of a stretch are rounded to a millimetre; the buffer's arc, of 1024 sides, lies within 5e-6 of its radius.
    gap = (ours.metres.sum() - theirs).abs() / ours.metres.count()
    assert len(gap) > 20
    assert gap.max() <= 0.0011, gap.sort_values().tail()


def test_lengths_agree_with_postgis(engine: sa.Engine, measured: Measured) -> None:
    with engine.connect() as connection:
        for i in range(0, measured.axes.n, 10):
            hex_ = _line(measured, i).wkb_hex
            planar = connection.scalar(sa.text("SELECT ST_Length(CAST(:x AS geometry))"), {"x": hex_})
            assert measured.length_mm[i] / 1000 == pytest.approx(planar, abs=0.00051)
            query = "SELECT ST_Length(ST_Transform(ST_SetSRID(CAST(:x AS geometry), 4547), 4490)::geography)"
            geodesic = connection.scalar(sa.text(query), {"x": hex_})
            assert measured.geodesic_m[i] == pytest.approx(geodesic, abs=0.001)
