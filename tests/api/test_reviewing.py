"""The review over HTTP: from the queue to the decision, doubts and data that answer them, many at once, and who may do what."""

import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from layers.deliveries import Delivery, load_layer
from layers.people.audit import verify
from layers.queries import city
from layers.rows import row, rows
from layers.session import engine
from tests.reviewing import Desk
from tests.servers import Server


@pytest.fixture(scope="module")
def desk(demo_house: Server) -> Iterator[Any]:
    desks: dict[str, Desk] = {}

    def sit(role: str) -> Desk:
        if role not in desks:
            desks[role] = Desk(demo_house, role)
        return desks[role]

    yield sit
    for one in desks.values():
        one.web.close()


@pytest.fixture(scope="module")
def store(demo_house: Server) -> Iterator[sa.Engine]:
    database = engine(demo_house.database)
    yield database
    database.dispose()


def first(found: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """The first row that nobody has taken and that is as wanted."""
    return next(one for one in found["items"] if one["proposal"] is None and all(one[k] == v for k, v in wanted.items()))


def plain(found: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    return first(found, undetermined=False, sliced=False, **wanted)


# ── from the queue to the decision ───────────────────────────────────────────────────────────────────────────────────


def test_a_filing_is_acknowledged_and_leaves_the_queue(desk: Any, store: sa.Engine) -> None:
    urban = desk("urban")
    before = urban.queue()
    one = plain(before, outcome="exempt", owing=["exempt"])
    shown = urban.item(one["route"])
    assert shown["proposal"] is None and [each["item"] for each in shown["items"]] == ["exempt"] and shown["items"][0]["mine"]
    done = urban.decide(one["route"])
    assert done.status_code == 200, done.text
    after = done.json()
    assert after["state"] == "decided" and after["decision"] == "approve" and not after["items"][0]["mine"]
    assert [line["what"] for line in after["log"]] == ["adopt", "decided", "decide"]
    assert urban.queue()["total"] == before["total"] - 1
    assert urban.queue(state="decided")["items"][0]["route"] == one["route"]
    kept = row(store, "SELECT d.*, v.verdict AS judged, v.pack FROM proposal_decisions d JOIN verdicts v ON v.id = d.verdict"
               " JOIN proposal_versions p ON p.id = d.version WHERE p.route = :r", r=one["route"])  # fmt: skip
    assert kept is not None
    signed = {
        "number": after["proposal_number"], "version": 1, "verdict": kept["judged"], "pack": kept["pack"], "item": "exempt",
        "decision": "approve", "words": "", "role": "urban", "login": "demo-urban", "signed_name": urban.name,
        "at": kept["at"].isoformat(),
    }  # fmt: skip
    text = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert kept["digest"] == hashlib.sha256(text.encode()).hexdigest()
    actions = rows(store, "SELECT action FROM audit WHERE subject = :n ORDER BY id", n=after["proposal_number"])
    assert [each["action"] for each in actions] == ["proposal.adopt", "proposal.decision", "proposal.decide"] and verify(
        store
    ).broken is None
    assert urban.decide(one["route"]).status_code == 409


def test_every_office_decides_its_own_items_and_the_last_one_ends_it(desk: Any) -> None:
    urban, traffic, planning, highways = desk("urban"), desk("traffic"), desk("planning"), desk("highways")
    owed = ["road_excavation", "road_occupation", "green_occupation", "heritage"]
    route = plain(urban.queue(), owing=owed)["route"]
    assert highways.decide(route, items=["road_excavation"]).status_code == 403
    refused = urban.decide(route, items=["heritage"])
    assert refused.status_code == 403 and refused.json()["code"] == "forbidden"
    assert [one["item"] for one in planning.item(route)["items"] if one["mine"]] == ["heritage"]
    assert not any(one["mine"] for one in desk("admin").item(route)["items"])
    without = planning.decide(route, "conditions", words="考古勘探后施工")
    assert without.status_code == 422 and "批准文件" in without.json()["detail"]
    said = planning.decide(route, "conditions", words="考古勘探后施工", **PAPER)
    assert said.status_code == 200 and said.json()["state"] == "under_review"
    assert [one["item"] for one in said.json()["items"] if settled(one)] == ["heritage"]
    assert traffic.decide(route).json()["state"] == "under_review"
    assert route not in [one["route"] for one in traffic.queue(authority="traffic")["items"]]
    left = urban.decide(route)
    assert left.status_code == 200 and left.json()["state"] == "decided" and left.json()["decision"] == "conditions"
    assert {one["item"]: [seat["decision"]["role"] for seat in one["seats"]] for one in left.json()["items"]} == {
        "road_excavation": ["urban", "traffic"], "road_occupation": ["urban", "traffic"], "green_occupation": ["urban"],
        "heritage": ["planning"],
    }  # fmt: skip
    assert planning.decide(route).status_code == 409


PAPER = {"paper": "示范〔2026〕1号", "paper_on": "2026-11-20"}


def test_what_the_government_approves_is_entered_with_its_paper(desk: Any, store: sa.Engine) -> None:
    """Within the lock the city's own office cannot say yes in the government's name (《城市道路管理条例》第三十三条)."""
    urban, traffic = desk("urban"), desk("traffic")
    route = next(
        each["route"] for each in urban.queue()["items"]
        if "gov_approval" in each["owing"] and not each["undetermined"] and each["state"] == "submitted" and not each["sliced"]
    )  # fmt: skip
    (item,) = [one for one in urban.item(route)["items"] if one["item"] == "gov_approval"]
    assert item["mine"] and "人民政府" in item["recorded"]["authority"]["zh"]
    left = {one["item"]: one for one in urban.decide(route).json()["items"]}  # its own items alone
    assert not settled(left["gov_approval"]) and left["gov_approval"]["mine"]
    for wrong in ({}, {"paper": PAPER["paper"]}, {"paper_on": "2026-11-20"}, {**PAPER, "paper_on": "2099-01-01"}):
        assert urban.decide(route, items=["gov_approval"], **wrong).status_code == 422
    assert urban.decide(route, **PAPER).status_code == 200
    seats = next(one for one in urban.item(route)["items"] if one["item"] == "gov_approval")["seats"]
    assert [(seat["decision"]["paper"], seat["decision"]["paper_on"]) for seat in seats] == [(*PAPER.values(),)]
    again = urban.decide(route)
    assert again.status_code == 409 and "同事" in again.json()["detail"]
    assert traffic.decide(route).status_code == 200
    kept = rows(store, "SELECT item, paper FROM proposal_decisions d JOIN proposal_versions p ON p.id = d.version"
                " WHERE p.route = :r AND paper <> ''", r=route)  # fmt: skip
    assert [(one["item"], one["paper"]) for one in kept] == [("gov_approval", PAPER["paper"])]


def settled(item: dict[str, Any]) -> bool:
    """Has every authority of an item signed?"""
    return all(seat["decision"] for seat in item["seats"])


def test_a_road_is_opened_by_its_owner_and_the_traffic_police_together(desk: Any) -> None:
    """Neither of the two is enough (《城市道路管理条例》第三十条); a district signs for the city's office; nobody signs twice."""
    urban, district, traffic = desk("urban"), desk("urban_district"), desk("traffic")
    one = next(
        each for each in district.queue()["items"]
        if each["owing"] == ["road_excavation", "road_occupation"] and not each["undetermined"] and each["state"] == "submitted"
    )  # fmt: skip
    route = one["route"]
    assert district.decide(route).json()["state"] == "under_review"
    assert urban.decide(route).status_code == 409 and not any(each["mine"] for each in urban.item(route)["items"])
    assert route not in [each["route"] for each in urban.queue(authority="urban")["items"]]
    (still,) = [each for each in traffic.queue(authority="traffic")["items"] if each["route"] == route]
    assert still["owing"] == ["road_excavation", "road_occupation"]
    assert not any(map(settled, traffic.item(route)["items"]))
    assert traffic.decide(route, "conditions", words="夜间施工").json()["decision"] == "conditions"


def test_one_refusal_refuses_the_whole(desk: Any) -> None:
    urban, traffic = desk("urban"), desk("traffic")
    route = plain(urban.queue(), owing=["road_excavation", "road_occupation"])["route"]
    assert traffic.decide(route, "refuse", words="主干道高峰时段不得占道").json()["state"] == "under_review"
    assert urban.decide(route).json()["decision"] == "refuse"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"decision": "approve", "signed_name": "别人"}, 422),
        ({"decision": "refuse", "words": " "}, 422),
        ({"decision": "conditions"}, 422),
        ({"decision": "approve", "items": ["heritage"]}, 409),
        ({"decision": "perhaps"}, 422),
    ],
)
def test_what_is_no_decision(desk: Any, body: dict[str, Any], status: int) -> None:
    urban = desk("urban")
    one = plain(urban.queue(), outcome="exempt", owing=["exempt"])
    answer = urban.do(one["route"], "decisions", **{"signed_name": urban.name, **body})
    assert answer.status_code == status, answer.text
    assert urban.item(one["route"])["state"] == "submitted"


def test_two_offices_at_once(desk: Any) -> None:
    urban, lead = desk("urban"), desk("lead")
    one = plain(urban.queue(), outcome="exempt", owing=["exempt"])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda who: who.decide(one["route"]).status_code, (urban, lead)))
    assert sorted(answers) == [200, 409]
    item = urban.item(one["route"])
    after = plain(urban.queue(), outcome="exempt", owing=["exempt"])["route"]
    assert urban.do(after, "take").json()["proposal"] == item["proposal"] + 1  # who came second spent no number
    assert [line["what"] for line in item["log"]].count("decided") == 1 and len(item["items"]) == 1


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_district_sees_its_own_and_decides_it(desk: Any) -> None:
    whole, mine = desk("urban").queue(), desk("urban_district").queue()
    here = {one["route"] for one in whole["items"] if "古城区" in one["districts"]}
    assert {one["route"] for one in mine["items"]} == here and 0 < len(here) < whole["total"]
    elsewhere = next(one["route"] for one in whole["items"] if "古城区" not in one["districts"])
    district = desk("urban_district")
    assert district.web.get(f"/api/queue/{elsewhere}").status_code == 404
    key = desk("urban").item(elsewhere)["findings"][0]["rule"]
    for what, body in (("take", {}), ("decisions", {"decision": "approve", "signed_name": district.name}), ("requests", {}),
                       ("answers", {"key": key, "answer": "agree"})):  # fmt: skip
        assert district.do(elsewhere, what, **body).status_code == 404
    many = district.web.post("/api/queue/bulk", json={"routes": [elsewhere], "act": "take"}).json()["results"]
    assert not many[0]["done"] and desk("urban").item(elsewhere)["proposal"] is None
    one = next(one for one in mine["items"] if one["owing"] == ["exempt"] and not one["undetermined"] and one["proposal"] is None)
    assert district.decide(one["route"]).json()["state"] == "decided"


def test_a_company_sees_its_own_and_nothing_of_others(desk: Any) -> None:
    whole, company = desk("urban").queue(), desk("utility")
    name = company.web.get("/api/session").json()["person"]["company"]
    assert {one["route"] for one in company.queue()["items"]} == {
        one["route"] for one in whole["items"] if one["applicant"] == name
    }
    theirs = next(one["route"] for one in whole["items"] if one["applicant"] != name)
    assert company.web.get(f"/api/queue/{theirs}").status_code == 404 and company.do(theirs, "take").status_code == 403
    own = next(one["route"] for one in whole["items"] if one["applicant"] == name and one["proposal"] is None)
    desk("urban").do(own, "answers", key=desk("urban").item(own)["rows"][0]["key"], answer="agree")
    seen = company.item(own)
    assert seen["answers"] and "name" not in seen["answers"][0] and not any(one["mine"] for one in seen["items"])
    tasks = company.web.get("/api/tasks", params={"limit": 500}).json()["items"]
    assert all(one["owner"] == name or one["proposal"] == seen["proposal"] for one in tasks)


# ── many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_many_at_once_each_on_its_own(desk: Any) -> None:
    urban = desk("urban")
    found = urban.queue()
    good = [one["route"] for one in found["items"] if one["immediate"] and one["owing"] == ["exempt"] and one["proposal"] is None]
    bad = first(found, outcome="undetermined")["route"]
    asked = [*good[:3], bad, 10**9]
    body = {"routes": asked, "act": "decide", "decision": "approve", "signed_name": urban.name}
    answer = urban.web.post("/api/queue/bulk", json=body)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["route"] for one in results] == asked
    assert [one["done"] for one in results] == [True, True, True, False, False]
    assert "待核实" in results[3]["why"] and "找不到" in results[4]["why"]
    assert urban.item(bad)["state"] == "submitted" and urban.item(good[0])["state"] == "decided"
    english = urban.web.post("/api/queue/bulk", json=body, headers={"Accept-Language": "en"}).json()["results"]
    assert "not determined" in english[3]["why"] and not english[0]["done"]


# ── doubts, and the data that answer them ────────────────────────────────────────────────────────────────────────────


def test_what_is_missing_is_asked_once_and_nothing_is_decided_before(desk: Any) -> None:
    urban = desk("urban")
    one = next(
        each for each in urban.queue(outcome="undetermined")["items"]
        if any((f["missing"] or {}).get("layer") for f in urban.item(each["route"])["findings"])
    )  # fmt: skip
    answer = urban.do(one["route"], "requests")
    assert answer.status_code == 200, answer.text
    tasks = answer.json()["tasks"]
    missing = [f["rule"] for f in answer.json()["findings"] if f["answer"] == "unknown" and f["missing"]]
    assert sorted(task["key"] for task in tasks) == sorted(missing) and {task["kind"] for task in tasks} == {"missing"}
    assert all(task["owner"] and task["question"]["zh"] and task["question"]["en"] and task["opened_at"] for task in tasks)
    assert len(urban.do(one["route"], "requests").json()["tasks"]) == len(tasks)
    refused = urban.decide(one["route"])
    assert refused.status_code == 409 and "待核实" in refused.json()["detail"]
    listed = urban.web.get("/api/tasks", params={"limit": 500}).json()
    assert {task["id"] for task in tasks} <= {task["id"] for task in listed["items"]}
    assert sum(listed["counts"]["layer"].values()) == listed["counts"]["state"]["open"] == listed["total"]


def test_a_contest_takes_a_reason_and_holds_up_its_own_office_alone(desk: Any) -> None:
    urban, lead = desk("urban"), desk("lead")
    one = plain(urban.queue(), outcome="exempt", owing=["exempt"])
    key = urban.item(one["route"])["findings"][0]["rule"]
    assert urban.do(one["route"], "answers", key=key, answer="contest", reason=" ").status_code == 422
    assert urban.do(one["route"], "answers", key="no-such", answer="agree").status_code == 422
    held = urban.do(one["route"], "answers", key=key, answer="contest", reason="长度与图纸不符").json()
    assert held["doubts"] == [key] and held["state"] == "under_review" and len(held["tasks"]) == 1
    assert urban.decide(one["route"]).status_code == 409
    assert lead.item(one["route"])["doubts"] == []
    agreed = urban.do(one["route"], "answers", key=key, answer="agree").json()
    assert agreed["doubts"] == [] and agreed["tasks"][0]["state"] == "closed"
    assert [(said["answer"], said["role"]) for said in agreed["answers"]] == [("contest", "urban"), ("agree", "urban")]
    assert lead.decide(one["route"]).status_code == 200


def test_contested_data_are_delivered_anew_and_the_verdict_changes(desk: Any, store: sa.Engine) -> None:
    """A road under lock by the ledger: contested, delivered anew with the right day, judged anew by itself."""
    urban, district = desk("urban"), desk("urban_district")
    route, contested = next(
        (one["route"], found)
        for one in urban.queue(outcome="parallel")["items"]
        if one["conditions"] == ["gov_approval"] and one["proposal"] is None
        for found in urban.item(one["route"])["rows"]
        if found.get("lock") == "yes"
    )
    assert contested["layer"] == "road_ledger" and contested["locked_until"] and contested["age_years"] > 0
    held = urban.do(route, "answers", key=contested["key"], answer="contest", reason="竣工日期应为2010年").json()
    (task,) = held["tasks"]
    assert (task["layer"], task["state"]) == ("road_ledger", "open") and task["owner"] and len(held["history"]) == 1
    assert district.web.post(f"/api/tasks/{task['id']}/answer", json={"words": "x"}).status_code in (403, 404)
    told = desk("admin").web.post(f"/api/tasks/{task['id']}/answer", json={"words": "已核对，随新台账交付"})
    assert told.status_code == 200 and told.json()["state"] == "answered"

    loaded = _ledger_with(store, contested["id"])
    end = time.monotonic() + 120
    while len(urban.item(route)["history"]) < 2:
        assert time.monotonic() < end, "nothing was judged anew"
        time.sleep(0.5)
    after = urban.item(route)
    now, before = after["history"]
    assert now["current"] and not before["current"]
    assert now["changes"]["fields"]["conditions"] == {"before": ["gov_approval"], "after": now["conditions"]}
    assert "gov_approval" not in now["conditions"]
    assert any(change["before"]["answer"] == "yes" and change["after"]["answer"] == "no" for change in now["changes"]["findings"])
    assert next(one for one in after["rows"] if one["id"] == contested["id"])["lock"] == "no"
    while urban.item(route)["tasks"][0]["delivery"] is None:
        assert time.monotonic() < end, "nobody was told of the delivery"
        time.sleep(0.2)
    after = urban.item(route)
    assert after["tasks"][0]["delivery"] == loaded and after["tasks"][0]["state"] == "answered"
    assert {"rejudged", "data_updated"} <= {line["what"] for line in after["log"]}

    assert urban.decide(route).status_code == 409  # the doubt is the office's own to lay down
    address = f"/api/tasks/{task['id']}/close"
    assert urban.web.post(address, json={"words": "", "delivery": loaded + 1000}).status_code == 422
    assert district.web.post(address, json={"words": ""}).status_code in (403, 404)
    closed = urban.web.post(address, json={"words": "已更正"})
    assert closed.status_code == 200 and closed.json()["state"] == "closed"
    assert urban.web.post(address, json={"words": ""}).status_code == 409
    assert urban.item(route)["doubts"] == []
    again = urban.web.post(f"/api/proposals/{after['proposal']}/rejudge").json()
    assert not again["changed"] and again["before"] == again["after"] and len(urban.item(route)["history"]) == 2


def _ledger_with(store: sa.Engine, road: str) -> int:
    """The ledger delivered anew, with other days for one road: the number of the load."""
    ground = city(store)
    held = ground.layer("road_ledger")
    frame = held.frame.copy()
    frame.loc[frame["road_id"] == road, "finished"] = np.datetime64("2010-05-01")
    loaded = load_layer(
        store, "road_ledger", frame,
        Delivery("更正台账", held.owner, "", date(2026, 11, 23), held.complete_since, ground.bounds_polygon),
    )  # fmt: skip
    return int(loaded.delivery_id)


def test_a_decided_one_is_not_judged_again(desk: Any) -> None:
    urban = desk("urban")
    one = urban.queue(state="decided")["items"][0]
    assert urban.web.post(f"/api/proposals/{one['proposal']}/rejudge").status_code == 409
    assert urban.do(one["route"], "answers", key="length-limit", answer="agree").status_code == 409


def test_a_line_of_a_file_has_nobody_to_go_back_to(desk: Any) -> None:
    urban = desk("urban")
    one = plain(urban.queue())
    assert not urban.item(one["route"])["can_return"]
    assert urban.do(one["route"], "return", reason="请调整").status_code == 409
