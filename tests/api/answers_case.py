"""A real review of the small city, with awkward texts: what the writers of answers and reports must carry unharmed."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from api.review import Review, review
from layers.packs.read import read_packs
from tests.packs.places import CRS, ON, at, box, city, line, route, routes, spans

__all__ = ["AWKWARD", "CITY", "CRS", "PACK", "REJECTS", "judged", "of", "small"]

CITY = city()
PACK = read_packs(Path(__file__).resolve().parents[2] / "data" / "packs")["kaifeng-2022-6"]

AWKWARD = (
    '=HYPERLINK("http://x","y")', "</script><script>window.hit=1</script>", '逗号,引号"换行\n完;分号', "-2+3",
    "<img src=x onerror=window.hit=1>", "正常 A-6", "A-7", "A-8",
)  # fmt: skip

REJECTS = pd.DataFrame(
    {"row_no": [17, 17, 19], "route_id": ["</script>", "</script>", None], "field": ["geometry", "utility", "geometry"],
     "reason_zh": ["图形自相交", "=管线种类为空", "图形为空"], "reason_en": ["crosses itself", "no utility", "no shape"]}
)  # fmt: skip


def _lines() -> gpd.GeoDataFrame:
    across = shapely.MultiLineString([[at(300, 200), at(500, 200)], [at(520, 200), at(560, 200)]])
    some = [
        route(line((0, 200), (300, 200)), "gas", project="某小区供气外线", applicant="示范燃气公司（合成）"),
        route(line((500, 0), (1400, 0)), "water", project="</script><b>项目</b>", depth_m=1.2),
        route(line((0, 1000), (200, 1000)), "power", voltage_kv=10.0),
        route(line((0, 0), (100, 0)), "drain"),
        route(across, "heat", trench_width_m=None),
        route(line((900, 200), (1100, 200), (1100, 300)), "comms", start=None, end=None),
        route(box(200, 398, 320, 402), "water", project="以面申报"),
        route(line((0, 600), (80, 600)), "power"),
    ]
    found = routes(*some)
    found["route_id"] = AWKWARD
    return found


def of(found: gpd.GeoDataFrame, bored: pd.DataFrame | None = None) -> Review:
    """The review of any routes in the small city."""
    return review(found, CITY, PACK, ON, spans=bored)


def judged() -> Review:
    """Eight routes: exempt, parallel, undetermined, out of scope; a two-part line, a bored span, an outline."""
    return of(_lines(), spans((40.0, 90.5, 6.0, None), route_id=AWKWARD[0]))


def small(**changes: Any) -> Review:
    """One short route with some of its fields changed."""
    return of(route(line((0, 200), (120, 200)), "gas", **changes))
