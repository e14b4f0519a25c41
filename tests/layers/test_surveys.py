"""Joint surveys in the store: who calls one, its states, and a journal that keeps everything once and in one order."""

import hashlib
import threading
import uuid
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from geo.city import City
from geo.errors import BadInput, Conflict, Forbidden, NotFound, UnreadableMedia
from layers.people.accounts import Person, add_person, by_login, person_of
from layers.people.audit import CONSOLE
from layers.survey import files, journal, store
from layers.survey.files import Handed, found, keep
from layers.survey.positions import limits, track
from layers.survey.states import STATES, STEPS, after
from layers.survey.store import Call
from tests.photos import AT, photo, written

SITE = {"type": "Point", "coordinates": [114.35, 34.79]}


def person(engine: sa.Engine, login: str, role: str, company: str = "") -> Person:
    add_person(engine, CONSOLE, login, login, role, company)
    return person_of(by_login(engine, login))


@pytest.fixture
def lead(engine: sa.Engine, town: City) -> Person:
    return person(engine, "lead", "lead")


@pytest.fixture
def room(engine: sa.Engine, lead: Person) -> dict[str, Any]:
    """An open survey with its organiser and a planner."""
    made = store.call(engine, lead, CONSOLE, Call("user_site", "remote", "示范小区接水", SITE))
    person(engine, "plan", "planning")
    store.invite(engine, lead, CONSOLE, made["id"], "plan")
    store.step(engine, lead, CONSOLE, made["id"], "agree", datetime(2026, 12, 1, 1, tzinfo=UTC))
    return store.step(engine, lead, CONSOLE, made["id"], "open")


def say(engine: sa.Engine, room: dict[str, Any], at: int, client_id: str | None = None, words: str = "") -> dict[str, Any]:
    with engine.begin() as connection:
        who = room["participants"][at]["id"]
        return journal.add(connection, room["id"], who, "note", client_id or str(uuid.uuid4()), {"words": words})


def test_each_step_begins_where_it_may_and_nowhere_else() -> None:
    for step, (begins, ends) in STEPS.items():
        for state in STATES:
            if state in begins:
                assert after(state, step) == ends
            else:
                with pytest.raises(Conflict):
                    after(state, step)


def test_a_survey_is_called_by_its_office_inside_the_city(engine: sa.Engine, lead: Person) -> None:
    with pytest.raises(Forbidden):
        store.call(engine, lead, CONSOLE, Call("approval", "mixed", "x", SITE))
    with pytest.raises(BadInput, match="outside"):
        store.call(engine, lead, CONSOLE, Call("user_site", "mixed", "x", {"type": "Point", "coordinates": [34.79, 89.0]}))
    ring = [[114.35, 34.79], [114.36, 34.80], [114.36, 34.79], [114.35, 34.80], [114.35, 34.79]]
    with pytest.raises(BadInput, match="cross"):
        store.call(engine, lead, CONSOLE, Call("user_site", "mixed", "x", {"type": "Polygon", "coordinates": [ring]}))
    with pytest.raises(NotFound):
        store.call(engine, lead, CONSOLE, Call("user_site", "mixed", "x", SITE, proposal=99))
    made = store.call(engine, lead, CONSOLE, Call("user_site", "mixed", "x", SITE, case_id="A-1"))
    assert (made["state"], made["case_id"], made["organiser"]) == ("planned", "A-1", lead.id)
    assert made["site"]["coordinates"] == pytest.approx(SITE["coordinates"], abs=1e-7)


def test_only_who_takes_part_knows_of_it_and_the_organiser_leads(engine: sa.Engine, lead: Person, room: dict[str, Any]) -> None:
    planner, stranger = person_of(by_login(engine, "plan")), person(engine, "other", "urban")
    assert [each["id"] for each in store.mine(engine, planner, 10, 0)] == [room["id"]]
    assert store.mine(engine, stranger, 10, 0) == []
    for number in (room["id"], 10**6):
        with pytest.raises(NotFound):
            store.one(engine, stranger, number)
    with pytest.raises(Forbidden):
        store.step(engine, planner, CONSOLE, room["id"], "close")
    assert store.step(engine, lead, CONSOLE, room["id"], "close")["ended_at"] is not None
    with pytest.raises(Conflict):
        say(engine, room, 0)


def test_agreeing_takes_a_time(engine: sa.Engine, lead: Person) -> None:
    made = store.call(engine, lead, CONSOLE, Call("user_site", "remote", "x", SITE))
    with pytest.raises(BadInput, match="agreed_for"):
        store.step(engine, lead, CONSOLE, made["id"], "agree")
    assert store.one(engine, lead, made["id"])["state"] == "planned"


def test_what_is_sent_twice_is_kept_once(engine: sa.Engine, room: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    first, again = say(engine, room, 0, key, "第一次"), say(engine, room, 0, key, "第二次")
    assert first == again and first["detail"] == {"words": "第一次"}
    with pytest.raises(Conflict):
        say(engine, room, 1, key)
    assert [each["seq"] for each in journal.events(engine, room["id"])] == [1]


def test_numbers_have_no_gaps_however_many_write(engine: sa.Engine, room: dict[str, Any]) -> None:
    writers = [threading.Thread(target=lambda at=at: [say(engine, room, at % 2) for _ in range(10)]) for at in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [each["seq"] for each in journal.events(engine, room["id"])] == list(range(1, 61))
    assert [each["seq"] for each in journal.events(engine, room["id"], after=58)] == [59, 60]


def test_the_journal_cannot_be_changed(engine: sa.Engine, room: dict[str, Any]) -> None:
    say(engine, room, 0)
    for statement in ("UPDATE survey_events SET kind = 'pin'", "DELETE FROM survey_events", "TRUNCATE survey_events"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_who_was_removed_writes_and_sees_nothing(engine: sa.Engine, lead: Person, room: dict[str, Any]) -> None:
    planner, (own, theirs) = person_of(by_login(engine, "plan")), [each["id"] for each in room["participants"]]
    assert store.joins(engine, planner, room["id"]) == theirs == store.joins(engine, planner, room["id"])
    with pytest.raises(Conflict):
        store.remove(engine, lead, CONSOLE, room["id"], own)
    with pytest.raises(NotFound):
        store.remove(engine, lead, CONSOLE, room["id"], 10**6)
    for _ in range(2):
        store.remove(engine, lead, CONSOLE, room["id"], theirs)
    with pytest.raises(Forbidden):
        say(engine, room, 1)
    with pytest.raises(NotFound):
        store.joins(engine, planner, room["id"])
    assert [each["kind"] for each in journal.events(engine, room["id"])] == ["joined", "removed"]


def test_a_file_is_kept_once_with_its_event_and_found_again(
    engine: sa.Engine, lead: Person, room: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, own, folder = photo(), room["participants"][0]["id"], tmp_path / "files"
    said = Handed("photo", str(uuid.uuid4()), (114.31, 34.79), 6.0, 350.0, "井盖", AT)
    event = keep(engine, folder, room["id"], own, said, written(tmp_path, content))
    assert (event["kind"], event["detail"]["bytes"], event["detail"]["shown"]) == ("photo", len(content), True)
    assert event["detail"]["sha256"] == hashlib.sha256(content).hexdigest() and event["detail"]["exif"]["apart_m"] < 1
    assert keep(engine, folder, room["id"], own, said, written(tmp_path, content)) == event
    with pytest.raises(Conflict):  # another's id
        keep(engine, folder, room["id"], room["participants"][1]["id"], said, written(tmp_path, content))
    file = event["detail"]["file"]
    assert found(engine, folder, room["id"], file, "original").path.read_bytes() == content
    assert found(engine, folder, room["id"], file, "thumb").media_type == "image/jpeg"
    with pytest.raises(NotFound):
        found(engine, folder, room["id"] + 1, file, "view")
    with pytest.raises(UnreadableMedia):
        keep(engine, folder, room["id"], own, Handed("photo", str(uuid.uuid4())), written(tmp_path, b"MZ"))
    assert journal.events(engine, room["id"])[-1]["seq"] == event["seq"]
    for more, full in ((len(content), False), (len(content) - 1, True)):  # of a room that takes one more, and not quite
        files_mb = (2 * len(content) if full else len(content)) + more
        monkeypatch.setattr(files, "limits", lambda most=files_mb: limits().model_copy(update={"files_mb": most / 1e6}))
        with pytest.raises(Conflict, match="takes no more") if full else nullcontext():
            keep(engine, folder, room["id"], own, Handed("photo", str(uuid.uuid4())), written(tmp_path, content))
    assert keep(engine, folder, room["id"], own, said, written(tmp_path, content)) == event  # what it has it still tells
    store.step(engine, lead, CONSOLE, room["id"], "close")
    with pytest.raises(Conflict, match="not open"):
        keep(engine, folder, room["id"], own, Handed("photo", str(uuid.uuid4())), written(tmp_path, content))


def test_only_units_conclude_under_their_own_name_and_closing_says_who_is_silent(
    engine: sa.Engine, lead: Person, room: dict[str, Any]
) -> None:
    water = person(engine, "water", "utility", "示范水务")
    joined = store.invite(engine, lead, CONSOLE, room["id"], "water")["participants"][-1]["id"]
    own = room["participants"][0]["id"]

    def conclude(who: int, **detail: Any) -> dict[str, Any]:
        with engine.begin() as connection:
            return journal.add(connection, room["id"], who, "conclusion", str(uuid.uuid4()), detail)

    with pytest.raises(Forbidden):  # the lead organises and concludes nothing
        conclude(own, unit="water", answer="feasible")
    for wrong in ({"answer": "maybe"}, {"answer": "not_feasible"}, {"answer": "needs_visit", "reason": "  "}, {}):
        with pytest.raises(BadInput):
            conclude(joined, **wrong)
    with pytest.raises(Conflict, match="have not concluded"):
        store.step(engine, lead, CONSOLE, room["id"], "close")
    assert store.one(engine, water, room["id"])["state"] == "open"
    kept = conclude(joined, unit="somebody else", answer="needs_visit", reason="阀门井须开盖", more=1)["detail"]
    assert kept == {"unit": "示范水务", "answer": "needs_visit", "reason": "阀门井须开盖"}
    closed = store.step(engine, lead, CONSOLE, room["id"], "close", without="not needed")
    assert (closed["state"], closed["closed_without"]) == ("closed", None)


def test_a_survey_closed_over_silent_units_keeps_whose_and_why(engine: sa.Engine, lead: Person, room: dict[str, Any]) -> None:
    person(engine, "water", "utility", "示范水务")
    store.invite(engine, lead, CONSOLE, room["id"], "water")
    closed = store.step(engine, lead, CONSOLE, room["id"], "close", without="用户改期")
    assert closed["closed_without"] == {"units": ["示范水务"], "reason": "用户改期"}


def test_a_doubted_position_is_kept_marked_and_no_trail_runs_through_it(engine: sa.Engine, room: dict[str, Any]) -> None:
    own, began = room["participants"][0]["id"], datetime(2026, 12, 1, 1, tzinfo=UTC)
    north = 110_911.0  # metres in a degree of latitude, where the site lies

    def stand(metres: float, after_s: float, **more: Any) -> dict[str, Any]:
        place = {"lon": 114.35, "lat": 34.79 + metres / north, "accuracy_m": 5, **more}
        with engine.begin() as connection:
            at = began + timedelta(seconds=after_s)
            detail = journal.add(connection, room["id"], own, "position", str(uuid.uuid4()), place, at)["detail"]
        return {name: value for name, value in detail.items() if name in ("far_m", "jump")}

    assert track(engine, room["id"], own)["geometry"] is None
    assert stand(0, 0, jump=True, far_m=9) == {}  # what the sender says of it is not believed
    assert stand(495, 10) == {}
    assert stand(1005, 20) == {"jump": True}  # 51 m/s
    assert stand(1500, 40) == {}  # from the last that was believed
    assert stand(1990, 50) == {}
    assert stand(2010, 60)["far_m"] == pytest.approx(2010, abs=2)
    assert stand(1990, 61) == {}
    told = track(engine, room["id"], own)
    assert len(told["geometry"]["coordinates"]) == len(told["properties"]["times"]) == 5 and told["properties"]["left_out"] == 2
    for wrong in ({"lon": 200.0, "lat": 3.0}, {"lat": 3.0}, {"lon": "a", "lat": True}, {"lon": 10**400, "lat": 1}):
        with pytest.raises(BadInput), engine.begin() as connection:
            journal.add(connection, room["id"], own, "position", str(uuid.uuid4()), wrong)
    with pytest.raises(NotFound):
        track(engine, room["id"] + 1, own)
