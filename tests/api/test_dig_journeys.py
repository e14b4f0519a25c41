"""From two lines on one street to an agreed dig, over real HTTP: plans, moves, invitations, answers, silence."""

import threading
from datetime import date, timedelta

import httpx
import pytest
import sqlalchemy as sa

from layers.digs.invitations import working_days
from layers.digs.replies import apply_silence
from tests.api.dig_journeys import ON, Journey, journey
from tests.api.dig_town import loose, on_street
from tests.geo.works_town import work

__all__ = ["journey"]


def test_two_parties_agree(journey: Journey) -> None:
    a, b = journey.two()
    (match,) = journey.client.get("/api/matches", params={"work": a}).json()["items"]
    assert match["shared_m"] == 100.0 and {match["a"]["work_id"], match["b"]["work_id"]} == {a, b}
    plan, dig, tokens = journey.asked(a)
    assert plan["state"] == "done" and plan["violations"] == [] and plan["savings"]["metres"] == 100.0
    assert dig["match_ids"] == [match["match_id"]] and set(dig["works"]) == {a, b} and dig["state"] == "proposed"
    assert {one["state"] for one in journey.dig(dig["id"])["answers"]} == {"asked"} and journey.dig(dig["id"])[
        "state"
    ] == "asking"
    one, two = tokens.values()
    assert journey.client.post(f"/api/invitations/{one}", json={"answer": "seen"}).json()["state"] == "seen"
    assert journey.say(one, "joins").json()["state"] == "joins"
    assert journey.dig(dig["id"])["state"] == "asking"
    assert journey.say(two, "joins").status_code == 200
    agreed = journey.dig(dig["id"])
    assert agreed["state"] == "agreed" and agreed["agreed_at"]
    assert [what for what, _ in journey.log(dig["id"])] == ["planned", "asked", "asked", "seen", "joins", "joins"]
    shown = journey.client.get(f"/api/matches/{match['match_id']}").json()["digs"]
    assert shown == [{"plan": plan["id"], "dig": dig["id"], "dig_id": "dig-1", "state": "agreed"}]


def test_other_dates_are_taken_up_and_everybody_is_asked_anew(journey: Journey) -> None:
    a, b = journey.two()
    plan, dig, tokens = journey.asked(a)
    party = {one["party"]: one["works"][0] for one in journey.dig(dig["id"])["answers"]}
    mine = next(token for name, token in tokens.items() if party[name] == a)
    theirs = next(token for name, token in tokens.items() if party[name] == b)
    assert journey.say(theirs, "joins").status_code == 200
    counter = journey.say(mine, "counters", start="2036-12-15", end="2036-12-19", reason="材料未到")
    assert counter.json()["state"] == "counters"
    assert journey.dig(dig["id"])["state"] == "countered"
    moves = {a: "2026-12-14", b: "2026-12-09"}
    preview = journey.client.post(f"/api/plans/{plan['id']}/preview", json={"moves": moves}).json()
    assert preview["violations"] == [] and {w["work_id"]: w["start"] for w in preview["works"]} == moves
    assert [one["dig"] for one in preview["digs"]] == [dig["id"]]
    kept = journey.client.put(f"/api/plans/{plan['id']}/moves", json={"moves": moves, "revision": 1})
    assert kept.status_code == 200 and kept.json()["revision"] == 2
    again = journey.dig(dig["id"])
    assert again["state"] == "asking" and again["revision"] == 2 and again["start"] == "2026-12-09"
    assert [(one["state"], one["round"], one["start"]) for one in again["answers"]] == [("asked", 2, None)] * 2
    shown = journey.client.get(f"/api/invitations/{theirs}").json()
    assert shown["changed"]["zh"] and shown["can_answer"] and shown["round"] == 2
    old = journey.client.post(f"/api/invitations/{theirs}", json={"answer": "joins", "round": 1})
    assert old.status_code == 409 and old.json()["context"]["round"] == 2
    assert journey.say(theirs, "joins").json()["dig"]["state"] == "asking"
    assert journey.say(mine, "joins").json()["dig"]["state"] == "agreed"
    assert [what for what, _ in journey.log(dig["id"])][-5:] == ["moved", "reopened", "reopened", "joins", "joins"]


def test_silence_may_go_to_the_office_instead(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a, settings={"silence": "escalate", "answer_days": 3})
    due = journey.dig(dig["id"])["answers"][0]["deadline"]
    assert apply_silence(journey.town.engine, date.fromisoformat(due)) == 0  # the last day is still theirs
    after = date.fromisoformat(due) + timedelta(days=1)
    counted = [apply_silence(journey.town.engine, after) for _ in range(2)]
    assert counted == [2, 0] and journey.dig(dig["id"])["state"] == "escalated"
    one, two = tokens.values()
    assert journey.say(one, "joins").status_code == 200 and journey.say(two, "joins").status_code == 200
    assert journey.dig(dig["id"])["state"] == "agreed"


def test_deadlines_run_on_working_days(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, _ = journey.asked(a, settings={"answer_days": 7})
    (one, _) = journey.dig(dig["id"])["answers"]
    sent = journey.town.rows(
        "SELECT (sent_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM invitations WHERE dig = :d", d=dig["id"]
    )
    due = working_days().add_workdays(sent[0]["day"], 7)
    assert one["deadline"] == str(due.day) and one["deadline_provisional"] == bool(due.provisional)


def test_a_refusal_leaves_nothing_to_dig_together(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    one, two = tokens.values()
    assert journey.say(one, "declines").json()["detail"].startswith("不参加须选择理由")
    said = journey.say(one, "declines", reason_code="money", reason="预算未批")
    assert said.json()["dig"]["state"] == "failed"
    # why, is between the party and the office: the other one sees that, and not why
    other = journey.client.get(f"/api/invitations/{two}").json()["dig"]["answers"]
    assert [(row["state"], row["reason"], row["reason_code"]) for row in other if row["state"] == "declines"] == [
        ("declines", None, None)
    ]
    assert journey.dig(dig["id"])["answers"][0]["reason_code"] == "money"
    changed = journey.say(one, "joins")  # until the deadline a party may think again
    assert changed.json()["dig"]["state"] == "asking" and changed.json()["dig"]["answers"][0]["reason"] is None


def test_both_sides_see_the_same(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    seen = [journey.client.get(f"/api/invitations/{token}").json() for token in tokens.values()]
    for one in seen:
        for row in one["dig"]["answers"]:
            del row["invitation"]
    assert seen[0]["dig"] == seen[1]["dig"] and seen[0]["dig"]["savings"]["metres"] == 100.0
    shapes = [[(f["geometry"], f["properties"].get("work_id")) for f in one["map"]["features"]] for one in seen]
    assert shapes[0] == shapes[1] and len(shapes[0]) == 3
    assert {one["mine"][0] for one in seen} == set(dig["works"]) and seen[0]["reasons"]


def test_answers_given_at_once_are_both_kept(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)

    def at_once(bodies: list[tuple[str, dict[str, object]]]) -> list[int]:
        codes: list[int] = []
        gate = threading.Barrier(len(bodies))

        def send(token: str, body: dict[str, object]) -> None:
            with httpx.Client(base_url=journey.server.url, timeout=60, trust_env=False, headers=journey.server.headers) as one:
                gate.wait()
                codes.append(one.post(f"/api/invitations/{token}", json=body).status_code)

        threads = [threading.Thread(target=send, args=each) for each in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return codes

    joins: dict[str, object] = {"answer": "joins", "round": 1}
    assert at_once([(token, joins) for token in tokens.values() for _ in range(4)]) == [200] * 8
    assert journey.dig(dig["id"])["state"] == "agreed"
    assert [what for what, _ in journey.log(dig["id"])].count("joins") == 2  # the same answer again is none
    token, *_ = tokens.values()
    other = {"answer": "declines", "round": 1, "reason_code": "other"}
    assert at_once([(token, joins), (token, other), (token, other)]) == [200] * 3
    last = [what for what, party in journey.log(dig["id"]) if party == next(iter(tokens)) and what != "asked"][-1]
    (mine,) = [row for row in journey.dig(dig["id"])["answers"] if row["party"] == next(iter(tokens))]
    assert mine["state"] == last


def test_an_answer_and_a_move_at_once_never_agree_to_what_was_not_seen(journey: Journey) -> None:
    a, b = journey.two()
    plan, dig, tokens = journey.asked(a)
    token, *_ = tokens.values()
    day = date.fromisoformat(next(m["start"] for m in dig["members"] if m["work_id"] == b))
    for revision in range(1, 6):
        current = journey.client.get(f"/api/invitations/{token}").json()["round"]
        gate = threading.Barrier(2)
        codes: dict[str, int] = {}

        def move(revision: int = revision, gate: threading.Barrier = gate, codes: dict[str, int] = codes) -> None:
            with httpx.Client(base_url=journey.server.url, timeout=60, trust_env=False, headers=journey.server.headers) as one:
                gate.wait()
                moves = {a: str(day + timedelta(days=revision % 2)), b: str(day + timedelta(days=revision % 2))}
                body = {"moves": moves, "revision": revision}
                codes["move"] = one.put(f"/api/plans/{plan['id']}/moves", json=body).status_code

        mover = threading.Thread(target=move)
        mover.start()
        gate.wait()
        codes["say"] = journey.client.post(f"/api/invitations/{token}", json={"answer": "joins", "round": current}).status_code
        mover.join()
        after = journey.client.get(f"/api/invitations/{token}").json()
        assert codes["move"] == 200 and codes["say"] in (200, 409)
        assert after["state"] == "joins" if after["round"] == current else after["state"] == "asked"


def test_only_one_of_two_movers_is_first(journey: Journey) -> None:
    a, _ = journey.two()
    plan = journey.plan(a)
    body = {"moves": {a: "2026-12-02"}, "revision": 1}
    assert journey.client.put(f"/api/plans/{plan['id']}/moves", json=body).status_code == 200
    second = journey.client.put(f"/api/plans/{plan['id']}/moves", json=body)
    assert second.status_code == 409 and second.json()["context"]["revision"] == 2


def test_moves_are_judged_and_put_back(journey: Journey) -> None:
    a, b = journey.two()
    plan = journey.plan(a)
    href = f"/api/plans/{plan['id']}"
    tried = journey.client.post(f"{href}/preview", json={"moves": {a: "2027-01-04"}}).json()
    assert [(one["rule"], one["work_id"]) for one in tried["violations"]] == [("window", a)]
    assert tried["digs"] == [] and tried["savings"]["metres"] == 0 and tried["before"]["metres"] == 100.0
    assert tried["matches"] == [{"match_id": plan["matches"][0]["match_id"], "joined": False, "days_in_common": 0}]
    assert journey.client.get(href).json()["revision"] == 1  # nothing was kept
    saturday = journey.client.post(f"{href}/preview", json={"moves": {a: "2026-12-05"}}).json()
    assert next(w["start"] for w in saturday["works"] if w["work_id"] == a) == "2026-12-07"
    kept = journey.client.put(f"{href}/moves", json={"moves": {a: "2027-01-04"}, "revision": 1}).json()
    assert kept["digs"] == [] and [one["rule"] for one in kept["violations"]] == ["window"]
    assert journey.dig(plan["digs"][0]["id"])["state"] == "dropped"
    back = journey.client.put(f"{href}/moves", json={"moves": {a: None}, "revision": 2}).json()
    assert back["savings"] == plan["savings"] and back["moves"] == {} and [one["dig_id"] for one in back["digs"]] == ["dig-2"]
    assert not [w for w in back["works"] if w["moved"]] and b in [w["work_id"] for w in back["works"]]


def test_what_cannot_move_is_refused(journey: Journey) -> None:
    k = next(journey.streets)
    journey.town.load(
        work(f"F{k}", on_street(k, 50, 250), "甲", "2026-12-01", "2026-12-10"),
        loose(f"L{k}", on_street(k, 100, 300, -5), "乙", "2026-12-01", "2026-12-10", 3),
        work(f"U{k}", on_street(k, 100, 300, -8), "丙", None, None),
    )
    journey.town.rematch()
    plan = journey.plan(f"F{k}")
    href = f"/api/plans/{plan['id']}"
    assert {one["binding"] for one in plan["unjoined"]} == {"undated"}
    firm = journey.client.put(f"{href}/moves", json={"moves": {f"F{k}": "2026-12-02"}, "revision": 1})
    assert firm.status_code == 422 and firm.json()["context"] == {
        "work_id": f"F{k}",
        "rule": "firm",
        "why": f"F{k} 日期已定，不能移动",
    }
    preview = journey.client.post(f"{href}/preview", json={"moves": {f"F{k}": "2026-12-02"}}).json()
    assert [one["rule"] for one in preview["violations"]] == ["firm"]
    for body, status in (({f"U{k}": "2026-12-02"}, 422), ({"nobody": "2026-12-02"}, 422)):
        assert journey.client.post(f"{href}/preview", json={"moves": body}).status_code == status
    english = journey.client.post(f"{href}/preview", json={"moves": {"nobody": ON}}, headers={"Accept-Language": "en"})
    assert "the plan has no work nobody" in english.json()["detail"]


def test_links_are_secret_expire_and_can_be_taken_back(journey: Journey) -> None:
    a, _ = journey.two()
    _, dig, tokens = journey.asked(a)
    (name, token), *_ = tokens.items()
    assert len(token) >= 43
    whole = " ".join(
        str(row) for row in journey.town.rows("SELECT * FROM invitations") + journey.town.rows("SELECT * FROM dig_events")
    )
    assert not any(one in whole for one in tokens.values())
    again = journey.client.post(f"/api/digs/{dig['id']}/invitations", json={}).json()["invitations"]
    assert [one["token"] for one in again] == [None, None]
    renewed = journey.client.post(f"/api/digs/{dig['id']}/invitations", json={"parties": [name], "renew": True}).json()[
        "invitations"
    ]
    assert renewed[0]["token"] not in (None, token) and renewed[0]["link"] == f"/invite/{renewed[0]['token']}"
    assert journey.client.get(f"/api/invitations/{token}").status_code == 404
    token = renewed[0]["token"]
    number = renewed[0]["invitation"]
    gone = journey.client.delete(f"/api/digs/{dig['id']}/invitations/{number}").json()
    assert gone["state"] == "revoked"
    for answer in (journey.client.get(f"/api/invitations/{token}"), journey.say(token, "joins")):
        assert answer.status_code == 409 and "链接已失效" in answer.json()["detail"]
    other = list(tokens.values())[1]
    journey.town.change("UPDATE invitations SET expires_at = now() - interval '1 s' WHERE dig = :dig", dig=dig["id"])
    assert journey.client.get(f"/api/invitations/{other}").status_code == 409
    assert journey.client.get("/api/invitations/nobody-gave-this-out").status_code == 404
    wrong = journey.client.post(f"/api/digs/{dig['id']}/invitations", json={"parties": ["无此单位"]})
    assert wrong.status_code == 422 and wrong.json()["context"]["parties"] == ["无此单位"]


def test_the_log_cannot_be_changed(journey: Journey) -> None:
    a, _ = journey.two()
    journey.asked(a)
    for statement in ("UPDATE dig_events SET actor = 'x'", "DELETE FROM dig_events", "TRUNCATE dig_events"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"):
            journey.town.change(statement)


def test_a_changed_work_reopens_its_own_dig_and_no_other(journey: Journey) -> None:
    a, b = journey.two()
    c, _ = journey.two()
    plan, dig, tokens = journey.asked(a)
    plan2, dig2, tokens2 = journey.asked(c)
    for token in (*tokens.values(), *tokens2.values()):
        assert journey.say(token, "joins").status_code == 200
    k = int(a.removeprefix("A"))
    journey.town.load(loose(a, on_street(k, 50, 250), f"甲{k}", "2026-12-01", "2026-12-11", 5, shift_days=7))
    journey.town.rematch()
    assert journey.dig(dig["id"])["state"] == "asking" and journey.dig(dig2["id"])["state"] == "agreed"
    assert journey.client.get(f"/api/plans/{plan['id']}").json()["stale"] is True
    assert journey.client.get(f"/api/plans/{plan2['id']}").json()["stale"] is False
    shown = journey.client.get(f"/api/invitations/{next(iter(tokens.values()))}").json()
    assert "有变化" in shown["changed"]["zh"] and shown["round"] == 2
    journey.town.load(loose(b, on_street(k, 700, 790, -5), f"乙{k}", "2026-12-01", "2026-12-18", 8, shift_days=7))
    journey.town.rematch()
    assert [what for what, _ in journey.log(dig["id"])].count("changed") == 2


def test_calendar_file_and_drawing(journey: Journey) -> None:
    a, _ = journey.two()
    plan, dig, _ = journey.asked(a)
    file = journey.client.get(dig["calendar"])
    assert file.headers["content-type"].startswith("text/calendar") and ".ics" in file.headers["content-disposition"]
    lines = file.content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2:] == [b"END:VCALENDAR", b""] and max(map(len, lines)) <= 75
    whole = file.content.replace(b"\r\n ", b"").decode()
    assert whole.count("BEGIN:VEVENT") == 3 and f"UID:dig-{dig['id']}@{plan['id']}.waixian" in whole
    first, last = date.fromisoformat(dig["start"]), date.fromisoformat(dig["end"])
    assert f"DTSTART;VALUE=DATE:{first:%Y%m%d}" in whole and f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}" in whole
    assert "STATUS:TENTATIVE" in whole and "SEQUENCE:2" in whole  # planned, then two were asked
    drawing = journey.client.get(dig["drawing"], params={"lang": "en"})
    assert drawing.headers["content-type"] == "image/svg+xml" and drawing.text.startswith("<svg xmlns=")


def test_the_scoreboard_counts_what_was_agreed(journey: Journey) -> None:
    a, b = journey.two()
    before = journey.client.get("/api/scoreboard").json()["total"]
    party = f"甲{a.removeprefix('A')}"
    _, dig, tokens = journey.asked(a)
    for token in tokens.values():
        journey.say(token, "joins")
    after = journey.client.get("/api/scoreboard").json()
    assert after["total"]["agreed"] == before["agreed"] + 1 and after["total"]["pairs"] == before["pairs"]
    assert after["total"]["metres_saved"] == round(before["metres_saved"] + 100.0, 1)
    mine = journey.client.get("/api/scoreboard", params={"party": party}).json()
    assert (mine["total"]["pairs"], mine["total"]["agreed"], mine["total"]["rate"], mine["total"]["metres_saved"]) == (
        1,
        1,
        1.0,
        100.0,
    )
    token = tokens[party]
    journey.say(token, "declines", reason_code="money")
    now = journey.client.get("/api/scoreboard", params={"party": party}).json()["total"]
    assert now["refusals"] == {"money": 1} and now["agreed"] == 0 and now["rate"] == 0.0
    nothing = journey.client.get("/api/scoreboard", params={"from": "2001-01", "to": "2001-12"}).json()
    assert nothing["total"]["rate"] is None and nothing["months"] == []
    assert b and dig["id"]


def test_who_comes_by_a_link_sees_the_ground_and_is_nobody(journey: Journey) -> None:
    a, _ = journey.two()
    _, _, tokens = journey.asked(a)
    with httpx.Client(base_url=journey.server.url, timeout=60, trust_env=False) as guest:
        assert guest.get("/api/city").status_code == 401
        assert guest.get(f"/api/invitations/{next(iter(tokens.values()))}").status_code == 200
        assert guest.get("/api/city").status_code == guest.get("/tiles/roads/12/3350/1620.mvt").status_code == 200
        for path in (
            "/api/routes",
            "/api/works",
            "/tiles/pipes/12/3350/1620.mvt",
            "/tiles/works/12/3350/1620.mvt",
            "/api/people",
        ):
            assert guest.get(path).status_code == 403, path
        assert guest.get("/api/session").json() == {"person": None, "sso": False}
        assert guest.get("/api/offices").status_code == guest.get("/api/tokens").status_code == 401
