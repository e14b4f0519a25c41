"""A joint dig as a calendar file (iCalendar, RFC 5545), for any calendar that people use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

MEDIA = "text/calendar; charset=utf-8"
_STATUS = {"agreed": "CONFIRMED", "dropped": "CANCELLED", "failed": "CANCELLED"}
FOLD = 75  # octets in a line, its end not counted


def calendar_file(dig: Mapping[str, Any], log: Sequence[Mapping[str, Any]], city: str, lang: str) -> bytes:
    """One event for the dig and one for each of its works, whole days; ``dig``: as :func:`api.digs.plan_view.dig` gives it,
    ``log``: of all that happened to it, oldest first.

    The same dig keeps its ids. Every line of the log that changes what the file says (all but who has looked) raises SEQUENCE
    and is its LAST-MODIFIED (RFC 5545, 3.8.7.3 and 3.8.7.4), so that a calendar that reads the file again takes it over."""
    changes = [one["at"] for one in log if one["what"] != "seen"]
    dig = {**dig, "sequence": max(len(changes) - 1, 0), "stamp": stamp(changes[-1] if changes else dig["changed_at"])}
    zh = lang == "zh"
    roads = ("、" if zh else ", ").join(dig["road_names"]) or ("未标明道路" if zh else "no road named")
    title = f"同步开挖 {dig['dig_id']}：{roads}" if zh else f"Joint dig {dig['dig_id']}: {roads}"
    who = [f"{one['order']}. {one['work_id']} {one['party'] or '—'} {one['start']}–{one['end']}" for one in dig["members"]]
    about = [dig["state_text"][lang], *who]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Waixian//Dig once//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(title)}", *_event(dig, "", dig["start"], dig["end"], title, about, city),
    ]  # fmt: skip
    for one in dig["members"]:
        name = f"{one['work_id']} {one['party'] or ''}".strip()
        lines += _event(dig, f"-{one['order']}", one["start"], one["end"], f"{name} · {dig['dig_id']}", about[:1], city)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(dig: Mapping[str, Any], part: str, start: str, end: str, title: str, about: Iterable[str], city: str) -> list[str]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    stamp = dig["stamp"]
    return [
        "BEGIN:VEVENT", f"UID:dig-{dig['id']}{part}@{dig['plan']}.waixian", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{dig['sequence']}", f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",  # the first day after it
        f"SUMMARY:{text(title)}", f"DESCRIPTION:{text(chr(10).join(about))}",
        f"LOCATION:{text(' '.join([city, *dig['road_names']]))}", f"STATUS:{_STATUS.get(dig['state'], 'TENTATIVE')}",
        "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def stamp(when: datetime | str) -> str:
    """A moment as iCalendar writes it, in UTC."""
    at = datetime.fromisoformat(when) if isinstance(when, str) else when
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(words: str) -> str:
    """A value of kind TEXT: what would end it is written out, what no calendar can hold is left out."""
    kept = "".join(c for c in words if c >= " " or c == "\n")
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets; no character is cut."""
    pieces, piece = [], b""
    for c in line:
        octets = c.encode()
        if len(piece) + len(octets) > FOLD:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
