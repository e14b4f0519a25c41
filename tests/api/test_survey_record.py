"""The record of a survey: made when it closes, signed, the same ever after, and checked to the byte."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from layers.session import engine
from tests.command_line import app, summary
from tests.houses import Visitors
from tests.photos import photo
from tests.rooms import SITE, guest_live, invited, live, phone, say, until
from tests.servers import Server

LON, LAT = SITE["coordinates"]
LINE = [[LON, LAT], [LON + 0.0004, LAT], [LON + 0.0004, LAT + 0.0003]]


@pytest.fixture(scope="module")
def held(visitors: Visitors, house: Server) -> str:
    """The address of a survey that was held to its close: by the lead, the gas company, a guest with a phone."""
    lead = visitors["lead"]
    asked = {"kind": "user_site", "mode": "remote", "title": "示范小区<接气>踏勘", "site": SITE, "case_id": "KF-2026-0101"}
    at = f"/api/surveys/{lead.post('/api/surveys', json=asked).json()['id']}"
    assert lead.get(f"{at}/record").status_code == 409
    for login in ("demo-gas", "demo-utility"):
        lead.post(f"{at}/participants", json={"login": login})
    lead.post(f"{at}/step", json={"step": "agree", "agreed_for": "2026-11-23T09:00:00+08:00"})
    room = lead.post(f"{at}/step", json={"step": "open"}).json()
    lead.post(f"{at}/pause", json={"cause": "force_majeure", "note": "暴雨，现场积水"})
    lead.post(f"{at}/resume")
    with phone(house, invited(house, house.secret("lead"), room, task="take_part"), name="王工") as guest:
        work_on_site(house, guest, room)
        said = {"client_id": str(uuid.uuid4()), "kind": "photo", "lon": 114.31, "lat": 34.79, "accuracy_m": 6, "text": "井盖"}
        file = guest.post("/api/guest/files", params=said, content=photo(ImageDescription="one")).json()["detail"]["file"]
    with live(house, room, house.secret("gas")) as gas:
        until(
            gas,
            "stored",
            client_id=say(gas, kind="tick", detail={"item": "manhole", "done": True, "photo": file, "note": "完好"}),
        )
        until(gas, "stored", client_id=say(gas, kind="conclusion", detail={"answer": "needs_visit", "reason": "阀门井须开盖"}))
    closed = lead.post(f"{at}/step", json={"step": "close", "without": "供水已有接口，不需踏勘"})
    assert closed.status_code == 200 and closed.json()["record"]["fingerprint"], closed.text
    return at


def work_on_site(house: Server, guest: httpx.Client, room: dict[str, Any]) -> None:
    with guest_live(house, guest) as site:
        for step in range(12):
            place = {"lon": LON + 0.00004 * step, "lat": LAT + 0.00002 * (step % 3), "accuracy_m": 5}
            at = f"2026-11-23T09:{step:02}:00+08:00"
            until(site, "stored", client_id=say(site, kind="position", detail=place, device_at=at))
        for kind, detail in (
            ("pin", {"at": [LON + 0.0002, LAT + 0.0001], "text": "接入点"}),
            ("pin", {"at": ["a", 1], "text": "<img src=x onerror=alert(1)>"}),
            ("pin", {"at": [10**400, 1], "accuracy_m": 10**400, "text": ["no", "words"]}),
            ("note", {"file": [], "text": 7}),
            ("pin", {"at": [LON, LAT], "accuracy_m": 10**400}),
            ("drawing", {"line": LINE, "text": "沿路", "length_m": 1.0}),
            ("drawing", {"area": [*LINE, [LON, LAT + 0.0003]]}),
            ("drawing", {"line": [[0, 0], [1, 1]]}),
        ):
            until(site, "stored", client_id=say(site, kind=kind, detail=detail))


def test_the_record_says_what_happened(visitors: Visitors, held: str) -> None:
    whole = visitors["gas"].get(f"{held}/record", params={"format": "json"}).json()
    told = whole["record"]
    assert told["survey"]["title"] == "示范小区<接气>踏勘" and told["clock"]["in_time"] is not None
    assert [each["name"] for each in told["participants"]][-1] == "王工"
    assert told["survey"]["closed_without"]["reason"] == "供水已有接口，不需踏勘"
    assert [each["cause"] for each in told["clock"]["pauses"]] == ["force_majeure"]
    assert len(told["tracks"][0]["properties"]["times"]) == 12 and told["journal"]["events"] > 20
    long, wide, nowhere = told["measured"]  # in the plane, whatever the sender says of it
    assert long["length_m"] == pytest.approx(36.6 + 33.3, abs=0.5) and nowhere["length_m"] is None
    assert wide["area_m2"] == pytest.approx(36.6 * 33.3, rel=0.02)
    page = visitors["lead"].get(f"{held}/record", params={"lang": "zh"})
    assert page.headers["content-type"].startswith("text/html") and "sandbox" in page.headers["content-security-policy"]
    for words in (
        "示范小区&lt;接气&gt;踏勘",
        "阀门井须开盖",
        "暴雨",
        "王工",
        whole["seal"]["sha256"],
        "data:image/jpeg",
        "69.89 m",
        "不能量算",
        "距踏勘地点 3,66",
    ):
        assert words in page.text, words
    assert "<img src=x" not in page.text and not re.search(r'(src|href)="http', page.text) and "<script" not in page.text
    assert "Record of a joint survey" in visitors["lead"].get(f"{held}/record", params={"lang": "en"}).text
    for role, status in (("urban", 404), ("heat", 404)):
        assert visitors[role].get(f"{held}/record").status_code == status


def test_a_record_is_the_same_ever_after_and_holds(visitors: Visitors, held: str, house: Server) -> None:
    lead = visitors["lead"]
    for form in ("json", "html"):
        first, again = (lead.get(f"{held}/record", params={"format": form}).content for _ in range(2))
        assert first == again
    proof = lead.get(f"{held}/record/verify").json()
    assert (proof["whole"], proof["ours"], proof["journal_same"]) == (True, True, True)
    assert proof["files"] == {"total": 1, "missing": [], "changed": []}
    key = httpx.get(f"{house.url}/api/records/key", trust_env=False).json()  # by anybody
    noted = visitors["admin"].get("/api/audit", params={"action": "survey.record", "limit": 1}).json()["items"][0]
    assert (noted["subject"], noted["after"]) == (f"survey {held.rsplit('/', 1)[1]}", {"sha256": proof["sha256"]})
    assert key["public_key"] == proof["public_key"] and key["fingerprint"] == lead.get(held).json()["record"]["fingerprint"]


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_file_is_checked_to_the_byte(visitors: Visitors, held: str, house: Server, form: str, tmp_path: Path) -> None:
    content = visitors["lead"].get(f"{held}/record", params={"format": form}).content
    key = httpx.get(f"{house.url}/api/records/key", trust_env=False).json()["public_key"]
    path = tmp_path / f"record.{form}"

    def verify(text: bytes, *more: str, home: Path = house.home) -> tuple[int, Any]:
        path.write_bytes(text)
        done = app("record", "verify", path, *more, home=home)
        return done.returncode, summary(done) if done.stdout else done.stderr

    assert verify(content)[0] == 0 and summary(app("record", "key", home=house.home))["public_key"] == key
    assert verify(content, "--key", key, home=tmp_path)[0] == 0
    code, said = verify(content, home=tmp_path)  # nobody here knows the key
    assert code == 1 and said["whole"] and said["signer_known"] is None
    assert verify(content, "--key", "ab" * 32)[1]["signer_known"] is False
    for at in (len(content) // 3, content.index("阀门井".encode()) + 2):
        changed = bytearray(content)
        changed[at] ^= 1
        code, said = verify(bytes(changed))
        assert code in (1, 2) and (code == 2 or not said["whole"])
    turned = (
        content.replace(b"needs_visit", b"feasible") if form == "json" else content.replace("需到现场".encode(), "可行".encode())
    )
    assert turned != content and verify(turned)[1]["whole"] is False
    if form == "json":  # a second meaning beside what was signed
        twice = content.replace(b'{"record":', b'{"record":{},"record":', 1)
        assert json.loads(twice) == json.loads(content) and verify(twice)[1]["whole"] is False
        assert verify(content.replace(key.encode(), b"zz"))[0] == 2
    code, said = verify(content[: len(content) // 2])
    assert code == 2 and "封印" in said
    assert verify(content, "--key", "no key")[0] == 2


def test_what_was_changed_in_the_store_is_noticed(visitors: Visitors, held: str, house: Server) -> None:
    """The last test of the module: nothing of this survey is as it was after it."""
    number, database = int(held.rsplit("/", 1)[1]), engine(house.database)
    for statement in ("UPDATE survey_records SET text = ''", "DELETE FROM survey_records"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), database.begin() as connection:
            connection.execute(sa.text(statement))
    change = (
        "ALTER TABLE survey_{0}s DISABLE TRIGGER survey_{0}s_stay; {1} WHERE survey = {2};"
        " ALTER TABLE survey_{0}s ENABLE TRIGGER survey_{0}s_stay"
    )
    with database.begin() as connection:  # by somebody to whom the database belongs
        said = "UPDATE survey_events SET detail = '{}'"
        connection.execute(sa.text(change.format("event", said, f"{number} AND kind = 'conclusion'")))
        said = "UPDATE survey_records SET text = replace(text, 'needs_visit', 'feasible')"
        connection.execute(sa.text(change.format("record", said, number)))
    database.dispose()
    (original,) = [
        each for each in (house.home / "surveys" / str(number)).iterdir() if re.fullmatch(r"[0-9a-f]{64}\.jpg", each.name)
    ]
    original.write_bytes(original.read_bytes() + b"x")
    (original.parent / "record-en.html").unlink()
    assert visitors["lead"].get(f"{held}/record", params={"lang": "en"}).status_code == 409  # nothing is signed on its word
    proof = visitors["lead"].get(f"{held}/record/verify").json()
    assert (proof["whole"], proof["journal_same"], len(proof["files"]["changed"])) == (False, False, 1)
    original.unlink()
    assert len(visitors["lead"].get(f"{held}/record/verify").json()["files"]["missing"]) == 1
