"""Slips that are told, and changes that are counted: boxes, kinds, moves, other dates, calendar files."""

from typing import Any

import pytest

from tests.api.dig_journeys import Journey, journey

__all__ = ["journey"]


@pytest.mark.parametrize(
    "box", [[115.0, 35.0, 114.0, 34.0], [114.0, 35.0, 115.0, 34.0], [114.0, 34.0, 114.0, 35.0], [114.0, 34.0, 115.0, 91.0]]
)
def test_a_box_inside_out_is_no_scope(journey: Journey, box: list[float]) -> None:
    refused = journey.client.post("/api/plans", json={"scope": {"bbox": box}})
    assert refused.status_code == 422 and refused.headers["content-type"] == "application/problem+json", refused.text
    asked = journey.client.get("/api/matches", params={"bbox": ",".join(map(str, box))})
    assert asked.status_code == 422


def test_a_box_round_the_world_is_one(journey: Journey) -> None:
    world = [-180.0, -90.0, 180.0, 90.0]
    assert journey.client.get("/api/matches", params={"bbox": ",".join(map(str, world))}).status_code == 200
    assert journey.client.post("/api/plans", json={"scope": {"bbox": world}}).status_code in (201, 202)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("matches", {"kind": "foo"}), ("matches", {"status": "foo"}), ("matches", {"kind": "shared,foo"}),
        ("works", {"kind": "foo"}),
    ],
)  # fmt: skip
def test_a_kind_that_is_none_is_told(journey: Journey, path: str, asked: dict[str, str]) -> None:
    refused = journey.client.get(f"/api/{path}", params=asked)
    assert refused.status_code == 422 and "foo" in refused.json()["detail"]
    both = {"matches": {"kind": "shared,crossing", "status": "together"}, "works": {"kind": "route,paving"}}[path]
    assert journey.client.get(f"/api/{path}", params=both).status_code == 200


def test_no_move_is_no_revision(journey: Journey) -> None:
    a, b = journey.two()
    plan = journey.plan(a)
    href = f"/api/plans/{plan['id']}/moves"

    def put(moves: dict[str, Any], revision: int) -> Any:
        return journey.client.put(href, json={"moves": moves, "revision": revision})

    assert put({}, 1).json()["revision"] == put({b: None}, 1).json()["revision"] == 1
    assert put({a: "2026-12-02"}, 1).json()["revision"] == put({a: "2026-12-02"}, 2).json()["revision"] == 2
    assert put({}, 1).status_code == 409  # who looks at what is no more is told so


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2020-12-14", "2020-12-31", "已过"), ("2036-12-15", "2036-12-15", "只有 1 个工作日"),
        ("2036-12-12", "2036-12-15", "只有 2 个工作日"), ("2036-12-31", "2036-12-15", "end 不早于 start"),
    ],
)  # fmt: skip
def test_other_dates_must_be_possible(journey: Journey, start: str, end: str, said: str) -> None:
    """Not past, not the wrong way round, and enough working days for the works of the party."""
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    token, *_ = tokens.values()
    refused = journey.say(token, "counters", start=start, end=end)
    assert refused.status_code == 422 and said in refused.json()["detail"], refused.text
    assert journey.dig(dig["id"])["state"] == "asking"
    assert journey.say(token, "counters", start="2036-12-08", end="2036-12-31").status_code == 200


def test_a_calendar_file_counts_every_answer(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)

    def told() -> dict[str, str]:
        text = journey.client.get(dig["calendar"]).content.replace(b"\r\n ", b"").decode()
        pairs = (line.split(":", 1) for line in text.split("\r\n") if ":" in line)
        return {name: value for name, value in pairs if name in ("SEQUENCE", "LAST-MODIFIED", "STATUS", "DTSTAMP")}

    seen = [told()]
    token, other = tokens.values()
    journey.client.post(f"/api/invitations/{token}", json={"answer": "seen"})
    assert told() == seen[0]  # who has looked changes nothing that the file says
    for one in (token, other):
        assert journey.say(one, "joins").status_code == 200
        seen.append(told())
    assert seen[-1]["STATUS"] == "CONFIRMED"
    counted = [int(one["SEQUENCE"]) for one in seen]
    assert counted[1] == counted[0] + 1 and counted[2] == counted[1] + 1
    at = journey.client.get(f"/api/digs/{dig['id']}/log").json()["items"][-1]["at"]
    assert seen[-1]["LAST-MODIFIED"] == seen[-1]["DTSTAMP"] == f"{at[:19].replace('-', '').replace(':', '')}Z"
