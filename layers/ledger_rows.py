"""Rows of the road ledger that find no place on the roads: told one by one, since a lock that is lost permits a dig."""

from geo.city import City
from geo.columns import frame_of, numbers, words
from geo.ledger import place
from layers.readers.words import Issue


def _stray(road_id: object) -> tuple[str, str]:
    if not road_id:
        zh = "没有道路编号，可能属于任何一条路；请补上编号，否则台账的“没有记录”不能作为“没有”"
        return zh, "it names no road and may be of any; add the number: until then the silence of the ledger proves nothing"
    zh = f"道路图层中没有编号 {road_id}；请改正编号或补充道路，否则台账的“没有记录”不能作为“没有”"
    en = f"no road of the roads layer has the number {road_id}; mend the number or add the road: until then the silence of "
    return zh, f"{en}the ledger proves nothing"


def ledger_issues(city: City) -> list[Issue]:
    """One issue for each row that names no road, or no stretch that its road has. Nothing where a layer is absent."""
    if city.layer("road_ledger").frame is None or city.layer("roads").frame is None:
        return []
    frame = frame_of(city.layer("road_ledger"))
    placed, ids = place(city), words(frame, "road_id")
    row_no = frame["row_no"].to_numpy() if "row_no" in frame else range(1, len(frame) + 1)
    start, stop = numbers(frame, "from_m"), numbers(frame, "to_m")
    issues = [
        Issue(
            int(row_no[i]), str(ids[i] or ""), "road_id",
            *_stray(ids[i]),
        )
        for i in placed.stray
    ]  # fmt: skip
    issues += [
        Issue(
            int(row_no[i]), str(ids[i] or ""), "from_m",
            f"起止桩 {start[i]:g}–{stop[i]:g} 米不在该路上；请改正，否则按整条路存疑",
            f"the stretch {start[i]:g}–{stop[i]:g} m is not on that road; mend it: until then the whole road is in doubt",
        )
        for i in placed.row[placed.doubtful]
    ]  # fmt: skip
    return sorted(issues, key=lambda issue: issue.row_no)
