"""The appointment of a survey: what reminds those who have not answered, and the calendar file of the agreed time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from api.digs.calendar import folded, stamp, text
from layers.survey.clock import CHINA

_STATUS = {"cancelled": "CANCELLED", "planned": "TENTATIVE"}


def reminder(survey: Mapping[str, Any], offered: Mapping[str, Any]) -> dict[str, str] | None:
    """A text to copy to who has not answered, in Chinese and English; None where nobody is awaited."""
    who = [each["name"] for each in survey["participants"] if each["id"] in offered["silent"]]
    if not who:
        return None
    times = [f"{each['starts_at'].astimezone(CHINA):%Y-%m-%d %H:%M}" for each in offered["times"]]
    return {
        "zh": f"{'、'.join(who)}：联合踏勘“{survey['title']}”请答复以下时间能否参加：{'；'.join(times)}（北京时间）。",
        "en": f"{', '.join(who)}: please answer which of these times suit you for the joint survey “{survey['title']}”:"
        f" {'; '.join(times)} (China time).",
    }


def calendar_file(survey: Mapping[str, Any], lasts: timedelta) -> bytes:
    """The agreed time as one event (iCalendar, RFC 5545); the same survey keeps its id, each change raises SEQUENCE. ``lasts``:
    how long a calendar is to keep free."""
    begins: datetime = survey["agreed_for"]
    lon, lat = _middle(survey["site"])
    now = stamp(datetime.now(UTC))
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Waixian//Joint survey//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "BEGIN:VEVENT", f"UID:survey-{survey['id']}@waixian", f"DTSTAMP:{now}", f"LAST-MODIFIED:{now}",
        f"SEQUENCE:{int(survey['state'] == 'cancelled')}", f"DTSTART:{stamp(begins)}", f"DTEND:{stamp(begins + lasts)}",
        f"SUMMARY:{text('联合踏勘 Joint survey: ' + survey['title'])}", f"GEO:{lat:.6f};{lon:.6f}",
        f"STATUS:{_STATUS.get(survey['state'], 'CONFIRMED')}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return b"".join(folded(line) for line in lines)


def _middle(site: Mapping[str, Any]) -> tuple[float, float]:
    """Longitude and latitude of a point, or of the middle of an area's box."""
    if site["type"] == "Point":
        lon, lat = site["coordinates"]
        return lon, lat
    ring = site["coordinates"][0]
    lons, lats = [each[0] for each in ring], [each[1] for each in ring]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
