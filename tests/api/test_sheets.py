"""Clearance hints and owners' sheets over HTTP, on the demo city: what each may see and answer, and the files read back."""

import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import ezdxf
import geopandas as gpd
import httpx
import psycopg
import pyogrio
import pytest
import shapely
from ezdxf import recover

from layers.demo import names
from layers.people.offices import offices
from tests.houses import Visitors
from tests.servers import Server

LOGINS = {names.GAS: "gas", names.HEAT: "heat", names.POWER: "power", names.DRAIN: "drain"}
Made = tuple[int, list[dict[str, Any]]]


def database(server: Server) -> Any:
    return psycopg.connect(server.database.replace("postgresql+psycopg", "postgresql"), autocommit=True)


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is submitted here stays out of the other tests."""
    return demo_house


@pytest.fixture(scope="module")
def client(house: Server) -> Iterator[httpx.Client]:
    """With a token that may do everything."""
    with httpx.Client(base_url=house.url, timeout=120, trust_env=False, headers=house.headers) as one:
        yield one


def proposed(author: httpx.Client, feature: dict[str, Any], submit: bool = True) -> int:
    """A proposal, as its author draws and submits it."""
    one = author.post("/api/proposals", json={"feature": feature, "title": "示范支线"})
    assert one.status_code == 201, one.text
    told = one.json()
    if submit:
        sent = author.post(f"/api/proposals/{told['id']}/submit", json={"revision": told["revision"]})
        assert sent.status_code == 200, sent.text
    return int(told["id"])


@pytest.fixture(scope="module")
def line(house: Server) -> str:
    """The stored route that crosses most pipes."""
    with database(house) as connection:
        found = connection.execute(
            "SELECT r.route_id FROM routes r JOIN pipes p ON ST_Crosses(r.geometry, p.geometry) WHERE r.replaced_by IS NULL AND"
            " r.utility = 'water' AND r.burial = 'open' AND p.replaced_by IS NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
    assert found is not None
    return str(found[0])


@pytest.fixture(scope="module")
def made(visitors: Visitors, asked: dict[str, Any]) -> Made:
    """A proposal and its sheets, as the administrator (who sees every pipe) made them."""
    proposal = proposed(visitors["utility"], asked)
    answer = visitors["admin"].post(f"/api/proposals/{proposal}/sheets")
    assert answer.status_code == 201, answer.text
    return proposal, answer.json()["items"]


@pytest.fixture(scope="module")
def asked(house: Server, line: str) -> dict[str, Any]:
    """The line as a hand draws it."""
    with database(house) as connection:
        query = "SELECT ST_AsGeoJSON(ST_Transform(geometry, 4490), 8) FROM routes WHERE route_id = %s AND replaced_by IS NULL"
        (shape,) = connection.execute(query, [line]).fetchone() or ("",)
    told = {"utility": "water", "diameter_mm": 200, "depth_m": 1.2, "burial": "open", "trench_width_m": 0.8}
    return {"type": "Feature", "geometry": {k: v for k, v in json.loads(shape).items() if k != "crs"}, "properties": told}


def test_hints_come_as_quickly_as_a_hand_draws(client: httpx.Client, asked: dict[str, Any]) -> None:
    said = client.post("/api/clearances", json=asked).json()
    assert said["known"] and said["delivered"] and not said["withheld"] and len(said["crossings"]) > 5
    one = said["crossings"][0]
    assert {"pipe_id", "at_m", "angle_deg", "point", "gap_m", "least_m"} <= set(one)
    assert one["answer"] in ("ok", "below_minimum", "check")
    assert min(_taken(client, asked) for _ in range(60)) < 0.06  # the machine may be busy with other things: the way is short


def _taken(client: httpx.Client, asked: dict[str, Any]) -> float:
    start = time.perf_counter()
    assert client.post("/api/clearances", json=asked).status_code == 200
    return time.perf_counter() - start


def test_pipes_that_are_not_open_stay_away_without_a_number(
    client: httpx.Client, visitors: Visitors, asked: dict[str, Any]
) -> None:
    every = client.post("/api/clearances", json=asked).json()
    for login, owners in (("applicant", set()), ("utility", {names.WATER})):
        said = visitors[login].post("/api/clearances", json=asked).json()
        seen = {one["owner"] for one in (*said["crossings"], *said["parallels"])}
        assert said["withheld"] and not said["known"] and said["withheld_words"]["zh"].startswith("有未向本单位开放的管线")
        assert not seen & ({one["owner"] for one in every["crossings"]} - owners - opened(client, login))


def opened(client: httpx.Client, login: str) -> set[str]:
    """Owners who open their pipes to somebody of the audience of a login."""
    audience = {"applicant": "others", "utility": "companies"}[login]
    items = client.get("/api/companies").json()["items"]
    return {one["name"] for one in items if one.get(audience) == "full"}


def test_the_parts_are_the_whole_and_each_owner_has_one_sheet(made: Made) -> None:
    _, items = made
    owners = [one["owner"] for one in items]
    assert len(owners) == len(set(owners)) and "市城市管理局" in owners and set(names.COMMS) & set(owners)
    rows = [row for one in items for row in one["content"]["rows"]] + items[0]["content"]["unassigned"]
    whole = items[0]["content"]["footprint_m2"]
    assert whole > 0 and sum(row["amount"] for row in rows if row["unit"] == "m2") == pytest.approx(whole, abs=0.01)
    assert all(row["owner"] == one["owner"] for one in items for row in one["content"]["rows"])
    assert all(row["method"] and (row["amount"] is not None or row["why"]) for row in rows)


def test_who_may_see_and_answer_which_sheet(visitors: Visitors, made: Made, asked: dict[str, Any]) -> None:
    proposal, items = made
    base = f"/api/proposals/{proposal}/sheets"
    assert visitors["applicant"].get(base).status_code == 404  # somebody else's proposal is not there
    own = visitors["utility"].get(base).json()  # its author sees roads and green land, and of pipes its own
    assert {one["owner"] for one in own["items"]} == {
        one["owner"] for one in items if not has_pipes(one) or one["owner"] == names.WATER
    }
    comms = next(one for one in items if one["owner"] in names.COMMS)
    theirs = next(one for one in items if one["owner"] in LOGINS)
    login = LOGINS[theirs["owner"]]
    assert [one["owner"] for one in visitors[login].get(base).json()["items"]] == [theirs["owner"]]
    assert visitors[login].get(f"{base}/{comms['id']}").status_code == 404
    road = next(one for one in items if one["owner"] == "市城市管理局")
    assert visitors["utility"].post(f"{base}/{road['id']}/confirmation").status_code == 403
    assert visitors[login].post(f"{base}/{road['id']}/confirmation").status_code == 404
    assert visitors["utility"].post(base).status_code == 403
    asked_for = visitors[login].get("/api/sheets").json()["items"]
    assert [(one["proposal"], one["sheet"], one["owner"]) for one in asked_for] == [(proposal, theirs["id"], theirs["owner"])]
    assert visitors["urban"].get("/api/sheets").json()["items"] == []  # an office meets them in its queue
    draft = proposed(visitors["utility"], asked, submit=False)
    assert visitors["urban"].get(f"/api/proposals/{draft}/sheets").status_code == 404


def test_only_its_owner_answers_a_sheet(visitors: Visitors, made: Made, house: Server) -> None:
    """Of pipes the company; of what the city owns the office that keeps it; nobody else, whatever they may look at."""
    proposal, items = made
    base = f"/api/proposals/{proposal}/sheets"
    of_pipes, of_city = [one for one in items if has_pipes(one)], [one for one in items if not has_pipes(one)]
    assert of_pipes and of_city
    for role in offices().roles:
        client = visitors[role]
        told = client.get(base)
        mine = {one["owner"] for one in told.json()["items"] if one["may_answer"]} if told.status_code == 200 else set()
        keeps = role in ("urban", "urban_district") and told.status_code == 200
        own = {names.WATER} if role == "utility" else set()
        assert mine == {one["owner"] for one in items if one["owner"] in own or (keeps and not has_pipes(one))}, role
        me = client.get("/api/session").json()["person"]["name"]
        for one in (of_pipes[0], of_city[0]):
            if one["owner"] in mine:
                continue
            sheet = f"{base}/{one['id']}"
            for verb, path, body in (
                ("POST", "confirmation", None),
                ("PUT", "corrections", {"rows": [{"key": one["content"]["rows"][0]["key"], "amount": 1, "reason": "无"}]}),
                ("PUT", "signature", {"name": me, "paper": "纸1号", "paper_on": "2026-01-05"}),
            ):
                answer = client.request(verb, f"{sheet}/{path}", json=body)
                assert answer.status_code in (403, 404), (role, verb, path, answer.text)
    stands = visitors["admin"].get(base).json()["items"]
    assert {one["state"] for one in stands} == {"to_confirm"}


def has_pipes(one: dict[str, Any]) -> bool:
    return any(row["theme"] == "pipe" for row in one["content"]["rows"])


def test_an_owner_corrects_and_signs_and_then_it_stays(visitors: Visitors, client: httpx.Client, made: Made) -> None:
    proposal, items = made
    one = next(one for one in items if one["owner"] in LOGINS)
    login = LOGINS[one["owner"]]
    owner, base = visitors[login], f"/api/proposals/{proposal}/sheets/{one['id']}"
    session = owner.get("/api/session")
    assert session.status_code == 200, session.text
    me = session.json()["person"]["name"]
    assert owner.put(f"{base}/signature", json={"name": me}).status_code == 409  # nothing confirmed yet
    key = one["content"]["rows"][0]["key"]
    assert owner.put(f"{base}/corrections", json={"rows": [{"key": "road-999", "amount": 1, "reason": "无"}]}).status_code == 422
    assert owner.put(f"{base}/corrections", json={"rows": [{"key": key, "amount": 1, "reason": "  "}]}).status_code == 422
    changed = owner.put(f"{base}/corrections", json={"rows": [{"key": key, "amount": 2, "reason": "现场为两处"}]}).json()
    assert changed["state"] == "corrected" and changed["corrected"] == {key: {"amount": 2.0, "reason": "现场为两处"}}
    assert owner.post(f"{base}/confirmation").json()["corrected"] is None  # all of it is right after all
    owner.put(f"{base}/corrections", json={"rows": [{"key": key, "amount": 2, "reason": "现场为两处"}]})
    assert owner.put(f"{base}/signature", json={"name": "别人"}).status_code == 422
    signed = owner.put(f"{base}/signature", json={"name": me}).json()
    assert signed["state"] == "signed" and signed["signed_name"] == me and not signed["may_answer"]
    for verb, path, body in (
        ("PUT", "signature", {"name": me}),
        ("POST", "confirmation", None),
        ("PUT", "corrections", {"rows": [{"key": key, "amount": 3, "reason": "再改"}]}),
    ):
        assert owner.request(verb, f"{base}/{path}", json=body).status_code == 409
    said = {
        "version": version_id(client, proposal),
        "owner": signed["owner"],
        "content": signed["content"],
        "corrected": signed["corrected"],
        "signed_name": me,
    }
    said["signed_at"] = datetime.fromisoformat(signed["signed_at"]).astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == signed["digest"]
    again = client.post(f"/api/proposals/{proposal}/sheets").json()["items"]
    assert next(each for each in again if each["owner"] == one["owner"])["digest"] == signed["digest"]
    actions = [row["action"] for row in client.get("/api/audit", params={"limit": 50}).json()["items"]]
    assert {"sheets.make", "sheet.corrected", "sheet.confirmed", "sheet.sign"} <= set(actions)


def version_id(client: httpx.Client, proposal: int) -> int:
    rows = client.get("/api/audit", params={"action": "sheets.make", "limit": 50}).json()["items"]
    return max(int(row["subject"]) for row in rows if row["actor"] == "demo-admin")


def test_the_files_read_back(client: httpx.Client, made: Made, tmp_path: Path) -> None:
    proposal, items = made
    for one in items:
        content, base = one["content"], f"/api/proposals/{proposal}/sheets/{one['id']}"
        paper = docx.Document(io.BytesIO(client.get(f"{base}.docx").content))
        head, table, sign = paper.tables
        assert one["owner"] in head.rows[0].cells[3].text and len(table.rows) == len(content["rows"]) + 1
        assert "签字" in sign.rows[1].cells[0].text and len(paper.inline_shapes) == 1
        assert 'w:eastAsia="宋体"' in paper.element.xml
        drawing, check = recover.read(io.BytesIO(client.get(f"{base}.dxf").content))
        assert not check.has_errors and drawing.dxfversion >= ezdxf.const.DXF2010
        axis = next(iter(drawing.modelspace().query('LWPOLYLINE[layer=="WX_拟建外线"]')))
        assert [tuple(map(float, p[:2])) for p in axis.get_points()] == [tuple(xy) for xy in content["axis"]["coordinates"]]
        assert len(drawing.modelspace().query("TEXT")) >= 1 and drawing.styles.get("CHINESE").dxf.font
        path = tmp_path / "one.gpkg"
        path.write_bytes(client.get(f"{base}.gpkg").content)
        layers = {str(name) for name, _ in pyogrio.list_layers(path)}
        assert {"line", "footprint", "rows"} <= layers and {row["theme"] for row in content["rows"]} <= layers
        feet = gpd.read_file(path, layer="footprint")
        mm = 0.0005 * feet.length.sum()  # its corners are told to the millimetre
        assert str(feet.crs) == content["crs"] and feet.area.sum() == pytest.approx(content["footprint_m2"], abs=mm)
        assert len(pyogrio.read_dataframe(path, layer="rows")) == len(content["rows"])
        assert shapely.geometry.shape(content["axis"]).length == pytest.approx(content["length_m"], abs=0.01)


def test_an_owner_without_a_desk_is_answered_for_by_its_paper(visitors: Visitors, asked: dict[str, Any], house: Server) -> None:
    proposal = proposed(visitors["utility"], asked)
    items = visitors["admin"].post(f"/api/proposals/{proposal}/sheets").json()["items"]
    one = next(one for one in items if one["owner"] in (names.GAS, names.HEAT, names.POWER))
    sheet, urban = f"/api/proposals/{proposal}/sheets/{one['id']}", visitors["urban"]
    me = urban.get("/api/session").json()["person"]["name"]
    with database(house) as connection:
        desk = (
            "UPDATE people SET disabled_at = %s WHERE company IN (SELECT id FROM companies WHERE name = %s)"
            " AND (disabled_at IS NULL) = %s"
        )
        connection.execute(desk, [datetime.now(UTC), one["owner"], True])
        try:
            shown = urban.get(sheet).json()
            assert shown["may_answer"] and shown["by_paper"]
            assert visitors["traffic"].get(sheet).json()["may_answer"] is False
            assert urban.post(f"{sheet}/confirmation").status_code == 200
            bare = urban.put(f"{sheet}/signature", json={"name": me})
            assert bare.status_code == 422 and one["owner"] in bare.json()["detail"]
            for number, on in (("燃确〔2026〕3号", None), ("3号", "2099-01-01"), ("3号", "0001-01-01")):
                stated = {"name": me, "paper": number, "paper_on": on}
                assert urban.put(f"{sheet}/signature", json=stated).status_code == 422
            signed = urban.put(
                f"{sheet}/signature", json={"name": me, "paper": "燃确〔2026〕3号", "paper_on": "2026-01-05"}
            ).json()
            assert (signed["state"], signed["paper"], signed["paper_on"]) == ("signed", "燃确〔2026〕3号", "2026-01-05")
            text = "\n".join(line.text for line in docx.Document(io.BytesIO(urban.get(f"{sheet}.docx").content)).paragraphs)
            assert "燃确〔2026〕3号" in text
        finally:
            connection.execute(desk, [None, one["owner"], False])
    assert urban.get(sheet).json()["by_paper"] is False


def test_nobody_is_the_owner_of_what_no_owner_is_known_of(visitors: Visitors, asked: dict[str, Any], house: Server) -> None:
    """The office that keeps the city's roads does not sign as owner of a road whose owner the layer does not name."""
    proposal = proposed(visitors["utility"], asked)
    items = visitors["admin"].post(f"/api/proposals/{proposal}/sheets").json()["items"]
    road = next(one for one in items if one["owner"] == "市城市管理局")
    sheet, urban = f"/api/proposals/{proposal}/sheets/{road['id']}", visitors["urban"]
    assert urban.get(sheet).json()["by_paper"] is False
    rows = [{**row, "owner": ""} for row in road["content"]["rows"]]
    with database(house) as connection:
        connection.execute(
            "UPDATE owner_sheets SET owner = '权属单位不详', content = jsonb_set(content, '{rows}', %s::jsonb) WHERE id = %s",
            [json.dumps(rows), road["id"]],
        )
    told = urban.get(sheet).json()
    assert told["may_answer"] and told["by_paper"]
    me = urban.get("/api/session").json()["person"]["name"]
    assert urban.post(f"{sheet}/confirmation").status_code == 200
    assert urban.put(f"{sheet}/signature", json={"name": me}).status_code == 422
