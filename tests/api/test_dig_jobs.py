"""What the worker does for joint digs, even if it dies over it: silence after a deadline, long plans, new matches."""

import time
from datetime import date
from typing import ClassVar

import pytest

from api.digs import plan_desk
from api.jobs.orders import PLAN
from layers import jobs
from layers.digs.store import NewPlan, plan_waits, queue_plan
from tests.api.dig_journeys import ON, Journey, journey
from tests.api.dig_town import loose, on_street
from tests.api.job_tools import wait
from tests.geo.works_town import work
from tests.packs.asked import PACK

__all__ = ["journey"]


def test_silence_after_the_deadline_is_taken_up_by_the_worker_after_its_restart(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    first, *_ = tokens.values()
    assert journey.say(first, "joins").status_code == 200
    journey.server.stop_workers()
    journey.town.change("UPDATE invitations SET deadline = :past WHERE dig = :dig", past=date(2026, 1, 5), dig=dig["id"])
    late = journey.client.get(f"/api/invitations/{list(tokens.values())[1]}").json()
    assert late["late"] and not late["can_answer"]
    refused = journey.say(list(tokens.values())[1], "joins")
    assert refused.status_code == 409 and refused.json()["context"]["deadline"] == "2026-01-05"
    journey.server.start_workers()
    journey.server.kill_worker()  # whoever dies over it: what is due stands in the database
    end = time.monotonic() + 90
    while journey.dig(dig["id"])["state"] == "asking":
        assert time.monotonic() < end
        time.sleep(0.2)
    after = journey.dig(dig["id"])
    assert after["state"] == "failed" and sorted(one["state"] for one in after["answers"]) == ["joins", "withdrawn"]
    assert journey.log(dig["id"]).count(("withdrawn", list(tokens)[1])) == 1


def test_a_plan_made_by_a_job_outlives_its_worker(journey: Journey) -> None:
    k = next(journey.streets)
    many = [
        loose(
            f"M{k}-{i}",
            on_street(k, 10 * i, 10 * i + 150, i % 10),
            f"单位{i % 7}",
            "2026-12-01",
            "2027-02-26",
            4 + i % 9,
            shift_days=5,
        )
        for i in range(40)
    ]
    journey.town.load(*many)
    journey.town.rematch()
    settings = PACK.data.coordination.model_dump(mode="json")
    asked = NewPlan(
        date.fromisoformat(ON), PACK.label, {"work_ids": [f"M{k}-0"] + [f"M{k}-{i}" for i in range(1, 40)]}, settings, "test"
    )
    plan_id = queue_plan(journey.town.engine, asked)
    job = jobs.enqueue(journey.town.engine, PLAN, {"plan": plan_id, "pack": PACK.label})
    plan_waits(journey.town.engine, plan_id, job)
    end = time.monotonic() + 120
    while jobs.job(journey.town.engine, job).state == "queued":
        assert time.monotonic() < end
        time.sleep(0.01)
    journey.server.kill_worker()
    while journey.client.get(f"/api/plans/{plan_id}").json()["state"] == "queued":
        assert time.monotonic() < end
        time.sleep(0.2)
    plan = journey.client.get(f"/api/plans/{plan_id}").json()
    assert plan["state"] == "done" and len(plan["works"]) == 40 and plan["violations"] == []
    assert jobs.job(journey.town.engine, job).attempt >= 1


def test_a_job_that_was_given_up_is_a_plan_that_failed(journey: Journey) -> None:
    a, _ = journey.two()
    settings = PACK.data.coordination.model_dump(mode="json")
    plan_id = queue_plan(journey.town.engine, NewPlan(date.fromisoformat(ON), PACK.label, {"work_ids": [a]}, settings, "test"))
    job = jobs.enqueue(journey.town.engine, PLAN, {"plan": plan_id, "pack": "no-such-pack@1"})
    plan_waits(journey.town.engine, plan_id, job)
    end = time.monotonic() + 60
    while (shown := journey.client.get(f"/api/plans/{plan_id}").json())["state"] == "queued":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert shown["state"] == "failed" and "no-such-pack" in shown["error"]["zh"]
    tried = journey.client.post(f"/api/plans/{plan_id}/preview", json={"moves": {a: ON}})
    assert tried.status_code == 409 and tried.json()["context"]["state"] == "failed"


def ordered(journey: Journey, monkeypatch: pytest.MonkeyPatch, work: str) -> tuple[str, str]:
    """A plan that is made by a job, as one of more than 200 works is; its id and that of the job."""
    monkeypatch.setattr(plan_desk, "MOST_AT_ONCE", 1)
    order = plan_desk.Order(date.fromisoformat(ON), {"work_ids": [work]}, {}, "test")
    plan_id, job = plan_desk.make(journey.town.engine, journey.town.city, PACK, order)
    assert job is not None
    return plan_id, job


def test_how_far_the_job_of_a_plan_is(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for like any other job, before and after it is taken, whoever does it."""
    a, _ = journey.two()
    journey.server.stop_workers()
    try:
        plan_id, job = ordered(journey, monkeypatch, a)
        waits = journey.client.get(f"/api/jobs/{job}").json()
        assert (waits["state"], waits["kind"], waits["plan"], waits["works"]) == ("queued", "plan", plan_id, 2)
        assert waits["file"] is None and waits["downloads"] == {} and waits["phase"]["en"] == "waiting"
        assert journey.client.get(f"/api/plans/{plan_id}").json()["job"] == job
    finally:
        journey.server.start_workers()
    journey.server.kill_worker()
    done = wait(journey.client, f"/api/jobs/{job}")
    assert (done["state"], done["done"], done["total"], done["error"]) == ("done", 2, 2, None)
    assert done["summary"]["digs"] == 1 and done["summary"]["metres_saved"] == 100.0
    assert set(done) == set(waits) and journey.client.get(f"/api/plans/{plan_id}").json()["state"] == "done"
    for what in ("routes.geojson", "routes/1", "files/answers.csv"):
        assert journey.client.get(f"/api/jobs/{job}/{what}").status_code == 404
    assert journey.client.delete(f"/api/jobs/{job}").status_code == 409


def test_the_job_of_a_plan_can_be_cancelled(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    a, _ = journey.two()
    journey.server.stop_workers()
    try:
        plan_id, job = ordered(journey, monkeypatch, a)
        gone = journey.client.delete(f"/api/jobs/{job}")
        assert gone.status_code == 200 and gone.json()["state"] == "cancelled"
        shown = journey.client.get(f"/api/plans/{plan_id}").json()
        assert shown["state"] == "failed" and shown["error"]["en"] == "the job was cancelled"
        listed = {one["id"]: one["state"] for one in journey.client.get("/api/plans").json()["items"]}
        assert listed[plan_id] == "failed"
    finally:
        journey.server.start_workers()


def test_a_plan_stops_where_its_job_is_cancelled(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Works of some streets: when the first of them is planned somebody cancels, and nothing is kept."""
    works = [journey.two()[0] for _ in range(3)]

    class Tell:
        told: ClassVar[list[tuple[int, int]]] = []

        def phase(self, zh: str, en: str, total: int | None = None) -> None:
            assert zh and en

        def steps(self, done: int, total: int) -> None:
            self.told.append((done, total))
            raise jobs.Cancelled

    plan_id = queue_plan(
        journey.town.engine,
        NewPlan(date.fromisoformat(ON), PACK.label, {"work_ids": works}, PACK.data.coordination.model_dump(mode="json"), "test"),
    )
    with pytest.raises(jobs.Cancelled):
        plan_desk.make_queued(journey.town.engine, plan_id, journey.town.city, PACK, Tell())
    assert Tell.told == [(2, 6)] and journey.client.get(f"/api/plans/{plan_id}").json()["state"] == "queued"


def test_the_worker_finds_new_matches_without_being_asked(journey: Journey) -> None:
    k = next(journey.streets)
    journey.town.load(work(f"N{k}", on_street(k, 50, 250), "甲"), work(f"O{k}", on_street(k, 90, 290, -5), "乙"))
    end = time.monotonic() + 60
    while journey.client.get("/api/matches", params={"work": f"N{k}"}).json()["total"] == 0:
        assert time.monotonic() < end
        time.sleep(0.2)
