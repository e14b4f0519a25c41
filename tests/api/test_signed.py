"""Who is signed in stands under what they do, in the logs and in the audit; and jobs belong to who began them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.dig_journeys import Journey, journey
from tests.api.job_tools import lines, send, wait

__all__ = ["journey"]
SAME = {"sec-fetch-site": "same-origin"}
Come = Callable[[str], httpx.Client]
JSON = dict[str, Any]


@pytest.fixture
def come(journey: Journey) -> Iterator[Come]:
    """A browser of demo-<who>, signed in."""
    opened: list[httpx.Client] = []

    def client(who: str) -> httpx.Client:
        opened.append(httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False, headers=SAME))
        opened[-1].cookies.set("waixian", journey.server.secret(who))
        return opened[-1]

    yield client
    for one in opened:
        one.close()


def audit(journey: Journey, action: str) -> list[JSON]:
    rows: list[JSON] = journey.client.get("/api/audit", params={"action": action, "limit": 500}).json()["items"]
    return rows


# ── under what they do ───────────────────────────────────────────────────────────────────────────────────────────────


def test_plans_and_invitations_are_signed_by_who_is_signed_in(journey: Journey, come: Come) -> None:
    a, _ = journey.two()
    urban = come("urban")
    order = {"on": "2026-11-22", "scope": {"work_ids": [a]}}
    for foreign in ("demo-lead", "王工", "office"):
        answer = urban.post("/api/plans", json=order | {"by": foreign})
        assert answer.status_code == 422 and "demo-urban" in answer.json()["detail"]
    plan = urban.post("/api/plans", json=order | {"by": "demo-urban"}).json()
    assert plan["created_by"] == "demo-urban"
    (made,) = [one for one in audit(journey, "plan.make") if one["subject"] == plan["id"]]
    assert (made["actor"], made["address"]) == ("demo-urban", "127.0.0.1")
    dig = plan["digs"][0]["id"]
    assert urban.post(f"/api/digs/{dig}/invitations", json={"by": "demo-lead"}).status_code == 422
    sent = urban.post(f"/api/digs/{dig}/invitations", json={}).json()["invitations"]
    urban.post(f"/api/digs/{dig}/invitations", json={"renew": True, "parties": [sent[0]["party"]]})
    urban.delete(f"/api/digs/{dig}/invitations/{sent[0]['invitation']}")
    log = urban.get(f"/api/digs/{dig}/log").json()["items"]
    assert {one["actor"] for one in log if one["what"] in ("planned", "asked", "renewed", "revoked")} == {"demo-urban"}
    done = [(one["action"], one["actor"]) for one in audit(journey, "invitation.") if one["subject"] == f"dig {dig}"]
    assert done == [(f"invitation.{what}", "demo-urban") for what in ("revoke", "renew", "send")]
    moved = urban.put(f"/api/plans/{plan['id']}/moves", json={"moves": {a: "2027-01-04"}, "revision": plan["revision"]})
    assert moved.status_code == 200
    (row,) = [one for one in audit(journey, "plan.move") if one["subject"] == plan["id"]]
    assert (row["actor"], row["before"]["moves"], row["after"]["moves"]) == ("demo-urban", {}, {a: "2027-01-04"})


def test_an_answer_is_in_the_name_of_who_is_signed_in_else_of_who_says_so(journey: Journey, come: Come) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    first, second = list(tokens.values())[:2]
    gas = come("gas")
    assert gas.post(f"/api/invitations/{first}", json={"answer": "joins", "round": 1, "by": "别人"}).status_code == 422
    assert gas.post(f"/api/invitations/{first}", json={"answer": "joins", "round": 1}).status_code == 200
    with httpx.Client(base_url=journey.server.url, trust_env=False, timeout=60) as guest:
        assert guest.post(f"/api/invitations/{second}", json={"answer": "joins", "round": 1, "by": "周师傅"}).status_code == 200
    rows = journey.client.get(f"/api/digs/{dig['id']}/log").json()["items"]
    said = {one["actor"].rpartition(" ")[2] for one in rows if one["what"] == "joins"}
    name = gas.get("/api/session").json()["person"]["name"]
    assert said == {name[0] + "*" * (len(name) - 1), "周**"}  # the log is never changed: no whole name goes into it
    kept = journey.town.rows("SELECT answered_by FROM invitations WHERE dig = :dig", dig=dig["id"])
    assert {one["answered_by"] for one in kept} == {name, "周师傅"}


def test_a_quiet_plan_is_of_ones_own_company(journey: Journey, come: Come) -> None:
    gas, k = come("gas"), next(journey.streets)
    from tests.api.test_quiet_plans import drawn, on_street

    body = {"start": "2031-05-01", "end": "2031-06-30", "geometry": drawn(on_street(k, 50, 250))}
    refused = gas.post("/api/quiet-plans", json=body | {"party": "别的公司"})
    assert refused.status_code == 422 and "party" in refused.json()["detail"]
    made = gas.post("/api/quiet-plans", json=body).json()
    assert made["plan"]["party"] == gas.get("/api/session").json()["person"]["company"]
    row = audit(journey, "quiet.enter")[0]
    assert (row["actor"], row["subject"], row["after"]) == ("demo-gas", "quiet plan", None)


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def everything_of(job: str, client: httpx.Client) -> dict[str, int]:
    """What each address of a job answers."""
    places = [
        job, f"{job}/routes.geojson", f"{job}/routes/1",
        *(f"{job}/files/{name}" for name in ("answers.csv", "answers.gpkg", "answers.geojson", "report.html")),
    ]  # fmt: skip
    return {place: client.get(place).status_code for place in places}


def test_a_job_is_seen_by_its_company_and_by_offices_of_the_whole_city(journey: Journey, come: Come) -> None:
    water = come("utility")
    job = send(water, "外线.geojson", lines(journey.client, 2))
    assert wait(water, job)["state"] == "done"
    company = water.get("/api/session").json()["person"]["company"]
    made = journey.client.post(
        "/api/people", json={"login": "he.yu", "name": "何雨", "role": "utility", "company": company}
    ).json()
    colleague = httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False, headers=SAME)
    colleague.post("/api/session", json={"login": "he.yu", "password": made["password"]})
    colleague.put("/api/session/password", json={"old": made["password"], "new": "four unrelated words"})
    colleague.post("/api/session", json={"login": "he.yu", "password": "four unrelated words"})
    number = job.rpartition("/")[2]
    for sees in (water, colleague, come("urban"), come("lead")):
        assert set(everything_of(job, sees).values()) == {200}
        assert number in [one["id"] for one in sees.get("/api/jobs").json()["items"]]
    for not_theirs in ("gas", "power", "urban_district", "applicant"):
        other = come(not_theirs)
        assert set(everything_of(job, other).values()) == {404}, not_theirs
        assert other.delete(job).status_code == 404
        assert number not in [one["id"] for one in other.get("/api/jobs").json()["items"]]
    # what is not theirs is told apart from nothing in no way
    unknown = job[:-12] + "0" * 12
    gas = come("gas")
    told = [gas.get(one).json() for one in (job, unknown)]
    assert {key: value for key, value in told[0].items() if key not in ("detail", "instance", "context", "id")} == {
        key: value for key, value in told[1].items() if key not in ("detail", "instance", "context", "id")
    }
    colleague.close()
    (begun,) = [one for one in audit(journey, "job.begin") if one["subject"] == number]
    assert (begun["actor"], begun["after"]["kind"]) == ("demo-utility", "review")


def test_ending_a_job_is_in_the_audit(journey: Journey, come: Come) -> None:
    journey.server.stop_workers()
    try:
        gas = come("gas")
        job = send(gas, "外线.geojson", lines(journey.client, 2))
        assert come("power").delete(job).status_code == 404
        assert gas.delete(job).json()["state"] == "cancelled"
    finally:
        journey.server.start_workers()
    row = audit(journey, "job.cancel")[0]
    assert (row["actor"], row["subject"], row["before"]) == ("demo-gas", job.rpartition("/")[2], {"state": "queued"})
