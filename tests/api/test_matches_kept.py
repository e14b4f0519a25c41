"""Matches in the database: one record for each pair, a version only where something is different, and nothing lost."""

import json
import math
import threading
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.digs.rematch import rematch
from geo.columns import frame_of
from layers.digs.match_lists import Asked, match, matches, works
from layers.digs.match_store import standing
from layers.digs.news import listen
from layers.rights.scope import EVERYTHING
from layers.tiles import tile
from tests.api.dig_town import DigTown, along, loose
from tests.geo.works_town import town, work
from tests.layers.test_tiles import decoded
from tests.packs.asked import PACK
from tests.packs.places import line


@pytest.fixture
def place(engine: sa.Engine) -> DigTown:
    return DigTown.new(engine)


def two(place: DigTown) -> None:
    """A and B share 100 m of Long Street; C crosses them."""
    place.load(
        work("A", along(50, 250), "甲"), work("B", along(150, 350, -5), "乙", "2026-12-10", "2027-01-10"),
        work("C", line((300, -100), (300, 100)), "丙"),
    )  # fmt: skip


def test_every_pair_is_one_record_from_either_side(place: DigTown) -> None:
    two(place)
    run = place.rematch()
    assert (run.scope, run.works, run.opened, run.closed) == ("all", 3, 2, 0)
    found = place.valid()
    assert set(found) == {"A B", "B C"}
    ab = found["A B"]
    assert (ab["kind"], ab["shared_m"], ab["days_in_common"], ab["status"]) == ("shared", 100.0, 11, "together")
    assert (ab["version"], ab["change"], ab["road_names"], ab["same_party"]) == (1, {"new": True}, ["长街"], False)
    assert found["B C"]["kind"] == "crossing" and found["B C"]["shared_m"] is None
    for asked in ("A", "B"):
        (seen,) = [one for one in matches(place.engine, EVERYTHING, Asked(work=asked), 10, 0)["items"] if one["kind"] == "shared"]
        assert seen["match_id"] == ab["match_id"] and seen["shared_m"] == 100.0
        assert (seen["a"]["party"], seen["b"]["party"]) == ("甲", "乙")


def test_the_same_again_writes_nothing(place: DigTown) -> None:
    two(place)
    place.rematch()
    before = place.rows("SELECT * FROM matches ORDER BY id"), place.rows("SELECT * FROM works ORDER BY work_id")
    again = place.rematch()
    assert not again.changed and not again.opened
    whole = place.rematch(everything=True)
    assert (whole.opened, whole.closed, whole.touched) == (0, 0, [])
    two(place)  # the same routes in another file: their rows are new, and say what they said
    place.rematch()
    after = place.rows("SELECT * FROM matches ORDER BY id"), place.rows("SELECT * FROM works ORDER BY work_id")
    assert after[0] == before[0]
    said = [
        [{k: v for k, v in row.items() if k not in ("route", "changed_at", "gone_at")} for row in rows]
        for rows in (before[1], after[1])
    ]
    assert said[0] == said[1]


def test_a_change_of_shape_dates_or_rules_is_a_version_with_what_changed(place: DigTown) -> None:
    two(place)
    place.rematch()
    place.load(work("A", along(50, 200), "甲"))
    shape = place.rematch()
    assert shape.scope == "changed" and shape.changed == ["A"] and shape.opened == 1
    assert place.valid()["A B"]["change"] == {"shared_m": [100.0, 50.0]}
    place.load(work("A", along(50, 200), "甲", "2026-12-01", "2026-12-05"))
    place.rematch()
    days = place.valid()["A B"]["change"]
    assert days["days_in_common"] == [11, 0] and days["status"] == ["together", "apart"] and days["note"] == [None, "repeat"]
    stricter = PACK.data.coordination.model_copy(update={"min_shared_m": 60.0})
    pack = type(PACK)(PACK.data.model_copy(update={"coordination": stricter}))
    run = rematch(place.engine, place.city, pack)
    assert run is not None and (run.scope, run.opened, run.closed) == ("all", 0, 1)
    assert "A B" not in place.valid()
    place.rematch()
    history = match(place.engine, EVERYTHING, days_id := place.valid()["A B"]["match_id"])["history"]
    assert [(one["version"], one["ended"]) for one in history] == [(4, None), (3, "gone"), (2, "changed"), (1, "changed")]
    assert history[0]["change"] == {"again": True} and days_id
    assert all(history[k]["valid_from"] >= (history[k + 1]["valid_to"] or history[k]["valid_from"]) for k in range(3))


def test_a_road_that_moves_changes_what_lies_on_it(place: DigTown) -> None:
    two(place)
    place.rematch()
    rows = frame_of(town().layer("roads"))
    place.roads(rows.assign(name=["新街", "长街", "横街"]))
    run = place.rematch()
    assert run.scope == "all"
    assert place.valid()["A B"]["road_names"] == ["新街"]


def test_only_pairs_of_a_moved_work_are_looked_at_again(place: DigTown) -> None:
    """Whatever changes, looking at what changed finds what looking at everything would."""
    two(place)
    place.load(work("D", along(420, 700), "丁"), work("E", along(500, 760, 9), "戊"))
    place.rematch()
    steps = [
        [work("A", along(100, 320), "甲")],
        [work("E", along(210, 520, 9), "戊")],
        [work("C", along(0, 390, -9), "丙"), work("B", along(150, 350, -5), "乙", "2027-03-01", "2027-03-10")],
        [work("F", line((0, 200), (300, 200)), "己"), work("G", line((0, 203), (300, 203)), "庚")],
    ]
    for works_now in steps:
        place.load(*works_now)
        assert place.rematch().scope == "changed"
        found = place.valid()
        whole = place.rematch(everything=True)
        assert (whole.opened, whole.closed) == (0, 0), whole.touched
        assert place.valid() == found


def test_a_work_that_is_gone_takes_its_matches_with_it_and_comes_back_as_itself(place: DigTown) -> None:
    two(place)
    place.events(
        {
            "event_id": "P1",
            "kind": "paving",
            "name": "长街铺装",
            "start": "2027-02-01",
            "end": "2027-03-01",
            "geometry": along(0, 390, 0),
        }
    )
    place.rematch()
    assert "A event-P1" in place.valid()
    place.events(
        {
            "event_id": "F1",
            "kind": "festival",
            "name": "灯会",
            "start": "2027-02-01",
            "end": "2027-03-01",
            "geometry": along(0, 390, 0),
        }
    )
    run = place.rematch()
    assert run.gone == ["event-P1"] and run.closed >= 2
    assert not [pair for pair in place.valid() if "event-P1" in pair]
    gone = matches(place.engine, EVERYTHING, Asked(work="event-P1", gone=True), 10, 0)["items"]
    assert gone and all(one["gone_at"] for one in gone)
    assert works(place.engine, EVERYTHING, Asked(), 10, 0)["counts"] == {"route": 3}


def test_numbers_that_are_used_twice_stay_apart_and_stay_themselves(place: DigTown) -> None:
    place.load(work("A", along(50, 250), "甲"))
    place.rematch()
    place.load(work("A", along(100, 300, -5), "乙"))  # another applicant: another work of the same number
    place.rematch()
    assert set(place.valid()) == {"A A#2"}
    place.load(work("A", along(50, 260), "甲"))
    place.rematch()
    parties = {row["work_id"]: row["party"] for row in place.rows("SELECT * FROM works")}
    assert parties == {"A": "甲", "A#2": "乙"}


def test_filters_ask_what_they_say(place: DigTown) -> None:
    two(place)
    place.rematch()
    found = matches(place.engine, EVERYTHING, Asked(), 10, 0)
    assert found["total"] == 2 and found["counts"] == {"kind": {"shared": 1, "crossing": 1}, "status": {"together": 1}}

    def total(**asked: object) -> int:
        return int(matches(place.engine, EVERYTHING, Asked(**asked), 10, 0)["total"])

    assert total(kind=["shared"]) == 1 and total(kind=["crossing"], status=["apart"]) == 0
    assert total(party="丙") == 1 and total(party="无此单位") == 0
    assert total(road="长街") == 2 and total(road="横街") == 0
    assert total(since=date(2020, 1, 1)) == 2 and total(since=date(2099, 1, 1)) == 0
    box = found["items"][0]["bbox"]
    assert total(bbox=tuple(box)) >= 1 and total(bbox=(100.0, 30.0, 100.1, 30.1)) == 0
    listed = works(place.engine, EVERYTHING, Asked(kind=["route"], q="a"), 10, 0)
    assert [one["work_id"] for one in listed["items"]] == ["A"] and listed["items"][0]["matches"] == 1


def test_two_runs_at_once_are_one_after_the_other(place: DigTown) -> None:
    two(place)
    city, errors = place.city, []

    def run() -> None:
        try:
            rematch(place.engine, city, PACK)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(place.rows("SELECT * FROM match_runs")) == 1 and len(place.rows("SELECT * FROM matches")) == 2


def test_a_change_is_told(place: DigTown, empty_database: str) -> None:
    two(place)
    heard: list[str] = []
    ready = threading.Event()

    def hear() -> None:
        news = listen(empty_database, 5.0)
        ready.set()
        heard.append(next(news, ""))
        news.close()

    listener = threading.Thread(target=hear)
    listener.start()
    ready.wait()
    while listener.is_alive():  # until the listener listens: news that came before are not told
        place.rematch(everything=True)
        listener.join(0.2)
    assert heard[0].startswith("matches ")


def test_undated_works_match_and_say_so(place: DigTown) -> None:
    place.load(work("A", along(50, 250), "甲", None, None), loose("B", along(100, 300, -5), "乙", "2026-12-01", "2026-12-31"))
    place.rematch()
    one = place.valid()["A B"]
    assert one["status"] == "undated" and one["days_in_common"] is None


def test_tiles_show_works_and_what_they_share_and_forget_what_is_gone(place: DigTown, tmp_path: Path) -> None:
    two(place)
    place.rematch()
    one = match(place.engine, EVERYTHING, place.valid()["A B"]["match_id"])
    (lon, lat), *_ = one["rows"][0]["geometry"]["coordinates"]
    spot = at_zoom(lon, lat, 15)
    works_seen = decoded(tile(place.engine, EVERYTHING, "works", *spot), spot, tmp_path)["works"]
    assert set(works_seen["work_id"]) == {"A", "B", "C"} and set(works_seen.columns) >= {
        "party",
        "utility",
        "firm",
        "route",
        "kind",
    }
    seen = decoded(tile(place.engine, EVERYTHING, "matches", *spot), spot, tmp_path)["matches"]
    assert set(zip(seen["a"], seen["b"], seen["kind"], strict=True)) == {("A", "B", "shared"), ("B", "C", "crossing")}
    assert set(seen.geometry.geom_type) == {"LineString", "Point"} and seen["shared_m"].max() == 100.0
    place.load(work("A", line((100, 290), (190, 290)), "甲"))
    place.rematch()
    seen = decoded(tile(place.engine, EVERYTHING, "matches", *spot), spot, tmp_path)["matches"]
    assert set(seen["kind"]) == {"crossing"}
    far = at_zoom(lon, lat, 6)
    assert "works" in decoded(tile(place.engine, EVERYTHING, "works", *far), far, tmp_path)


def at_zoom(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile over a place."""
    n = 2**z
    return z, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def test_the_command_and_a_load_bring_them_up_to_date(
    place: DigTown, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from app import main

    monkeypatch.setenv("DATABASE_URL", empty_database)
    two(place)
    assert main(["rematch"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"run": 1, "works": 3, "opened": 2, "closed": 0, "changed": 0}
    file = tmp_path / "more.geojson"
    more = work("Z", along(60, 200, 9), "庚").to_crs("EPSG:4326").assign(start="2026-12-01", end="2026-12-20")
    file.write_text(more[["route_id", "applicant", "start", "end", "geometry"]].to_json(), encoding="utf-8")
    assert main(["load", "routes", str(file)]) in (0, 1)
    assert {"A Z", "B Z"} <= set(place.valid())
    capsys.readouterr()
    assert main(["rematch", "--all"]) == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (again["works"], again["opened"], again["closed"]) == (4, 0, 0)


def test_a_load_tells_what_changed_even_if_the_server_was_first(
    place: DigTown, empty_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.commands.rematch import matched
    from app import house

    monkeypatch.setenv("DATABASE_URL", empty_database)
    two(place)
    place.load(work("D", along(420, 700), "丁"))
    place.rematch()
    before = standing(place.engine)
    place.load(
        work("A", along(50, 200), "甲"), work("E", along(500, 760, 9), "戊"), work("C", line((300, 900), (300, 960)), "丙")
    )
    place.rematch()  # the server's worker
    with house().database() as engine:
        matched(house(), engine, before)
    assert "新 new 1，变 changed 1，止 gone 1" in capsys.readouterr().err
