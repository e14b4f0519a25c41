"""The record of a survey on paper: one HTML page in A4 without scripts, photos and maps inside; to read, print or keep as PDF."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from api.report.page import TEMPLATES
from api.siting.small_map import Drawn, small_map
from api.survey.record_shapes import in_plane, shape_of
from api.survey.record_words import ANSWERS, CAUSES, DID, MODES, TASKS, Words, clocked, when
from geo.city import City
from layers.people.offices import offices
from layers.signing import ALGORITHM, fingerprint
from layers.survey.kinds import kinds
from layers.survey.media import THUMB_PX
from layers.survey.positions import limits
from layers.survey.records import Kept

FOLDER = TEMPLATES / "survey-record"
MOST_MAPS = 60
"""Maps on one page: what lies beyond is told in the time line with its place."""
INK, TRAIL = "#B4431F", "#134E6B"
_MARKED = {"pin": INK, "photo": "#0072B2", "clip": "#0072B2", "voice": "#0072B2"}
Told = Mapping[str, Any]


def page(kept: Kept, city: City, files: Path, lang: str) -> str:
    """The page. ``files``: the folder of the survey's files, where the small photos lie; ``lang``: ``zh`` or ``en``."""
    paper = _Paper(kept.content, city, files, lang)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([FOLDER, TEMPLATES]), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = "".join(
        (folder / name).read_text("utf-8") for folder, name in ((TEMPLATES / "site", "site.css"), (FOLDER, "record.css"))
    )
    seal = {"algorithm": ALGORITHM, "fingerprint": fingerprint(kept.seal.public_key), "made_at": when(kept.made_at.isoformat())}
    return environment.get_template("page.html").render(
        zh=paper.zh, style=style, seal=seal | {"sha256": kept.seal.sha256, "public_key": kept.seal.public_key},
        city=kept.content["city"], survey=kept.content["survey"], journal=kept.content["journal"], head=paper.head(),
        overview=paper.overview(), conclusions=paper.conclusions(), silent=paper.silent(), who=paper.who(), units=paper.units(),
        handed=paper.handed(), maps=paper.maps(), clock=paper.clock(),
        entries=paper.entries(),
    )  # fmt: skip


class _Paper:
    """Makes the parts of one record in one language."""

    def __init__(self, content: Told, city: City, files: Path, lang: str) -> None:
        self.content, self.city, self.files, self.zh = content, city, files, lang == "zh"
        self.names = {one["id"]: one["name"] for one in content["participants"]}
        self.by_file = {each["id"]: each for each in content["files"]}
        self.measures = {one["seq"]: one for one in content["measured"]}
        self.site = in_plane(content["survey"]["site"], city)

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def of(self, words: Words | Mapping[str, str]) -> str:
        two = words if isinstance(words, tuple) else (words["zh"], words["en"])
        return two[0 if self.zh else 1]

    def role(self, role: str) -> str:
        known = offices().roles.get(role)
        return self.say("链接访客", "guest") if known is None else known.title.text("zh" if self.zh else "en")

    def unit(self, unit: str) -> str:
        """A company by its name, an office by its title."""
        return self.role(unit) if unit in offices().roles else unit

    def _name(self, one: Told) -> str:
        return str(self.names.get(one["participant"], "—"))

    def head(self) -> list[tuple[str, str]]:
        one, kind = self.content["survey"], kinds().get(self.content["survey"]["kind"])
        called = "" if kind is None else f"{self.of(kind.title.model_dump())}（{kind.cite}）"
        told = [
            (self.say("类型", "Kind"), called), (self.say("方式", "Way"), self.of(MODES[one["mode"]])),
            (self.say("案件", "Case"), one["case_id"] or ""),
            (self.say("方案", "Proposal"), "" if one["proposal"] is None else f"{one['proposal']}"),
            (self.say("组织人", "Led by"), one["organiser_name"]), (self.say("约定时间", "Agreed for"), when(one["agreed_for"])),
            (self.say("开始", "Opened"), when(one["opened_at"])), (self.say("结束", "Closed"), when(one["ended_at"])),
            (self.say("期限", "Term"), clocked(self.content["clock"], self.zh)),
            (self.say("地点", "Place"), self._where(one["site"])),
        ]  # fmt: skip
        return [(name, value) for name, value in told if value]

    def _where(self, site: Told) -> str:
        if site["type"] == "Point":
            return "{:.6f}, {:.6f}".format(*site["coordinates"])
        return "{:.6f}, {:.6f} …".format(*site["coordinates"][0][0])

    def overview(self) -> str:
        shown = [self._trail(each) for each in self.content["tracks"]] + [self._drawn(each) for each in self.content["entries"]]
        return self._map([one for one in shown if one is not None], self.say("总图", "Overview"))

    def _map(self, shown: list[Drawn], title: str) -> str:
        return "" if self.site is None else small_map(self.site, shown, self.city, title)

    def _trail(self, track: Told) -> Drawn | None:
        line = in_plane(track["geometry"], self.city)
        return None if line is None else Drawn(line, TRAIL, 2.0, dash="4 3")

    def _drawn(self, entry: Told) -> Drawn | None:
        geometry = shape_of(entry["detail"])
        if geometry is None or entry["kind"] not in (*_MARKED, "drawing"):
            return None
        shape = in_plane(geometry, self.city)
        return None if shape is None else Drawn(shape, _MARKED.get(entry["kind"], INK), 3.0)

    def conclusions(self) -> list[list[str]]:
        out = []
        for unit in self.content["units"]:
            one = unit["conclusion"]
            if one is None:
                out.append([self.unit(unit["unit"]), self.say("尚无结论", "none"), "", "", ""])
            else:
                name = self._name(one)
                out.append([self.unit(unit["unit"]), self.of(ANSWERS[one["answer"]]), one["reason"] or "", name, when(one["at"])])
        return out

    def silent(self) -> str:
        told = self.content["survey"]["closed_without"]
        if not told:
            return ""
        return self.say(
            f"结束时尚未下结论：{'、'.join(told['units'])}。原因：{told['reason']}",
            f"Had not concluded when it was closed: {', '.join(told['units'])}. Why: {told['reason']}",
        )

    def who(self) -> list[list[str]]:
        return [
            [one["name"], one["company"] or self.role(one["role"]), self.of(TASKS[one["task"]]), when(one["joined_at"]),
             when(one["last_at"]), f"{one['entries']}", when(one["removed_at"])]
            for one in self.content["participants"]
        ]  # fmt: skip

    def units(self) -> list[dict[str, Any]]:
        return [
            {"title": self.unit(unit["unit"]), "items": [self._item(each) for each in unit["items"]]}
            for unit in self.content["units"] if unit["items"]
        ]  # fmt: skip

    def _item(self, item: Told) -> dict[str, Any]:
        tick = item["tick"]
        done = tick is not None and tick["done"]
        by = "" if tick is None else f"{self._name(tick)} · {when(tick['at'])}"
        photo = self.by_file.get(tick.get("photo")) if tick else None
        state = self.say("已核对", "seen") if done else self.say("未核对", "not seen")
        return {
            "title": self.of(item["title"]), "done": done, "state": state, "by": by, "note": (tick or {}).get("note", ""),
            "picture": self._picture(photo), "file": photo,
        }  # fmt: skip

    def _picture(self, file: Told | None) -> str:
        """A small photo as a data URI; empty where there is none to show."""
        path = None if file is None else self.files / f"{file['sha256']}-{THUMB_PX}.jpg"
        if path is None or not path.is_file():
            return ""
        return "data:image/jpeg;base64," + b64encode(path.read_bytes()).decode()

    def handed(self) -> list[dict[str, Any]]:
        """Photos, clips and recordings, each with what its original is known by."""
        out = []
        for entry in self.content["entries"]:
            if entry["kind"] in ("photo", "clip", "voice"):
                file = self.by_file[entry["detail"]["file"]]
                lines = [self._at(entry["detail"]), *self._compared(entry["detail"].get("exif") or {})]
                out.append({
                    "number": entry["seq"], "title": self.of(DID[entry["kind"]]), "by": self._name(entry),
                    "at": when(entry["at"]), "text": _text(entry["detail"]), "lines": [line for line in lines if line],
                    "picture": self._picture(file), "sha256": file["sha256"],
                    "size": f"{file['media_type']} · {file['bytes'] / 1000:,.0f} kB",
                })  # fmt: skip
        return out

    def _at(self, detail: Told) -> str:
        geometry = shape_of(detail)
        if geometry is None or geometry["type"] != "Point":
            return ""
        about = detail.get("accuracy_m")
        exact = f" ±{about:.0f} m" if isinstance(about, (int, float)) and 0 < about < 1e7 else ""
        return "{:.6f}, {:.6f}".format(*geometry["coordinates"]) + exact + self._far(geometry)

    def _far(self, geometry: Told) -> str:
        """How far a place lies from the site, where that is too far to be of it."""
        shape = in_plane(geometry, self.city)
        if shape is None or self.site is None or shape.distance(self.site) <= limits().far_m:
            return ""
        metres = shape.distance(self.site)
        return self.say(f"，距踏勘地点 {metres:,.0f} m", f", {metres:,.0f} m from the site")

    def _compared(self, exif: Told) -> list[str]:
        """How far the photo's own record is from what the phone said."""
        pairs = (("apart_m", " m", "位置", "place"), ("apart_s", " s", "时间", "time"), ("apart_deg", "°", "方向", "heading"))
        apart = [f"{self.say(zh, en)} {exif[name]:g}{sign}" for name, sign, zh, en in pairs if exif.get(name) is not None]
        return [self.say("照片自带数据与手机相差：", "The photo's own record differs by: ") + "，".join(apart)] if apart else []

    def maps(self) -> list[dict[str, Any]]:
        """Trails first, then pins and drawings in their order, each with a map as far as :data:`MOST_MAPS` reaches."""
        out: list[dict[str, Any]] = []
        for track in self.content["tracks"]:
            about, line = track["properties"], self._trail(track)
            name = self._name(about)
            left = self.say(f"另有 {about['left_out']} 个存疑位置未连入", f"{about['left_out']} doubted ones left out")
            span = f"{when(about['times'][0])} – {when(about['times'][-1])}"
            number = self.say(f"{len(about['times'])} 个位置", f"{len(about['times'])} positions")
            out.append({"title": self.say(f"轨迹：{name}", f"Trail: {name}"), "text": "", "about": span,
                        "big": number, "note": left if about["left_out"] else "", "drawn": line})  # fmt: skip
        for entry in self.content["entries"]:
            if entry["kind"] in ("pin", "drawing") and shape_of(entry["detail"]) is not None:
                out.append({
                    "title": f"#{entry['seq']} {self.of(DID[entry['kind']])}", "text": _text(entry["detail"]),
                    "about": f"{self._name(entry)} · {when(entry['at'])}",
                    "big": self._measure(entry["seq"]),
                    "note": self._at(entry["detail"]) or self._unmeasured(entry["seq"]), "drawn": self._drawn(entry),
                })  # fmt: skip
        for at, one in enumerate(out):
            drawn = one.pop("drawn")
            one["map"] = self._map([drawn], one["title"]) if drawn is not None and at < MOST_MAPS else ""
        return out

    def _measure(self, seq: int) -> str:
        one = self.measures.get(seq)
        if one is None:
            return ""
        length, area = one.get("length_m"), one.get("area_m2")
        if length is None and area is None:
            return ""
        return f"{length:,.2f} m" if length is not None else f"{area:,.1f} m²"

    def _unmeasured(self, seq: int) -> str:
        one = self.measures.get(seq)
        if one is None or one.get("length_m") is not None or one.get("area_m2") is not None:
            return ""
        return self.say("不能量算：超出本市范围或边相交", "cannot be measured: outside the city, or edges cross")

    def clock(self) -> list[list[str]]:
        return [
            [self.of(CAUSES.get(one["cause"], (one["cause"],) * 2)), one["note"], when(one["began_at"]), when(one["ended_at"])]
            for one in self.content["clock"]["pauses"]
        ]  # fmt: skip

    def entries(self) -> list[list[str]]:
        """The time line, without positions and views."""
        return [
            [f"{one['seq']}", when(one["at"]), self._name(one), self.of(DID[one["kind"]]), self._told(one)]
            for one in self.content["entries"]
        ]  # fmt: skip

    def _told(self, entry: Told) -> str:
        detail = entry["detail"]
        parts = [_text(detail), self._measure(entry["seq"]), self._unmeasured(entry["seq"]), self._at(detail)]
        if entry["kind"] == "conclusion":
            parts = [self.unit(detail["unit"]), self.of(ANSWERS[detail["answer"]]), detail.get("reason", "")]
        elif entry["kind"] == "tick":
            done = self.say("已核对", "seen") if detail["done"] else self.say("未核对", "not seen")
            parts = [self.unit(detail["unit"]), self._point(detail), done, detail.get("note", "")]
        elif entry["kind"] == "removed":
            parts = [self.names.get(detail["participant"], "—")]
        return " · ".join(part for part in parts if part)

    def _point(self, detail: Told) -> str:
        for unit in self.content["units"]:
            for item in unit["items"]:
                if (unit["unit"], item["item"]) == (detail["unit"], detail["item"]):
                    return self.of(item["title"])
        return str(detail["item"])


def _text(detail: Told) -> str:
    text = detail.get("text")
    return text if isinstance(text, str) else ""
