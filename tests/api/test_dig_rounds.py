"""What is asked again, and what stays: rounds of an invitation, changes that leave a dig as it was, digs that fail."""

from datetime import date

from api.digs.rematch import rematch
from layers.digs.replies import apply_silence
from tests.api.dig_journeys import ON, Journey, journey
from tests.api.dig_town import loose, on_street
from tests.packs.asked import PACK

__all__ = ["journey"]


def test_a_renewed_link_is_a_new_round_that_can_be_seen(journey: Journey) -> None:
    """Who was silent, or looked and said nothing, is asked again with nothing seen; what was answered stays."""
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    (silent, token), (joined, other) = tokens.items()
    assert journey.client.post(f"/api/invitations/{token}", json={"answer": "seen"}).json()["state"] == "seen"
    assert journey.say(other, "joins").status_code == 200
    journey.town.change("UPDATE invitations SET deadline = '2026-01-05' WHERE dig = :dig", dig=dig["id"])
    assert apply_silence(journey.town.engine, date(2026, 1, 6)) >= 1
    renewed = journey.client.post(f"/api/digs/{dig['id']}/invitations", json={"renew": True}).json()["invitations"]
    told = {one["party"]: one for one in renewed}
    assert (told[silent]["state"], told[silent]["round"], told[silent]["seen_at"], told[silent]["answered_at"]) == (
        "asked", 2, None, None,
    )  # fmt: skip
    assert told[silent]["deadline"] > ON and (told[joined]["state"], told[joined]["round"]) == ("joins", 1)
    again = journey.client.post(f"/api/invitations/{told[silent]['token']}", json={"answer": "seen"}).json()
    assert again["state"] == "seen" and again["round"] == 2
    assert journey.log(dig["id"])[-3:] == [("renewed", silent), ("renewed", joined), ("seen", silent)]
    rounds = [(one["what"], one["round"]) for one in again["log"]]
    assert rounds == [("asked", 1), ("seen", 1), ("withdrawn", 1), ("renewed", 2), ("seen", 2)]


def test_what_leaves_the_dig_as_it_was_leaves_its_answers(journey: Journey) -> None:
    """Other settings give windows other days in common; a road gets another name: days, stretches and works of the dig stay."""
    a, b = journey.two()
    _, dig, tokens = journey.asked(a)
    for token in tokens.values():
        assert journey.say(token, "joins").status_code == 200
    (match,) = dig["match_ids"]
    before = journey.client.get(f"/api/matches/{match}").json()
    numbers = PACK.data.coordination.model_copy(update={"lead_days": {}, "lag_days": {}})
    pack = type(PACK)(PACK.data.model_copy(update={"coordination": numbers}))
    try:
        assert rematch(journey.town.engine, journey.town.city, pack) is not None
        after = journey.client.get(f"/api/matches/{match}").json()
        assert after["version"] == before["version"] + 1 and after["days_in_common"] < before["days_in_common"]
        shown = journey.dig(dig["id"])
        assert shown["state"] == "agreed" and {one["round"] for one in shown["answers"]} == {1}
    finally:
        journey.town.rematch()
    assert "changed" not in [what for what, _ in journey.log(dig["id"])]
    k = int(a.removeprefix("A"))
    journey.town.load(loose(b, on_street(k, 160, 350, -5), f"乙{k}", "2026-12-01", "2026-12-18", 8, shift_days=7))
    journey.town.rematch()  # ten metres less in common
    assert journey.dig(dig["id"])["state"] == "asking"


def test_a_window_that_changed_is_asked_about_once(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    k = int(a.removeprefix("A"))
    for more in ({}, {"depth_m": 1.4}, {"depth_m": 1.6}):  # then it states something else, and its window stays
        shorter = loose(a, on_street(k, 50, 250), f"甲{k}", "2026-12-01", "2026-12-11", 5, shift_days=7, **more)
        journey.town.load(shorter)
        journey.town.rematch()
    assert [what for what, _ in journey.log(dig["id"])].count("changed") == 1
    journey.town.load(loose(a, on_street(k, 50, 250), f"甲{k}", "2026-12-01", "2026-12-18", 5, shift_days=7))
    journey.town.rematch()
    assert [what for what, _ in journey.log(dig["id"])].count("changed") == 2
    assert journey.client.get(f"/api/invitations/{next(iter(tokens.values()))}").json()["round"] == 3


def test_a_dig_that_failed_saves_nothing(journey: Journey) -> None:
    """Of two digs of a plan one comes to nothing: the sums of plan, preview and scoreboard are those of the other."""
    (a, b), (c, _) = journey.two(), journey.two()
    before = journey.client.get("/api/scoreboard").json()["total"]
    plan = journey.plan(a, c)
    assert plan["savings"]["metres"] == 200.0 and plan["savings"]["openings"] == 2
    dig = next(one for one in plan["digs"] if a in one["works"])
    (other,) = (one for one in plan["digs"] if one["id"] != dig["id"])
    sent = journey.client.post(f"/api/digs/{dig['id']}/invitations", json={}).json()["invitations"]
    offered = journey.client.get("/api/scoreboard").json()["total"]
    assert offered["metres_offered"] == round(before["metres_offered"] + 200.0, 1)
    assert journey.say(sent[0]["token"], "declines", reason_code="money").json()["dig"]["state"] == "failed"
    now = journey.client.get(f"/api/plans/{plan['id']}").json()
    left = {name: other["savings"][name] for name in ("openings", "metres", "area_m2", "days", "points")}
    assert {name: now["savings"][name] for name in left} == left and now["savings"]["shift_days"] == other["shift_days"]
    assert next(one for one in now["digs"] if one["id"] == dig["id"])["savings"]["metres"] == 100.0  # what it would have been
    start = next(one["planned"]["start"] for one in now["works"] if one["work_id"] == c)
    same = journey.client.post(f"/api/plans/{plan['id']}/preview", json={"moves": {c: start}}).json()
    assert same["savings"]["metres"] == same["before"]["metres"] == 100.0
    moved = journey.client.post(f"/api/plans/{plan['id']}/preview", json={"moves": {a: "2026-12-07", b: "2026-12-07"}}).json()
    assert (moved["before"]["metres"], moved["savings"]["metres"]) == (100.0, 200.0)  # who is moved is asked anew
    score = journey.client.get("/api/scoreboard").json()["total"]
    assert score["metres_offered"] == round(before["metres_offered"] + 100.0, 1)
    assert score["metres_failed"] == round(before["metres_failed"] + 100.0, 1)
    assert journey.say(sent[0]["token"], "joins").status_code == 200  # who thinks again takes it back
    assert journey.client.get(f"/api/plans/{plan['id']}").json()["savings"] == plan["savings"]


def test_what_was_moved_apart_by_hand_is_told_with_when_and_by_whom(journey: Journey) -> None:
    a, b = journey.two()
    plan, dig, _ = journey.asked(a)
    href = f"/api/plans/{plan['id']}"
    assert plan["unjoined"] == []
    away = {"moves": {a: "2027-01-04"}, "revision": 1}
    kept = journey.client.put(f"{href}/moves", json=away).json()
    (row,) = kept["unjoined"]
    assert (row["match_id"], {row["a"], row["b"]}, row["binding"]) == (dig["match_ids"][0], {a, b}, "by_hand")
    assert (row["work_id"], row["by"], row["change"], row["missing"], row["loses"]) == (a, "示范·系统管理员", None, [], [])
    assert (
        all("示范·系统管理员" in row["text"][lang] and row["at"][:4] in row["text"][lang] for lang in ("zh", "en"))
        and "手动" in row["text"]["zh"]
    )
    assert journey.client.get(href).json()["unjoined"] == kept["unjoined"]
    back = journey.client.put(f"{href}/moves", json={"moves": {a: None}, "revision": 2}).json()
    assert back["unjoined"] == [] and len(back["digs"]) == 1


def test_what_was_put_together_by_hand_is_unjoined_no_more(journey: Journey) -> None:
    """The planner cannot join windows that do not meet; somebody who may do it moves one of them."""
    k = next(journey.streets)
    journey.town.load(
        loose(f"A{k}", on_street(k, 50, 250), f"甲{k}", "2026-12-01", "2026-12-11", 5),
        loose(f"B{k}", on_street(k, 150, 350, -5), f"乙{k}", "2027-01-11", "2027-01-29", 8),
    )
    journey.town.rematch()
    plan = journey.plan(f"A{k}")
    assert [row["binding"] for row in plan["unjoined"]] == ["no_common_days"]
    body = {"moves": {f"A{k}": "2027-01-12", f"B{k}": "2027-01-12"}, "revision": 1}
    kept = journey.client.put(f"/api/plans/{plan['id']}/moves", json=body).json()
    assert kept["unjoined"] == [] and len(kept["digs"]) == 1
