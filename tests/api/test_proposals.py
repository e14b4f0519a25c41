"""A proposal over HTTP, from its draft to its withdrawal; and what everybody else sees of it meanwhile."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import httpx
import pytest

from api.proposals.clock import due
from layers.packs.read import read_packs
from tests.houses import Visitors
from tests.servers import PACKS, Server

JSON = dict[str, Any]


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is submitted here stays out of the other tests."""
    return demo_house


@pytest.fixture(scope="module")
def lines(visitors: Visitors) -> list[JSON]:
    """Lines of the demo city as GeoJSON, to draw proposals along."""
    items = visitors["admin"].get("/api/routes", params={"limit": 40}).json()["items"]
    found = [visitors["admin"].get(f"/api/routes/{each['id']}").json()["route"] for each in items[:12]]
    return [each for each in found if each["geometry"]["type"] == "LineString"]


def feature(line: JSON, share: float = 1.0, **properties: Any) -> JSON:
    """The line, or as much of its first piece as ``share`` says."""
    points = [point[:2] for point in line["geometry"]["coordinates"]]
    if share < 1:
        (x0, y0), (x1, y1) = points[-2:]
        points[-1] = [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]
    geometry = {"type": "LineString", "coordinates": points}
    return {"type": "Feature", "geometry": geometry, "properties": {"utility": "gas", **properties}}


def drafted(client: httpx.Client, line: JSON, **more: Any) -> JSON:
    made = client.post("/api/proposals", json={"feature": feature(line), **more})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/api/proposals/{made.json()['id']}"
    return made.json()


def step(client: httpx.Client, one: JSON, name: str, **more: Any) -> httpx.Response:
    return client.post(f"/api/proposals/{one['id']}/{name}", json={"revision": one["revision"], **more})


def current(visitors: Visitors, number: str) -> list[JSON]:
    items: list[JSON] = visitors["admin"].get("/api/routes", params={"q": number, "limit": 50}).json()["items"]
    return items


def test_from_the_draft_to_the_withdrawal(visitors: Visitors, lines: list[JSON]) -> None:
    gas, urban = visitors["gas"], visitors["urban"]
    one = drafted(gas, lines[0], title="滨河路支线", note="初稿")
    assert (one["state"], one["version"], one["title"], one["mine"]) == ("draft", 1, "滨河路支线", True)
    assert one["company"] is not None and one["due"] is None
    assert one["present"]["verdict"]["route_id"] == one["number"] and one["present"]["pieces"]
    assert urban.get(f"/api/proposals/{one['id']}").status_code == 404
    assert current(visitors, one["number"]) == []

    sent = step(gas, one, "submit").json()
    assert sent["state"] == "submitted" and sent["submitted_at"] and sent["revision"] > one["revision"]
    (stored,) = current(visitors, one["number"])
    assert stored["id"] == sent["route"] and stored["outcome"] == sent["present"]["outcome"]
    assert urban.get(f"/api/proposals/{one['id']}").json()["mine"] is False

    assert step(urban, sent, "return", reason=" ").status_code == 422
    back = step(urban, sent, "return", reason="请避让古树").json()
    assert back["state"] == "draft" and back["events"][-1]["detail"] == {"reason": "请避让古树"}

    body = {"feature": feature(lines[0], 0.5), "revision": back["revision"], "note": "缩短"}
    longer = gas.put(f"/api/proposals/{one['id']}/version", json=body).json()
    assert longer["version"] == 2 and longer["present"]["length_m"] < one["present"]["length_m"]
    assert urban.get(f"/api/proposals/{one['id']}").json()["version"] == 1  # not handed in yet
    assert urban.get(f"/api/proposals/{one['id']}", params={"version": 2}).status_code == 404
    assert urban.get(f"/api/proposals/{one['id']}/compare", params={"a": 1, "b": 2}).status_code == 404

    again = step(gas, longer, "submit").json()
    (stored,) = current(visitors, one["number"])
    assert stored["id"] == again["route"] != sent["route"]
    beside = urban.get(f"/api/proposals/{one['id']}/compare", params={"a": 1, "b": 2}).json()
    gone = beside["a"]["length_m"] - beside["b"]["length_m"]
    assert beside["removed"]["length_m"] == pytest.approx(gone, abs=0.2) and beside["added"]["length_m"] == 0
    assert beside["kept"]["length_m"] == pytest.approx(beside["b"]["length_m"], abs=0.2)
    assert [each["key"] for each in beside["findings"] if "value" in each["changed"]]
    assert not step(urban, again, "withdraw").is_success  # 403: it is no office's to take back

    away = step(gas, again, "withdraw", reason="项目取消").json()
    assert away["state"] == "withdrawn" and current(visitors, one["number"]) == []
    reopened = step(gas, away, "reopen").json()
    assert reopened["state"] == "draft"
    assert [each["what"] for each in reopened["events"]] == [
        "create", "submit", "return", "save", "submit", "withdraw", "reopen",
    ]  # fmt: skip


def test_another_company_finds_nothing_by_any_way(visitors: Visitors, lines: list[JSON]) -> None:
    one = step(visitors["gas"], drafted(visitors["gas"], lines[1], title="不给别人看"), "submit").json()
    again = visitors["gas"].get(f"/api/proposals/{one['id']}")
    for other in ("heat", "applicant"):
        stranger = visitors[other]
        assert stranger.get("/api/proposals", params={"q": one["number"]}).json()["total"] == 0
        at = f"/api/proposals/{one['id']}"
        asked = [
            stranger.get(at), stranger.get(f"{at}/versions"), stranger.get(f"{at}/compare", params={"a": 1, "b": 1}),
            stranger.get(at, params={"version": 1}), step(stranger, one, "withdraw"), step(stranger, one, "submit"),
            step(stranger, one, "reopen"),
            stranger.put(f"{at}/version", json={"feature": feature(lines[1]), "revision": one["revision"]}),
        ]  # fmt: skip
        missing = stranger.get("/api/proposals/9999999")
        for answer in asked:
            assert answer.status_code == 404 and answer.json()["code"] == missing.json()["code"]
            assert "不给别人看" not in answer.text and one["number"] not in answer.text
    assert visitors["gas"].get(f"/api/proposals/{one['id']}").json() == again.json()


def test_of_two_who_submit_at_once_one_is_told(visitors: Visitors, lines: list[JSON]) -> None:
    one = drafted(visitors["gas"], lines[2])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: step(visitors["gas"], one, "submit").status_code, range(2)))
    assert sorted(answers) == [200, 409] and len(current(visitors, one["number"])) == 1


def test_nobody_borrows_the_number_of_anothers_line(visitors: Visitors, lines: list[JSON]) -> None:
    """A line that bears another's number and project is still its sibling: it is judged under its own."""
    theirs = lines[3]["properties"]
    taken = feature(lines[3], route_id=theirs["route_id"], project=theirs["project"])
    made = visitors["gas"].post("/api/proposals", json={"feature": taken}).json()
    assert made["present"]["verdict"]["route_id"] == made["number"] != theirs["route_id"]
    before = current(visitors, theirs["route_id"])
    step(visitors["gas"], made, "submit")
    assert [each["id"] for each in current(visitors, theirs["route_id"])] == [each["id"] for each in before]


def test_a_new_version_is_no_sibling_of_the_one_it_replaces(visitors: Visitors, lines: list[JSON]) -> None:
    one = visitors["gas"].post("/api/proposals", json={"feature": feature(lines[4], project="同一条线")}).json()
    alone = one["present"]["verdict"]["length"]["sum_m"]
    back = step(visitors["urban"], step(visitors["gas"], one, "submit").json(), "return", reason="改名").json()
    body = {"feature": feature(lines[4], project="同一条线"), "revision": back["revision"]}
    again = visitors["gas"].put(f"/api/proposals/{one['id']}/version", json=body).json()
    assert again["present"]["verdict"]["length"]["sum_m"] == pytest.approx(alone, abs=0.01)
    matches = again["present"]["verdict"]["matches"] or []
    assert one["number"] not in [each.get("work_id", each.get("id")) for each in matches]


def test_the_window_enters_for_a_company_and_nobody_else_does(visitors: Visitors, lines: list[JSON]) -> None:
    gas = drafted(visitors["gas"], lines[5])["company"]["id"]
    one = drafted(visitors["window"], lines[5], company=gas)
    assert one["company"]["id"] == gas and visitors["gas"].get(f"/api/proposals/{one['id']}").json()["mine"]
    offered = visitors["window"].get("/api/proposals/companies").json()["items"]
    assert gas in [each["id"] for each in offered] and visitors["heat"].get("/api/proposals/companies").json()["items"] == []
    refused = visitors["heat"].post("/api/proposals", json={"feature": feature(lines[5]), "company": gas})
    assert refused.status_code == 403
    unknown = visitors["window"].post("/api/proposals", json={"feature": feature(lines[5]), "company": 10**9})
    assert unknown.status_code == 404


def test_a_list_is_filtered_and_counted(visitors: Visitors, lines: list[JSON]) -> None:
    mark = uuid.uuid4().hex
    first = drafted(visitors["heat"], lines[6], title=f"{mark} 甲")
    step(visitors["heat"], drafted(visitors["heat"], lines[6], title=f"{mark} 乙"), "submit")
    asked = visitors["heat"].get("/api/proposals", params={"q": mark}).json()
    assert asked["counts"] == {"draft": 1, "submitted": 1} and [each["title"][-1] for each in asked["items"]] == ["乙", "甲"]
    only = visitors["heat"].get("/api/proposals", params={"q": mark, "state": "draft"}).json()
    assert [each["id"] for each in only["items"]] == [first["id"]] and only["counts"] == asked["counts"]
    assert visitors["urban"].get("/api/proposals", params={"q": mark}).json()["counts"] == {"submitted": 1}
    assert visitors["urban"].get("/api/proposals", params={"q": mark, "mine": True}).json()["total"] == 0
    assert visitors["heat"].get("/api/proposals", params={"state": "lost"}).status_code == 422


def test_a_line_that_cannot_be_measured_is_no_draft(visitors: Visitors, lines: list[JSON]) -> None:
    serial = int(drafted(visitors["gas"], lines[0])["number"][-5:])
    one = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[114.3, 34.8], [114.3, 34.8]]}, "properties": {}}
    before = visitors["gas"].get("/api/proposals").json()["total"]
    assert visitors["gas"].post("/api/proposals", json={"feature": one}).status_code == 422
    assert visitors["gas"].get("/api/proposals").json()["total"] == before
    assert int(drafted(visitors["gas"], lines[0])["number"][-5:]) == serial + 1  # what is refused spends no number


@pytest.mark.parametrize(
    ("outcome", "submitted", "last"),
    [
        ("parallel", date(2026, 11, 23), date(2026, 11, 24)), ("parallel", date(2026, 11, 27), date(2026, 11, 30)),
        ("exempt", date(2026, 11, 28), date(2026, 11, 28)), ("undetermined", date(2026, 11, 23), None),
        ("parallel", date(2090, 1, 2), None),
    ],
)  # fmt: skip
def test_the_term_is_the_packs_or_unknown(outcome: str, submitted: date, last: date | None) -> None:
    pack = next(pack for pack in read_packs(PACKS).values() if pack.id == "kaifeng-2022-6")
    assert due(pack, outcome, submitted) == last


def test_its_map_to_carry_away_has_the_pipes_of_who_asks_under_their_name(visitors: Visitors, lines: list[JSON]) -> None:
    admin, water = visitors["admin"], visitors["utility"]
    number = re.compile(r'"pipe_id":"(P\d{5})"')
    own = set(re.findall(r"P\d{5}", water.get("/api/layers/pipes/export.csv").text))
    one = drafted(water, lines[3], title="城东支线")
    at = f"/api/proposals/{one['id']}/survey-map"
    plain, full = water.get(at), water.get(at, params={"pipes": "true", "lang": "en"})
    assert plain.status_code == full.status_code == 200 and "attachment" in full.headers["content-disposition"]
    assert not number.search(plain.text) and '<html lang="zh-CN">' in plain.text
    inside = set(number.findall(full.text))
    assert inside and inside <= own and '<html lang="en">' in full.text
    assert "城东支线" in full.text and water.get("/api/session").json()["person"]["name"] in full.text
    kept = admin.get("/api/audit", params={"action": "proposal.carry_pipes"}).json()["items"]
    assert [row["subject"] for row in kept] == [one["number"]]
    assert visitors["gas"].get(at).status_code == 404
