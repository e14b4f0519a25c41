"""Rights in the database: whose pipes and whose routes somebody sees, by every door, with the index in use."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.city import City
from geo.errors import BadInput, NotFound
from geo.schema import LAYERS
from layers import queries
from layers.deliveries import Delivery, load_layer
from layers.features import feature, features, taken
from layers.people.accounts import Person, add_person
from layers.people.audit import CONSOLE
from layers.people.companies import change_company, companies, own_utility
from layers.people.offices import offices
from layers.rights.openings import AUDIENCES, DETAILS, OPENINGS_VERSION, open_pipes, openings
from layers.rights.reader import has_reader, reading
from layers.rights.scope import EVERYTHING, NOTHING, Scope, scope_of
from layers.tiles import _view, shapes, tile, tile_sql
from tests.layers.test_tiles import at

WORK_CRS = "EPSG:4547"
X0, Y0 = 530_000.0, 3_850_000.0
OWNERS = ("甲水务", "乙燃气", "丙供电", None)


def pipes(per_owner: int = 2) -> gpd.GeoDataFrame:
    """Pipes side by side, 1.2 km long, by owner; the last ones have none."""
    rows = [(f"{owner or '无'}-{k}", owner) for owner in OWNERS for k in range(per_owner)]
    lines = [shapely.LineString([(X0 + 10, Y0 + 10 + i), (X0 + 1210, Y0 + 10 + i)]) for i in range(len(rows))]
    return gpd.GeoDataFrame(
        {"pipe_id": [name for name, _ in rows], "owner": [owner for _, owner in rows], "utility": "water"},
        geometry=lines,
        crs=WORK_CRS,
    )


@pytest.fixture
def three(engine: sa.Engine, town: City) -> dict[str, int]:
    """Three companies with an engineer each, and their pipes; rows without owner were delivered by the third."""
    load_layer(engine, "pipes", pipes(), Delivery(owner="丙供电"))
    made = {}
    for k, name in enumerate(OWNERS[:3]):
        one, _ = add_person(engine, CONSOLE, f"engineer-{k}", "", "utility", company=str(name))
        made[str(name)] = int(one["company_id"])
    return made


def version(engine: sa.Engine) -> Any:
    with engine.connect() as connection:
        return connection.scalar(sa.text(OPENINGS_VERSION))


def engineer(three: dict[str, int], name: str) -> Scope:
    return Scope("company", "companies", three[name])


def points() -> gpd.GeoDataFrame:
    """A manhole at the beginning of each pipe, with its owner."""
    frame = pipes()
    frame["point_id"], frame["kind"] = "井" + frame["pipe_id"], "manhole"
    return frame.set_geometry(shapely.get_point(frame.geometry.to_numpy(), 0), crs=WORK_CRS).drop(columns="pipe_id")


def seen(engine: sa.Engine, scope: Scope, layer: str = "pipes") -> set[str]:
    """What somebody sees of pipes, which must be the same through every door."""
    key = str(LAYERS[layer].key)
    listed = {one["properties"][key] for one in features(engine, scope, layer, None, 1000)}
    assert listed == set(taken(engine, scope, layer, None)[key])
    everything = features(engine, EVERYTHING, layer, None, 1000)
    for one in everything:
        name, hidden = one["properties"][key], one["properties"][key] not in listed
        assert bool(queries.search(engine, scope, name)) != hidden
        if hidden:
            with pytest.raises(NotFound):
                feature(engine, scope, layer, one["id"])
        else:
            assert feature(engine, scope, layer, one["id"]) == one
    drawn = tile(engine, scope, layer, *at(20, 12, 15))
    assert {name for name in (one["properties"][key] for one in everything) if name.encode() in drawn} == listed
    near = json.loads(shapes(engine, scope, layer, *at(20, 12, 15)))["features"]
    assert {one["properties"][key] for one in near} == listed
    return listed


def test_a_company_sees_its_own_and_what_others_open(engine: sa.Engine, three: dict[str, int]) -> None:
    water = engineer(three, "甲水务")
    assert seen(engine, water) == {"甲水务-0", "甲水务-1"}
    assert seen(engine, engineer(three, "丙供电")) == {"丙供电-0", "丙供电-1", "无-0", "无-1"}  # its delivery's rows too
    open_pipes(engine, CONSOLE, three["乙燃气"], {"companies": "full"})
    assert seen(engine, water) == {"甲水务-0", "甲水务-1", "乙燃气-0", "乙燃气-1"}
    assert seen(engine, Scope("city", "offices")) == set() == seen(engine, NOTHING)
    open_pipes(engine, CONSOLE, three["乙燃气"], {"companies": "nothing", "offices": "full"})
    assert seen(engine, water) == {"甲水务-0", "甲水务-1"}
    assert seen(engine, Scope("city", "offices")) == {"乙燃气-0", "乙燃气-1"}
    assert len(seen(engine, EVERYTHING)) == 8


def test_manholes_are_seen_as_the_pipes_that_lead_to_them(engine: sa.Engine, three: dict[str, int]) -> None:
    load_layer(engine, "pipe_points", points(), Delivery(owner="丙供电"))
    who = [*(engineer(three, str(name)) for name in OWNERS[:3]), Scope("city", "offices"), NOTHING, EVERYTHING]

    def of_pipes(scope: Scope) -> set[str]:
        return {f"井{name}" for name in seen(engine, scope)}

    for opened in ({}, {"companies": "full"}, {"companies": "squares", "offices": "full"}, {"companies": "nothing"}):
        open_pipes(engine, CONSOLE, three["乙燃气"], opened)
        for scope in who:
            assert seen(engine, scope, "pipe_points") == of_pipes(scope), (opened, scope)
    assert of_pipes(who[2]) == {"井丙供电-0", "井丙供电-1", "井无-0", "井无-1"}  # rows without owner: their delivery's
    with reading(engine, who[0]) as connection:  # the second lock, where a view is forgotten
        told = set(connection.scalars(sa.text("SELECT point_id FROM pipe_points")))
    assert not has_reader(engine) or told == {"井甲水务-0", "井甲水务-1"}


def test_a_company_has_a_utility_where_all_its_pipes_are_of_one(engine: sa.Engine, three: dict[str, int]) -> None:
    none = int(add_person(engine, CONSOLE, "engineer-9", "", "utility", company="丁排水")[0]["company_id"])
    assert own_utility(engine, none) is None and own_utility(engine, three["乙燃气"]) == "water"
    load_layer(engine, "pipes", pipes(1).assign(owner=["乙燃气", "丁", "丁", "丁"], utility="gas"), Delivery(source="more"))
    assert own_utility(engine, three["乙燃气"]) is None
    change_company(engine, CONSOLE, none, ["丁"])
    assert own_utility(engine, none) == "gas"


def test_squares_tell_where_and_no_more(engine: sa.Engine, three: dict[str, int]) -> None:
    water, gas = engineer(three, "甲水务"), three["乙燃气"]
    assert features(engine, water, "pipe_squares", None, 100) == []
    open_pipes(engine, CONSOLE, gas, {"companies": "squares"})
    found = features(engine, water, "pipe_squares", None, 100)
    assert [one["properties"] for one in found] == [{"holder": "乙燃气"}] * 2  # 1,200 m reach into two of them
    shapes = taken(engine, water, "pipe_squares", None)
    assert np.allclose(shapes.area, 1e6) and np.allclose(shapes.bounds.to_numpy() % 1000, 0)
    assert seen(engine, water) == {"甲水务-0", "甲水务-1"}
    assert "乙燃气".encode() in tile(engine, water, "pipe_squares", *at(20, 12, 15))
    assert b"pipe_id" not in tile(engine, water, "pipe_squares", *at(20, 12, 15))
    inside = tile(engine, water, "pipe_squares", *at(500, 500, 18))
    assert "乙燃气".encode() not in inside  # no edge of the square comes by: none is drawn where the tile is cut


def test_squares_follow_the_deliveries(engine: sa.Engine, three: dict[str, int]) -> None:
    open_pipes(engine, CONSOLE, three["乙燃气"], {"offices": "squares"})
    office = Scope("city", "offices")
    assert len(features(engine, office, "pipe_squares", None, 100)) == 2
    load_layer(engine, "pipes", pipes().iloc[:2], Delivery(owner="丙供电"))  # the former rows of this owner are replaced
    assert features(engine, office, "pipe_squares", None, 100) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(AUDIENCES), st.sampled_from(DETAILS)), max_size=6))
def test_what_is_seen_is_what_was_opened_last(engine: sa.Engine, three: dict[str, int], said: list[tuple[int, str, Any]]) -> None:
    """Against the rule written down once more, for every kind of visitor."""
    for name in three.values():
        open_pipes(engine, CONSOLE, name, dict.fromkeys(AUDIENCES, "nothing"))
    opened: dict[tuple[str, str], str] = {}
    for who, audience, detail in said:
        open_pipes(engine, CONSOLE, three[str(OWNERS[who])], {audience: detail})
        opened[str(OWNERS[who]), audience] = detail
    for scope in (engineer(three, "甲水务"), Scope("city", "offices"), Scope("self", "others"), NOTHING):
        rows = taken(engine, scope, "pipes", None)
        wanted = set()
        for pipe, owner in zip(pipes()["pipe_id"], pipes()["owner"], strict=True):
            holder = owner if isinstance(owner, str) else "丙供电"
            own = scope.company == three[holder]
            if own or opened.get((holder, scope.audience)) == "full":
                wanted.add(pipe)
        assert set(rows["pipe_id"]) == wanted
        squares = {holder for (holder, audience), detail in opened.items() if (audience, detail) == (scope.audience, "squares")}
        mine = {name for name, number in three.items() if number == scope.company}
        assert set(taken(engine, scope, "pipe_squares", None)["holder"]) == squares - mine


def test_another_name_of_a_company_counts_and_belongs_to_one_alone(engine: sa.Engine, three: dict[str, int]) -> None:
    load_layer(engine, "pipes", pipes().assign(owner="市自来水公司"), Delivery(owner="丙供电"))
    assert [one["owner"] for one in companies(engine)["unclaimed"]] == ["市自来水公司"]
    water = engineer(three, "甲水务")
    assert seen(engine, water) == set()
    before = version(engine)
    change_company(engine, CONSOLE, three["甲水务"], ["市自来水公司"])
    assert len(seen(engine, water)) == 8 and companies(engine)["unclaimed"] == []
    assert version(engine) != before  # tiles that were kept are old
    for names in (["市自来水公司"], ["甲水务"]):
        with pytest.raises(Exception, match="甲水务"):
            change_company(engine, CONSOLE, three["乙燃气"], names)


def test_openings_are_checked_and_told(engine: sa.Engine, three: dict[str, int]) -> None:
    assert {openings(engine, three["甲水务"])[name] for name in AUDIENCES} == {"nothing"}
    with pytest.raises(BadInput):
        open_pipes(engine, CONSOLE, three["甲水务"], {"everybody": "full"})  # type: ignore[dict-item]
    with pytest.raises(NotFound):
        open_pipes(engine, CONSOLE, 10**6, {"offices": "full"})
    open_pipes(engine, CONSOLE, three["甲水务"], {"offices": "full"}, "水函〔2026〕3号")
    with engine.connect() as connection:
        told = connection.execute(sa.text("SELECT before, after FROM audit WHERE action = 'pipes.open'")).one()
    assert told.before["offices"] == "nothing" and told.after["offices"] == "full" and told.after["document"] == "水函〔2026〕3号"


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lines(engine: sa.Engine, three: dict[str, int]) -> None:
    shapes = [shapely.LineString([(X0 + x, Y0 + 500), (X0 + x + 100, Y0 + 500)]) for x in (0, 400, 2000)]
    who = ["甲水务", "乙燃气", "某建设单位"]
    load_layer(
        engine,
        "routes",
        gpd.GeoDataFrame({"route_id": ["W", "G", "D"], "applicant": who}, geometry=shapes, crs=WORK_CRS),
        Delivery(),
    )
    west = shapely.box(X0 - 100, Y0, X0 + 450, Y0 + 1000)
    load_layer(
        engine, "districts", gpd.GeoDataFrame({"district_id": ["1"], "name": ["西区"]}, geometry=[west], crs=WORK_CRS), Delivery()
    )


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (Scope("city", "offices"), {"W", "G", "D"}),
        (Scope("district", "offices", district="西区"), {"W", "G"}),
        (Scope("district", "offices", district="东区"), set()),
        (Scope("district", "offices"), set()),
        (Scope("self", "others", person=7), set()),
        (NOTHING, set()),
    ],
)
def test_routes_are_seen_as_far_as_one_reaches(engine: sa.Engine, scope: Scope, wanted: set[str]) -> None:
    see_routes(engine, scope, wanted)


@pytest.mark.usefixtures("lines")
def test_a_company_sees_its_own_routes(engine: sa.Engine, three: dict[str, int]) -> None:
    see_routes(engine, engineer(three, "甲水务"), {"W"})
    see_routes(engine, engineer(three, "丙供电"), set())


def see_routes(engine: sa.Engine, scope: Scope, wanted: set[str]) -> None:
    page = queries.routes(engine, scope)
    assert {one["route_id"] for one in page["items"]} == wanted and page["total"] == len(wanted)
    assert {one["properties"]["route_id"] for one in features(engine, scope, "routes", None, 10)} == wanted
    for one in queries.routes(engine, EVERYTHING)["items"]:
        assert bool([hit for hit in queries.search(engine, scope, one["route_id"]) if hit["kind"] == "route"]) == (
            one["route_id"] in wanted
        )
        if one["route_id"] in wanted:
            assert queries.route(engine, scope, one["id"]).id == one["id"]
        else:
            with pytest.raises(NotFound):
                queries.route(engine, scope, one["id"])


# ── the second lock, and the index ───────────────────────────────────────────────────────────────────────────────────


def test_the_reader_may_ask_little_and_writes_nothing(engine: sa.Engine, three: dict[str, int]) -> None:
    assert has_reader(engine)
    for table in ("people", "sessions", "tokens", "audit", "companies", "pipe_openings", "invitations", "quiet_plans", "jobs"):
        with reading(engine, EVERYTHING) as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text(f"SELECT count(*) FROM {table}"))
    with reading(engine, EVERYTHING) as connection, pytest.raises(sa.exc.DBAPIError, match=r"read-only|permission denied"):
        connection.execute(sa.text("DELETE FROM pipes"))


def test_row_security_holds_where_a_view_is_forgotten(engine: sa.Engine, three: dict[str, int]) -> None:
    with reading(engine, engineer(three, "甲水务")) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pipes")) == 2
    with reading(engine, NOTHING) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pipes")) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM routes")) == 0


def test_the_views_hold_without_the_reader(engine: sa.Engine, three: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.rights.reader.has_reader", lambda _: False)
    assert seen(engine, engineer(three, "甲水务")) == {"甲水务-0", "甲水务-1"}


def test_nobody_is_left_in_the_connection(engine: sa.Engine, three: dict[str, int]) -> None:
    with reading(engine, engineer(three, "甲水务")) as connection:
        assert connection.scalar(sa.text("SELECT current_setting('waixian.company')")) == str(three["甲水务"])
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT coalesce(current_setting('waixian.company', true), '')")) == ""
        assert connection.scalar(sa.text("SELECT current_user = session_user"))


def test_a_tile_of_pipes_is_made_with_the_index(engine: sa.Engine, town: City, three: dict[str, int]) -> None:
    random = np.random.default_rng(3)
    start = np.column_stack([random.uniform(X0, X0 + 8000, 20_000), random.uniform(Y0, Y0 + 8000, 20_000)])
    shapes = shapely.linestrings(start[:, None, :] + np.array([(0, 0), (60, 30)]))
    many = {"pipe_id": [f"p{i}" for i in range(20_000)], "owner": np.array(OWNERS[:3])[np.arange(20_000) % 3]}
    load_layer(engine, "pipes", gpd.GeoDataFrame(many, geometry=shapes, crs=WORK_CRS), Delivery(owner="全部"))
    view = _view(town, *at(1000, 1000, 16))
    assert view is not None
    with reading(engine, engineer(three, "甲水务")) as connection:
        plan = "\n".join(connection.scalars(sa.text(f"EXPLAIN {tile_sql('pipes', view)}")))
    assert "pipes_geometry_current" in plan and "Seq Scan on pipes" not in plan, plan


def test_scopes_of_roles() -> None:
    def who(role: str, company: int | None = None, district: str | None = None) -> Scope:
        return scope_of(Person(5, "x", "x", role, None, district, frozenset(), company_id=company))

    assert who("utility", 3) == Scope("company", "companies", 3, person=5)
    assert who("urban_district", district="西区").reach == "district" and who("admin").keeper
    assert who("applicant").reach == "self" and who("nobody") == NOTHING
    for role in offices().roles:
        assert who(role).keeper == (role == "admin")
    # the cache of tiles: two people of one class see the same
    assert who("urban").pipes == who("lead").pipes != who("utility", 3).pipes != who("utility", 4).pipes
    assert who("applicant").proposals == "self.5"
