"""Real permits over real zoning (Taichung): conflicts with green land against PostGIS one by one, and the sum rule."""

import gzip
import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from api.review import Review, review
from geo.city import City, Layer
from layers.packs.read import read_packs
from tests.layers.taiwan import CRS_TAICHUNG as CRS
from tests.layers.taiwan import taichung

GREEN = ("公園用地", "綠地", "兒童遊樂場用地", "綠帶", "綠地用地", "園道用地")
PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]


@pytest.fixture(scope="module")
def green(data: Path) -> gpd.GeoDataFrame:
    """Zoning polygons of the kinds that are green land."""
    files = sorted((data / "green-taichung-zoning").glob("*.geojson.gz"))
    rows, shapes = [], []
    for file in files:
        for feature in json.loads(gzip.decompress(file.read_bytes()))["features"]:
            if feature["properties"]["分區類"] in GREEN:
                rows.append(
                    {"green_id": f"{file.name[:5]}-{len(rows)}", "name": feature["properties"]["使用分"], "kind": "public"}
                )
                shapes.append(shapely.make_valid(shapely.geometry.shape(feature["geometry"])))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)


@pytest.fixture(scope="module")
def permits(data: Path) -> gpd.GeoDataFrame:
    """Permits with a valid outline, as routes; an application number is the project's code."""
    return taichung(data)


@pytest.fixture(scope="module")
def found(green: gpd.GeoDataFrame, permits: gpd.GeoDataFrame) -> Review:
    """All permits judged."""
    everywhere = shapely.box(*permits.total_bounds).buffer(1000)
    city = City("臺中", CRS, (120.4, 23.9, 121.5, 24.5), {"green": Layer("green", green, everywhere)})
    return review(permits, city, PACK, date(2021, 5, 21))


def test_green_conflicts_equal_postgis_one_by_one(
    engine: sa.Engine, found: Review, green: gpd.GeoDataFrame, permits: gpd.GeoDataFrame
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TEMP TABLE park (i int, g geometry); CREATE TEMP TABLE permit (i int, g geometry)"))
        for name, frame in (("park", green), ("permit", permits)):
            rows = [{"i": i, "g": shape.wkb_hex} for i, shape in enumerate(frame.geometry)]
            connection.execute(sa.text(f"INSERT INTO {name} VALUES (:i, CAST(:g AS geometry))"), rows)
        shared = "ST_Area(ST_Intersection(permit.g, park.g)) > 1e-6"
        query = f"SELECT permit.i, park.i FROM permit JOIN park ON permit.g && park.g AND {shared}"
        theirs = {(int(a), int(b)) for a, b in connection.execute(sa.text(query))}
    ours = {
        (i, int(stretch["id"].split("-")[1]))
        for i in range(len(permits))
        if found.verdicts.answer("green-land", i) == "yes"
        for stretch in next(f for f in found.verdict(i)["findings"] if f["rule"] == "green-land")["stretches"]
    }
    assert len(theirs) >= 15
    assert ours == theirs


def test_repeated_application_numbers_are_summed(found: Review, permits: gpd.GeoDataFrame) -> None:
    rows = found.rows
    keyed = permits.utility.notna()
    millimetres = (rows.length_m * 1000).round().astype("int64")
    sums = millimetres[keyed].groupby([permits.project_code[keyed], permits.utility[keyed]]).transform("sum") / 1000
    assert (rows.sum_length_m[keyed] == sums).all()
    assert (rows.sum_length_m[~keyed] == rows.length_m[~keyed]).all()
    assert (sums > rows.length_m[keyed] + 0.001).sum() > 500


def test_every_outline_says_how_its_axis_was_taken(found: Review, permits: gpd.GeoDataFrame) -> None:
    notes = found.verdict(0)["notes"]
    assert any("两长边" in note["zh"] for note in notes)
    area = permits.geometry.area.to_numpy()
    assert (found.rows.length_m > 0).all()
    narrow = area / found.rows.length_m**2 < 0.05
    width = area[narrow] / found.rows.length_m[narrow]
    half = permits.geometry.length[narrow] / 2
    assert np.median(np.abs(found.rows.length_m[narrow] + width - half) / half) < 0.02
