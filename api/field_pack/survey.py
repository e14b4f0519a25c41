"""What the survey itself puts into the pack: its site, its line, its checklist, and what was put on its map."""

from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from api.deps import House
from api.field_pack import words
from api.field_pack.table import Columns, Look, Shape, Symbol, Table, framed, names_of
from api.styles import outcome_style, styles
from api.survey.record_shapes import in_plane, measured, shape_of
from api.survey.record_words import MODES, when
from geo.city import City
from geo.crs import CGCS2000_DEGREES, to_work
from geo.errors import NotFound
from layers.proposals import store as proposals
from layers.rights.scope import Scope
from layers.survey import checklist, journal, positions
from layers.survey.kinds import kinds
from layers.survey.states import WORDS as STATES

Told = Mapping[str, Any]
_SHAPES: Mapping[str, Shape] = {"Point": "Point", "LineString": "LineString", "Polygon": "Polygon"}


def every_event(house: House, survey: int) -> Iterator[dict[str, Any]]:
    """The whole journal, in its order."""
    last = 0
    while page := journal.events(house.engine, survey, last):
        yield from page
        last = page[-1]["seq"]


def line_of(house: House, scope: Scope, survey: Told) -> tuple[dict[str, Any], Any] | None:
    """The line of the survey's proposal as its row and its shape (work CRS): the newest version that one sees. None where there
    is no proposal, or it is not shown to who asks: taking part in a survey opens nobody's draft."""
    if survey["proposal"] is None:
        return None
    try:
        with house.engine.connect() as connection:
            one = proposals.one(connection, scope, survey["proposal"])
            held = proposals.version(connection, scope, survey["proposal"])
    except NotFound:
        return None
    zh, en = _outcome(house, held.pack, held.outcome)
    certainty = styles()["certainty"].get(held.certainty, {}).get("zh", words.CERTAINTY_UNKNOWN)
    row = {
        "number": one["number"], "title": one["title"], "version": held.number, "outcome": zh, "outcome_en": en,
        "outcome_code": held.outcome, "certainty": certainty, "length_m": held.length_m, "pack": held.pack,
        "judged_on": held.on.isoformat(),
    }  # fmt: skip
    return row, held.geometry


def _outcome(house: House, pack: str, outcome: str) -> tuple[str, str]:
    """Words of the pack that judged it; where that pack is here no more, those of the styles."""
    try:
        title = house.pack(pack).outcomes.get(outcome)
    except NotFound:
        title = None
    if title is not None:
        return title.zh, title.en
    known = styles()["outcomes"].get(outcome, {})
    return known.get("zh", outcome), known.get("en", outcome)


def site_in_plane(survey: Told, city: City) -> Any:
    """The site in the work CRS."""
    return to_work(shapely.geometry.shape(survey["site"]), CGCS2000_DEGREES, city.work_crs)


def survey_tables(house: House, city: City, survey: Told, line: tuple[dict[str, Any], Any] | None,
                  photos: Mapping[int, str]) -> list[Table]:  # fmt: skip
    """All tables of the survey, those without rows too. ``photos``: number of a file → its path in the pack."""
    events = list(every_event(house, survey["id"]))
    names = {one["id"]: one["name"] for one in survey["participants"]}
    return [
        _pins(events, names, photos, city),
        *_tracks(house, survey, names, city),
        *_drawings(events, names, city),
        _lines(line, city),
        _site(survey, line, city),
        _checklist(house, survey, names, photos, city),
    ]


def _table(name: str, columns: Columns, rows: list[dict[str, Any]], shapes: list[Any] | None, shape: Shape | None, city: City,
           look: Look | None = None, **more: Any) -> Table:  # fmt: skip
    frame = framed(columns, rows, shapes, city.work_crs)
    return Table(name, words.TITLES[name], words.SURVEY, shape, frame, names_of(columns), look, **more)


def _site(survey: Told, line: tuple[dict[str, Any], Any] | None, city: City) -> Table:
    kind, shape = kinds().get(survey["kind"]), site_in_plane(survey, city)
    row = {
        "survey": survey["id"], "title": survey["title"], "kind": survey["kind"] if kind is None else kind.title.zh,
        "mode": MODES[survey["mode"]][0], "state": STATES[survey["state"]][0], "case_id": survey["case_id"],
        "proposal": None if line is None else line[0]["number"], "organiser": survey["organiser_name"],
        "agreed_for": when(None if survey["agreed_for"] is None else survey["agreed_for"].isoformat()),
    }  # fmt: skip
    plain = Symbol(words.SITE_LOOK.colour, 5.0) if shape.geom_type == "Point" else words.SITE_LOOK
    return _table("site", words.SITE, [row], [shape], _SHAPES[shape.geom_type], city, Look(plain, label="title"))


def _lines(line: tuple[dict[str, Any], Any] | None, city: City) -> Table:
    known = {code: (one["zh"], _drawn(one)) for code, one in styles()["outcomes"].items()}
    if line is not None and line[0]["outcome_code"] not in known:
        known[line[0]["outcome_code"]] = (line[0]["outcome"], _drawn(outcome_style(line[0]["outcome_code"])))
    look = Look(_drawn(styles()["other_outcome"]), "outcome_code", known, "number")
    rows, shapes = ([], []) if line is None else ([line[0]], [line[1]])
    shape: Shape = "Polygon" if line is not None and line[1].geom_type.endswith("Polygon") else "LineString"
    return _table("lines", words.LINES, rows, shapes, shape, city, look)


def _drawn(style: Told) -> Symbol:
    """A line of the screen on paper: a pixel is some 0.26 mm."""
    return Symbol(style["colour"], round(style["width"] * 0.26, 2), dash=bool(style["dash"]))


def _checklist(house: House, survey: Told, names: Mapping[int, str], photos: Mapping[int, str], city: City) -> Table:
    rows = []
    for unit in checklist.checklist(house.engine, survey["id"]):
        for item in unit["items"]:
            tick = item["tick"] or {}
            rows.append({
                "unit": unit["title"]["zh"], "role": unit["role"], "item": item["item"], "title_zh": item["title"]["zh"],
                "title_en": item["title"]["en"], "photo_required": item["photo"], "done": tick.get("done", False),
                "note": tick.get("note"), "photo": photos.get(tick.get("photo", 0)),
                "author": names.get(tick.get("participant", 0)),
                "at": when(tick["at"].isoformat()) if tick else None,
            })  # fmt: skip
    return _table("checklist", words.CHECKLIST, rows, None, None, city, photo="photo", editable=True)


def _entry(event: Told, names: Mapping[int, str]) -> dict[str, Any]:
    text = event["detail"].get("text")
    return {
        "seq": event["seq"], "kind": event["kind"], "words": text if isinstance(text, str) else None,
        "author": names.get(event["participant"]), "at": when(event["at"].isoformat()),
    }  # fmt: skip


def _pins(events: list[dict[str, Any]], names: Mapping[int, str], photos: Mapping[int, str], city: City) -> Table:
    """Pins and what was handed in; without a place where nobody knows one, or it lies outside the city."""
    rows, shapes = [], []
    for event in events:
        if event["kind"] not in words.KINDS:
            continue
        detail, place = event["detail"], shape_of(event["detail"])
        photo = photos.get(detail["file"]) if event["kind"] == "photo" else None
        rows.append(_entry(event, names) | {
            "photo": photo, "sha256": detail["sha256"] if event["kind"] == "photo" else None,
            "accuracy_m": _number(detail.get("accuracy_m")), "heading_deg": _number(detail.get("heading")),
        })  # fmt: skip
        shapes.append(None if place is None or place["type"] != "Point" else in_plane(place, city))
    known = {kind: (two[0], words.MARKED[kind]) for kind, two in words.KINDS.items()}
    values = {"kind": {kind: two[0] for kind, two in words.KINDS.items()}}
    look = Look(words.MARKED["pin"], "kind", known, "words")
    more = {"values": values, "photo": "photo", "editable": True, "defaults": words.NEW_PIN}
    return _table("pins", words.PINS, rows, shapes, "Point", city, look, **more)


def _number(value: object) -> float | None:
    """What a phone says is a number only where it is one that a column holds."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and abs(value) < 1e9 else None  # type: ignore[arg-type,operator]


def _drawings(events: list[dict[str, Any]], names: Mapping[int, str], city: City) -> list[Table]:
    drawn = [each for each in events if each["kind"] == "drawing"]
    sizes = {one["seq"]: one for one in measured(drawn, city)}
    found: dict[str, tuple[list[dict[str, Any]], list[Any]]] = {"LineString": ([], []), "Polygon": ([], [])}
    for event in drawn:
        place = shape_of(event["detail"])
        if place is not None and place["type"] in found:
            rows, shapes = found[place["type"]]
            rows.append(_entry(event, names) | sizes.get(event["seq"], {}))
            shapes.append(in_plane(place, city))
    named: tuple[tuple[str, Shape], ...] = (("drawings", "LineString"), ("drawings_areas", "Polygon"))
    return [_table(name, words.DRAWINGS, *found[shape], shape, city, Look(words.DRAWN, label="words")) for name, shape in named]


def _tracks(house: House, survey: Told, names: Mapping[int, str], city: City) -> list[Table]:
    """Where participants went, as lines and as positions with their times; without the positions that are doubted."""
    lines, points = ([], []), ([], [])  # type: tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]
    for one in survey["participants"]:
        trail = positions.track(house.engine, survey["id"], one["id"])
        times = [when(each.isoformat()) for each in trail["properties"]["times"]]
        if trail["geometry"] is None:
            continue
        lines[0].append({
            "author": names[one["id"]], "from_at": times[0], "to_at": times[-1], "positions": len(times),
            "left_out": trail["properties"]["left_out"],
        })  # fmt: skip
        lines[1].append(in_plane(trail["geometry"], city))
        points[0].extend({"author": names[one["id"]], "at": at} for at in times)
        points[1].extend(in_plane({"type": "Point", "coordinates": at}, city) for at in trail["geometry"]["coordinates"])
    return [
        _table("track_points", words.POSITIONS, *points, "Point", city, Look(Symbol(words.TRAIL.colour, 1.2))),
        _table("track", words.TRACK, *lines, "LineString", city, Look(words.TRAIL)),
    ]
