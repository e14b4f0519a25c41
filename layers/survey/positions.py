"""Positions of a room's phones: doubted where they lie far from the site or jump, kept all the same; trails without those."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, NotFound
from geo.law.cite import Model
from layers.data_files import read_model
from layers.rows import Source, row, rows
from layers.survey.kinds import FOLDER

MARKS = ("far_m", "jump")


class Limits(Model):
    """When a position is doubted: metres from the site, metres in a second since the last one. How much one room takes."""

    far_m: float
    jump_m_s: float
    files_mb: float


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The limits of this installation. Raises BadData where the file is wrong."""
    return read_model(FOLDER / "limits.yaml", Limits)


_AWAY = (
    "WITH now_at AS (SELECT CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography) AS g), last_at AS ("
    " SELECT CAST(ST_SetSRID(ST_MakePoint(CAST(e.detail->>'lon' AS float8), CAST(e.detail->>'lat' AS float8)), 4326)"
    " AS geography) AS g,"
    " abs(extract(epoch FROM CASE WHEN CAST(:device_at AS timestamptz) IS NULL OR e.device_at IS NULL"
    " THEN clock_timestamp() - e.at ELSE CAST(:device_at AS timestamptz) - e.device_at END)) AS s"
    " FROM survey_events e WHERE e.survey = :survey AND e.participant = :participant AND e.kind = 'position'"
    " AND NOT e.detail ? 'jump' ORDER BY e.seq DESC LIMIT 1)"
    " SELECT ST_Distance(CAST(ST_Transform(v.site, 4326) AS geography), n.g) AS far_m, ST_Distance(l.g, n.g) AS moved_m, l.s"
    " FROM surveys v CROSS JOIN now_at n LEFT JOIN last_at l ON true WHERE v.id = :survey"
)


def marked(
    connection: sa.Connection, survey: int, participant: int, detail: Mapping[str, Any], device_at: datetime | None
) -> dict[str, Any]:  # fmt: skip
    """A position as it is kept: ``far_m`` where it lies farther from the site than the limit, ``jump`` where nobody moves so
    fast; what the sender says of either is not believed. Raises BadInput for what is no place on earth."""
    kept = {name: value for name, value in detail.items() if name not in MARKS}
    lon, lat = kept.get("lon"), kept.get("lat")
    if not (_number(lon, 180) and _number(lat, 90)):
        raise BadInput(why_zh="位置须有经度 lon 和纬度 lat（度）", why_en="a position has lon and lat, in degrees")
    given = {"survey": survey, "participant": participant, "lon": lon, "lat": lat, "device_at": device_at}
    (away,) = rows(connection, _AWAY, **given)
    if away["far_m"] > limits().far_m:
        kept["far_m"] = round(away["far_m"])
    # two positions of one second are as good as one second apart
    if away["moved_m"] is not None and away["moved_m"] > limits().jump_m_s * max(1.0, float(away["s"])):
        kept["jump"] = True
    return kept


def _number(value: object, most: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= most


_TRACK = (
    "SELECT detail, coalesce(device_at, at) AS at FROM survey_events"
    " WHERE survey = :survey AND participant = :participant AND kind = 'position' ORDER BY coalesce(device_at, at), seq"
)


def track(source: Source, survey: int, participant: int) -> dict[str, Any]:
    """The trail of a participant as a GeoJSON feature, in degrees: a LineString without the doubted positions, null where fewer
    than two are left; ``times`` of its points, how many were ``left_out``. Raises NotFound."""
    query = "SELECT 1 AS one FROM survey_participants WHERE id = :participant AND survey = :survey"
    if row(source, query, survey=survey, participant=participant) is None:
        raise NotFound(what_zh="参加人", what_en="participant", id=participant)
    found = rows(source, _TRACK, survey=survey, participant=participant)
    good = [each for each in found if not any(mark in each["detail"] for mark in MARKS)]
    line = [[each["detail"]["lon"], each["detail"]["lat"]] for each in good]
    return {
        "type": "Feature", "geometry": {"type": "LineString", "coordinates": line} if len(line) > 1 else None,
        "properties": {
            "participant": participant, "times": [each["at"] for each in good], "left_out": len(found) - len(good)
        },
    }  # fmt: skip
