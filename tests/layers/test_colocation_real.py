"""Real permits against PostGIS: every pair that comes near is told, and the shared metres are those of PostGIS."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from geo.city import City, Layer
from geo.colocation.match import Matches, match
from geo.colocation.placing import Placed, network_of, place_works
from geo.colocation.works import works_of_routes
from geo.ground import prepared
from geo.outlines import derived_axis
from tests.geo.works_town import PACK, SETTINGS
from tests.layers.taiwan import CRS_TAICHUNG, taichung, taipei

Works = tuple[gpd.GeoDataFrame, Placed]


@pytest.fixture(scope="module", params=["taichung", "taipei"])
def works(request: pytest.FixtureRequest, data: Path) -> Works:
    """The permits of one city, placed. No roads are known there: all is matched by corridor."""
    permits = taichung(data) if request.param == "taichung" else taipei(data)
    city = City(request.param, CRS_TAICHUNG, (120.4, 23.9, 121.8, 25.4), {"roads": Layer("roads", None)})
    ground = prepared(city, PACK)
    return permits, place_works(works_of_routes(permits, PACK.data.measures), ground, network_of(ground), SETTINGS)


@pytest.fixture(scope="module")
def found(works: Works) -> Matches:
    """Every match, however short."""
    return match(works[1], SETTINGS, min_shared_m=0)


def test_every_pair_within_five_metres_in_postgis_is_told(engine: sa.Engine, works: Works, found: Matches) -> None:
    permits = works[0]
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TEMP TABLE work (i int, g geometry)"))
        rows = [{"i": i, "g": shape.wkb_hex} for i, shape in enumerate(permits.geometry)]
        connection.execute(sa.text("INSERT INTO work VALUES (:i, CAST(:g AS geometry))"), rows)
        half = "(CASE WHEN ST_Dimension({0}.g) = 1 THEN 0.4 ELSE 0 END)"
        near = f"ST_Distance(a.g, b.g) <= 5 + {half.format('a')} + {half.format('b')}"
        query = f"SELECT a.i, b.i FROM work a JOIN work b ON a.i < b.i AND ST_DWithin(a.g, b.g, 6) AND {near}"
        theirs = {(int(a), int(b)) for a, b in connection.execute(sa.text(query))}
    ours = {(min(a, b), max(a, b)) for a, b in zip(found.rows["a"], found.rows["b"], strict=True)}
    assert ours == theirs
    if len(permits) > 2000:
        applicant = permits["applicant"].to_numpy()
        assert len(ours) > 1700 and sum(applicant[a] != applicant[b] for a, b in ours) > 600
    assert set(found.rows["kind"]) == {"shared", "crossing"}


def test_shared_metres_are_those_of_postgis(engine: sa.Engine, works: Works, found: Matches) -> None:
    """Sample: pairs whose derived axes are both one straight piece and run within 10° of each other. PostGIS cuts the
    longer axis with the flat-ended buffer of the other."""
    _, placed = works
    axis = np.array([derived_axis(s) if s.geom_type.endswith("Polygon") else s for s in placed.shapes], dtype=object)
    straight = shapely.get_num_coordinates(axis) == 2
    shared = found.rows[found.rows["kind"] == "shared"]
    rows = shared[straight[shared["a"]] & straight[shared["b"]]]
    angle = _angles(axis[rows["a"]], axis[rows["b"]])
    rows = rows[angle < 10]
    a_leads = placed.length_mm[rows["a"]] >= placed.length_mm[rows["b"]]
    line, other = np.where(a_leads, rows["a"], rows["b"]), np.where(a_leads, rows["b"], rows["a"])
    reach = 5 + placed.breadth_m[line] + placed.breadth_m[other]
    query = sa.text(
        "SELECT ST_Length(ST_Intersection(CAST(:line AS geometry), ST_Buffer(CAST(:other AS geometry), :reach, 'endcap=flat')))"
    )
    with engine.begin() as connection:
        theirs = [
            connection.execute(query, {"line": axis[i].wkb_hex, "other": axis[j].wkb_hex, "reach": r}).scalar_one()
            for i, j, r in zip(line, other, reach, strict=True)
        ]
    if len(placed.shapes) > 2000:
        assert len(rows) >= 70
    # Square to one axis or square to the other: for axes that turn 10° apart the ends differ by reach × tan 10°.
    assert np.abs(rows["shared_m"].to_numpy() - theirs).max(initial=0) <= 2 * reach.max(initial=0) * np.tan(np.radians(10))
    close = _angles(axis[line], axis[other]) < 0.5
    assert np.abs(rows["shared_m"].to_numpy() - theirs)[close].max(initial=0) <= 0.5


def _angles(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    way = []
    for lines in (one, other):
        xy = shapely.get_coordinates(lines).reshape(-1, 2, 2)
        way.append(np.degrees(np.arctan2(*(xy[:, 1] - xy[:, 0]).T)))
    turn = np.abs(way[0] - way[1]) % 180
    return np.minimum(turn, 180 - turn)


def test_at_the_usual_minimum_each_pair_has_its_reason(works: Works, found: Matches) -> None:
    usual = match(works[1], SETTINGS)
    kinds = usual.rows.drop_duplicates("match_id")["kind"].value_counts()
    pairs = found.rows["match_id"].nunique()
    assert kinds.get("shared", 0) + kinds.get("crossing", 0) + usual.left_out["below_minimum"] == pairs
    shared = usual.rows[usual.rows["kind"] == "shared"]
    assert (shared.groupby("chain")["shared_m"].sum() >= SETTINGS.min_shared_m).all()
    assert kinds["shared"] > 50 and kinds["crossing"] > 0


def test_a_crossing_says_how_far_the_two_run_together(works: Works, found: Matches) -> None:
    """What shares less than the minimum is a crossing where the two meet, with these metres; else it is left out."""
    usual = match(works[1], SETTINGS).rows
    crossing = usual[usual["kind"] == "crossing"].set_index("match_id")["short_m"].dropna()
    least = found.rows[found.rows["kind"] == "shared"].groupby("match_id")["shared_m"].sum()
    assert len(crossing) == {2359: 349}.get(len(works[0]), 5)
    assert np.allclose(crossing, least[crossing.index], atol=2e-3)
