"""What an invitation shows on the map: the works of the dig as they were planned, and the stretches that they share."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.digs.store import plan


def invited_map(engine: sa.Engine, dig: Mapping[str, Any], mine: Sequence[str]) -> dict[str, Any]:
    """GeoJSON features: works of the dig (``mine``: of the party), then its shared stretches."""
    case = plan(engine, dig["plan"])["case"]
    position = {i: work["work_id"] for i, work in enumerate(case["works"])}
    features = [
        _feature(work["geometry"], what="work", mine=work["work_id"] in mine, **{name: work[name] for name in _WORK})
        for work in case["works"]
        if work["work_id"] in dig["works"]
    ]
    for row in case["rows"]:
        if row["match_id"] in dig["match_ids"] and {position[row["a"]], position[row["b"]]} <= set(dig["works"]):
            features.append(_feature(row["geometry"], what="shared", match_id=row["match_id"], shared_m=row["shared_m"]))
    return {"type": "FeatureCollection", "features": features}


_WORK = ("work_id", "party", "utility", "kind")


def _feature(geometry: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
