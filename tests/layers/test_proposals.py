"""Proposals: versions, the one current route, two hands at once, and who sees what."""

import threading
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.city import City
from geo.errors import Conflict, Forbidden, NotFound
from layers.deliveries import Delivery, load_layer
from layers.people.audit import CONSOLE, page, verify
from layers.proposals import store
from layers.proposals.states import STATES, STEPS, after
from layers.proposals.store import Judged
from layers.rights.scope import NOTHING, Reach, Scope
from layers.route_store import route, routes_to_judge, routes_version
from layers.rows import column, rows, run
from tests.layers.conftest import WORK_CRS, X0, Y0


def judged(number: str = "WX", at: float = 0.0, length: float = 120.0, **given: Any) -> Judged:
    """A line going east from the corner of the town, as if a pack had found it exempt."""
    line = shapely.LineString([(X0 + at, Y0), (X0 + at + length, Y0)])
    frame = gpd.GeoDataFrame({"route_id": [number], **{k: [v] for k, v in given.items()}}, geometry=[line], crs=WORK_CRS)
    said = {
        "outcome": "exempt", "conditions": [], "could_be": "parallel", "could_be_conditions": [], "certainty": "text",
        "immediate": True, "length_m": length, "dug_m": length, "sum_length_m": length, "reasons": [], "owed": [], "waived": [],
        "missing": [], "pack": "test@1", "on": "2026-11-23",
    }  # fmt: skip
    return Judged(frame, None, dict(given), pd.DataFrame([said]), {"outcome": "exempt", "conditions": []}, [])


@dataclass
class Town:
    """A town with two companies, a person for each scope, and two districts side by side."""

    engine: sa.Engine
    gas: Scope
    heat: Scope
    window: Scope
    city: Scope
    west: Scope
    east: Scope
    applicant: Scope

    def draft(self, scope: Scope, title: str = "", **of: Any) -> dict[str, Any]:
        reserved = store.reserve(self.engine, 2026)
        return store.create(self.engine, scope, CONSOLE, reserved, title or reserved[1], judged(reserved[1], **of))

    def submit(self, scope: Scope, one: dict[str, Any], **of: Any) -> dict[str, Any]:
        return store.submit(self.engine, scope, CONSOLE, one["id"], one["revision"], judged(one["number"], **of), None)

    def current(self) -> list[int]:
        return [int(each) for each in routes_to_judge(self.engine)[0]["id"]]


@pytest.fixture
def place(engine: sa.Engine, town: City) -> Town:
    return settled(engine)


def settled(engine: sa.Engine) -> Town:
    with engine.begin() as connection:
        gas, heat = (
            column(connection, "INSERT INTO companies (name) VALUES (:name) RETURNING id", name=name)[0]
            for name in ("燃气公司", "热力公司")
        )
        ids = {}
        for login, role, company in (
            ("gas", "utility", gas), ("heat", "utility", heat), ("window", "window", None), ("urban", "urban", None),
            ("west", "urban_district", None), ("east", "urban_district", None), ("applicant", "applicant", None),
        ):  # fmt: skip
            ids[login] = column(
                connection,
                "INSERT INTO people (login, name, role, company, password) VALUES (:login, :login, :role, :company, '')"
                " RETURNING id",
                login=login, role=role, company=company,
            )[0]  # fmt: skip
    halves = [shapely.box(X0 - 100, Y0 - 100, X0 + 500, Y0 + 100), shapely.box(X0 + 500, Y0 - 100, X0 + 1100, Y0 + 100)]
    frame = gpd.GeoDataFrame({"district_id": ["1", "2"], "name": ["西区", "东区"]}, geometry=halves, crs=WORK_CRS)
    load_layer(engine, "districts", frame, Delivery())
    return Town(
        engine,
        Scope("company", "companies", gas, "", ids["gas"]),
        Scope("company", "companies", heat, "", ids["heat"]),
        Scope("city", "offices", 0, "", ids["window"]),
        Scope("city", "offices", 0, "", ids["urban"]),
        Scope("district", "offices", 0, "西区", ids["west"]),
        Scope("district", "offices", 0, "东区", ids["east"]),
        Scope("self", "others", 0, "", ids["applicant"]),
    )


# ── the life ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_grows_in_versions_and_each_stays_as_it_was(place: Town) -> None:
    first = place.draft(place.gas, "和平路支线", utility="gas")
    assert (first["state"], first["version"], first["districts"], first["mine"]) == ("draft", 1, ["西区"], True)
    again = store.save_version(
        place.engine, place.gas, CONSOLE, first["id"], first["revision"], judged(at=450, length=100), "移到路北"
    )
    assert (again["version"], again["districts"], again["revision"]) == (2, ["东区", "西区"], first["revision"] + 1)
    listed = store.versions(place.engine, place.gas, first["id"])
    assert [(v["number"], v["length_m"], v["note"]) for v in listed] == [(2, 100.0, "移到路北"), (1, 120.0, "")]
    kept = store.version(place.engine, place.gas, first["id"], 1)
    assert kept.geometry.length == pytest.approx(120) and kept.properties == {"utility": "gas"}
    assert not place.current()  # a draft is nobody's neighbour


def test_a_submitted_proposal_is_exactly_one_current_route(place: Town) -> None:
    draft = place.draft(place.gas)
    sent = place.submit(place.gas, draft)
    assert sent["state"] == "submitted" and place.current() == [sent["route"]]
    stored = route(place.engine, place.gas, sent["route"])
    assert stored.judged is not None and stored.judged["outcome"] == "exempt" and stored.verdict is not None
    assert stored.frame["route_id"].iloc[0] == sent["number"]
    said = rows(place.engine, "SELECT source, owner, rows_loaded, rows_expected FROM deliveries WHERE layer = 'routes'")
    assert said == [{"source": "外线通方案", "owner": "燃气公司", "rows_loaded": 1, "rows_expected": 1}]

    back = store.hand_back(place.engine, place.city, CONSOLE, sent["id"], sent["revision"], "请避让古树")
    assert back["state"] == "draft" and place.current() == [sent["route"]]
    longer = store.save_version(place.engine, place.gas, CONSOLE, sent["id"], back["revision"], judged(length=200))
    again = place.submit(place.gas, longer, length=200)
    assert again["route"] != sent["route"] and place.current() == [again["route"]]
    former = rows(place.engine, "SELECT state FROM deliveries WHERE layer = 'routes' ORDER BY id")
    assert [each["state"] for each in former] == ["replaced", "current"]

    before = routes_version(place.engine)
    gone = store.withdraw(place.engine, place.gas, CONSOLE, sent["id"], again["revision"], "项目取消")
    assert gone["state"] == "withdrawn" and place.current() == [] and routes_version(place.engine) > before
    open_again = store.reopen(place.engine, place.gas, CONSOLE, sent["id"], gone["revision"])
    assert open_again["state"] == "draft" and place.current() == []
    log = [(each["what"], each["person_name"]) for each in store.events(place.engine, place.gas, sent["id"])]
    assert log == [
        ("create", "gas"), ("submit", "gas"), ("return", "urban"), ("save", "gas"), ("submit", "gas"), ("withdraw", "gas"),
        ("reopen", "gas"),
    ]  # fmt: skip
    assert len(page(place.engine, action="proposal.")) == 7 and verify(place.engine).broken is None


def test_a_route_of_another_with_the_same_number_stays(place: Town) -> None:
    """Who types somebody else's number and project into a form replaces nothing of theirs."""
    same = {"applicant": "热力公司", "project": "P", "project_code": "C", "utility": "heat"}
    theirs = judged("H-1", **same).frame
    load_layer(place.engine, "routes", theirs, Delivery(owner="热力公司"))
    (before,) = place.current()
    draft = place.draft(place.gas)
    store.submit(place.engine, place.gas, CONSOLE, draft["id"], draft["revision"], judged("H-1", **same), date(2026, 11, 25))
    assert before in place.current() and len(place.current()) == 2


def test_a_submitted_one_is_not_edited(place: Town) -> None:
    sent = place.submit(place.gas, place.draft(place.gas))
    with pytest.raises(Conflict):
        store.save_version(place.engine, place.gas, CONSOLE, sent["id"], sent["revision"], judged())
    with pytest.raises(Conflict):
        place.submit(place.gas, sent)
    assert len(place.current()) == 1


@pytest.mark.parametrize("state", STATES)
def test_each_step_begins_where_it_may_and_nowhere_else(state: Any) -> None:
    for step, (begins, ends) in STEPS.items():
        if state in begins:
            assert after(state, step) == ends
        else:
            with pytest.raises(Conflict):
                after(state, step)


def test_the_log_is_never_changed(place: Town) -> None:
    place.draft(place.gas)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), place.engine.begin() as connection:
        run(connection, "UPDATE proposal_events SET what = 'x'")


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────


def together(*works: Any) -> list[Any]:
    """What each of several functions came to when all ran at the same moment: its answer or its error."""
    gate, out = threading.Barrier(len(works)), [None] * len(works)

    def go(at: int) -> None:
        gate.wait()
        try:
            out[at] = works[at]()
        except Exception as error:
            out[at] = error

    threads = [threading.Thread(target=go, args=(at,)) for at in range(len(works))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return out


def test_of_two_submits_one_wins_and_the_other_is_told(place: Town) -> None:
    for _ in range(5):
        draft = place.draft(place.gas)
        before = len(place.current())
        answers = together(*[lambda d=draft: place.submit(place.gas, d)] * 2)
        assert sorted(type(each).__name__ for each in answers) == ["Conflict", "dict"]
        assert len(place.current()) == before + 1


def test_numbers_are_given_once_to_however_many_at_once(place: Town) -> None:
    made = together(*[lambda: place.draft(place.gas)["number"]] * 8)
    assert len(set(made)) == 8 and all(each.startswith("WX2026-") for each in made)


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────


WHO = ("gas", "heat", "window", "city", "west", "east", "applicant")
AUTHORS = ("gas", "heat", "window", "applicant")
# how far it came, and whether a newer version was saved after it had been returned
LIVES = ("draft", "submitted", "returned", "returned and saved", "withdrawn", "withdrawn draft")


def lived(place: Town, author: str, at: float, life: str) -> dict[str, Any]:
    """A proposal that came this far."""
    scope: Scope = getattr(place, author)
    one = place.draft(scope, at=at)
    if life not in ("draft", "withdrawn draft"):
        one = place.submit(scope, one, at=at)
    if life.startswith("returned"):
        one = store.hand_back(place.engine, place.city, CONSOLE, one["id"], one["revision"], "补充")
    if life == "returned and saved":
        one = store.save_version(place.engine, scope, CONSOLE, one["id"], one["revision"], judged(at=at, length=90))
    if life.startswith("withdrawn"):
        one = store.withdraw(place.engine, scope, CONSOLE, one["id"], one["revision"])
    return one


def seen_by(who: str, author: str, at: float, life: str) -> int | None:
    """The newest version that somebody ought to see, worked out by hand; None: nothing at all."""
    newest = 2 if life == "returned and saved" else 1
    if who == author:
        return newest
    handed_in = life not in ("draft", "withdrawn draft")
    west, east = at < 500, at + 120 > 500
    reaches = {"city": True, "window": True, "west": west, "east": east}.get(who, False)
    return 1 if handed_in and reaches else None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(AUTHORS), st.sampled_from([0.0, 450.0, 700.0]), st.sampled_from(LIVES))
def test_everybody_sees_what_is_theirs_to_see_by_every_way(place: Town, author: str, at: float, life: str) -> None:
    one = lived(place, author, at, life)
    for who in WHO:
        scope: Scope = getattr(place, who)
        ought = seen_by(who, author, at, life)
        items = {each["id"]: each for each in store.listed(place.engine, scope, q=one["number"])["items"]}
        assert (items[one["id"]]["version"] if one["id"] in items else None) == ought, who
        if ought is None:
            for asked in (store.one, store.versions, store.version, store.events):
                with pytest.raises(NotFound):
                    asked(place.engine, scope, one["id"])
            with pytest.raises(NotFound):
                store.withdraw(place.engine, scope, CONSOLE, one["id"], one["revision"])
            with pytest.raises(NotFound):
                store.hand_back(place.engine, scope, CONSOLE, one["id"], one["revision"], "x")
            continue
        shown = store.one(place.engine, scope, one["id"])
        assert (shown["version"], shown["mine"]) == (ought, who == author)
        assert [each["number"] for each in store.versions(place.engine, scope, one["id"])] == [*range(ought, 0, -1)]
        assert store.version(place.engine, scope, one["id"]).number == ought
        with pytest.raises(NotFound):
            store.version(place.engine, scope, one["id"], ought + 1)
        if who != author:
            assert "save" not in [each["what"] for each in store.events(place.engine, scope, one["id"])]
            with pytest.raises(Forbidden):
                store.withdraw(place.engine, scope, CONSOLE, one["id"], one["revision"])


def test_what_the_window_enters_for_a_company_is_that_companys(place: Town) -> None:
    reserved = store.reserve(place.engine, 2026)
    one = store.create(place.engine, place.window, CONSOLE, reserved, "代办", judged(), company=place.gas.company)
    assert one["company_name"] == "燃气公司"
    assert store.one(place.engine, place.gas, one["id"])["mine"] and store.one(place.engine, place.window, one["id"])["mine"]
    for other in (place.heat, place.city, place.west, place.applicant, NOTHING):
        with pytest.raises(NotFound):
            store.one(place.engine, other, one["id"])
    with pytest.raises(NotFound):
        store.create(place.engine, place.window, CONSOLE, store.reserve(place.engine, 2026), "代办", judged(), company=10**9)


@pytest.mark.parametrize("reach", ["city", "district", "company", "self"])
def test_nobody_of_nowhere_sees_no_draft(place: Town, reach: Reach) -> None:
    """Somebody without a company, a district, an account is not the author of what has none."""
    one = place.draft(place.gas)
    with pytest.raises(NotFound):
        store.one(place.engine, Scope(reach, "others"), one["id"])
    sent = place.submit(place.gas, one)
    scope = Scope(reach, "others")
    if reach == "city":
        assert store.one(place.engine, scope, sent["id"])["mine"] is False
    else:
        with pytest.raises(NotFound):
            store.one(place.engine, scope, sent["id"])


def test_a_list_counts_what_it_could_show(place: Town) -> None:
    for life in LIVES:
        lived(place, "gas", 0.0, life)
    lived(place, "heat", 0.0, "submitted")
    mine = store.listed(place.engine, place.gas)
    assert mine["counts"] == {"draft": 3, "submitted": 1, "withdrawn": 2} and mine["total"] == 6
    assert store.listed(place.engine, place.gas, ["draft", "submitted"])["total"] == 4
    assert (
        store.listed(place.engine, place.city)["total"] == 5 and store.listed(place.engine, place.city, mine=True)["total"] == 0
    )
    assert len(store.listed(place.engine, place.gas, limit=2, offset=5)["items"]) == 1
    assert store.listed(place.engine, place.gas, q="100%")["total"] == 0
