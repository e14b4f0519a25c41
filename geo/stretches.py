"""Stretches as people see them: which road, park or tree, from where to where, on which side, with its line if asked."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import SURE
from geo.axis import MM, cut
from geo.city import City
from geo.columns import words
from geo.crs import to_degrees
from geo.facts import Facts
from geo.footprint import BORED, UNSAID
from geo.hits import Hits
from geo.lock_zones import lock_ends
from geo.measure import Measured
from geo.partition import sides
from geo.zones import zone_hits

Ints = npt.NDArray[np.int64]

NAME = {"highways": "ref", "trees": "species"}
KIND = {"roads": "class", "highways": "class", "trees": "grade"}
KEY = {"roads": "road_id", "road_ledger": "road_id", "road_surfaces": "road_id", "highways": "ref", "green": "green_id",
       "trees": "tree_id", "heritage": "heritage_id", "planning": "zone_id"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Hits of one area set that count for a zone, sorted by route: membership, road met and side of each."""

    key: str
    hits: Hits
    member: npt.NDArray[np.int8]
    road: Ints
    side: npt.NDArray[np.object_]


class Stretches:
    """Looks up stretches of single routes in the tables that measuring left behind."""

    def __init__(self, facts: Facts, city: City) -> None:
        self.city = city
        self.chunks: tuple[Measured, ...] = facts.tables["measured"]
        self.starts = np.concatenate([[0], np.cumsum([len(m.length_mm) for m in self.chunks])])
        self._zones: dict[tuple[int, str], list[Table]] = {}
        self._piece_sides: dict[int, npt.NDArray[np.object_]] = {}
        self._columns: dict[tuple[str, str], npt.NDArray[Any]] = {}

    def at(self, i: int) -> tuple[Measured, int]:
        """The chunk that measured route ``i``, and its number there."""
        chunk = int(np.searchsorted(self.starts, i, side="right")) - 1
        return self.chunks[chunk], i - int(self.starts[chunk])

    def _tables(self, measured: Measured, zone: str) -> list[Table]:
        key = (id(measured), zone)
        if key not in self._zones:
            self._zones[key] = [self._table(measured, zone, *table) for table in zone_hits(measured, zone)[0]]
        return self._zones[key]

    def _table(self, measured: Measured, zone: str, key: str, hits: Hits, member: npt.NDArray[np.int8]) -> Table:
        order = np.argsort(hits.route, kind="stable")
        hits, member = hits.stretched(order, hits.lo[order], hits.hi[order]), member[order]
        road = np.full(len(hits.route), -1, dtype=np.int64)
        side = np.full(len(hits.route), None, dtype=object)
        if measured.ground.data.zones[zone].theme == "road":
            road = self._road_of(measured, key)[hits.area]
            side = sides(measured.axes, hits.route, hits.lo, hits.hi, road, measured.ground.roads)
        return Table(key, hits, member, road, side)

    def _road_of(self, measured: Measured, key: str) -> Ints:
        """The row of the roads frame that each area of a set lies on."""
        row = measured.ground.sets[key].row
        if key != "ledger":
            return row
        ids = pd.Index(self._texts("roads", "road_id"))
        road: Ints = ids.get_indexer(pd.Index(self._texts("road_ledger", "road_id")[row])).astype(np.int64)
        return road

    def of_zone(self, zone: str, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """Stretches of route ``i`` that count for a zone, in order along the line."""
        measured, k = self.at(i)
        spec = measured.ground.data.zones[zone]
        out: list[dict[str, Any]] = []
        for table in self._tables(measured, zone):
            hits, areas = table.hits, measured.ground.sets[table.key]
            for h in range(*np.searchsorted(hits.route, [k, k + 1])):
                one = self._stretch(measured, k, spec.theme, int(hits.lo[h]), int(hits.hi[h]))
                one |= self._what(areas.layer, int(areas.row[hits.area[h]]), int(table.road[h]), table.side[h])
                may_hang = spec.level == "bridge" and hits.mode[h] == UNSAID
                one |= {"bored": bool(hits.mode[h] == BORED), "certain": bool(table.member[h] == SURE and not may_hang)}
                if zone in measured.ground.locks:
                    last = lock_ends(measured, zone, table.key, hits.area[h : h + 1])[0]
                    one["locked_until"] = None if np.isnat(last) else str(last)
                out.append(one)
        out.sort(key=lambda one: (one["from_m"], one["to_m"], str(one["id"])))
        return [self._with_line(measured, k, one) for one in out] if geometry else out

    def pieces(self, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """The ground partition of route ``i``, split where open cut and bored meet."""
        measured, k = self.at(i)
        p, feet = measured.pieces, measured.footprints
        if id(measured) not in self._piece_sides:
            self._piece_sides[id(measured)] = sides(measured.axes, p.route, p.lo, p.hi, p.road, measured.ground.roads)
        side = self._piece_sides[id(measured)]
        a, b = np.searchsorted(feet.open_route, [k, k + 1])
        opened = [(int(lo), int(hi)) for lo, hi in feet.open_mm[a:b]]
        out = []
        for j in range(*np.searchsorted(p.route, [k, k + 1])):
            what = self._what("roads", int(p.road[j]), int(p.road[j]), side[j])
            for lo, hi, is_open in _split(int(p.lo[j]), int(p.hi[j]), opened):
                one = self._stretch(measured, k, "ground", lo, hi) | what | {"bored": not is_open}
                one["area_m2"] = one["area_m2"] if is_open else 0.0
                out.append(self._with_line(measured, k, one) if geometry else one)
        return out

    def _stretch(self, measured: Measured, k: int, theme: str, lo: int, hi: int) -> dict[str, Any]:
        width = float(measured.footprints.trench_m[k])
        size = {"width_m": round(width, 3), "area_m2": round((hi - lo) / MM * width, 3)}
        return {"theme": theme, "from_m": lo / MM, "to_m": hi / MM, **size}

    def _what(self, layer: str, row: int, road: int, side: str | None) -> dict[str, Any]:
        """What is met: its kind, number and name; of a road also the side and the pavement."""
        if row < 0:
            return {"kind": "off_road", "id": None, "name": None, "side": None, "pavement": None}
        return {
            "kind": self._value(layer, KIND.get(layer, "kind"), row),
            "id": self._value(layer, KEY[layer], row),
            "name": self._value("roads", "name", road) if road >= 0 else self._value(layer, NAME.get(layer, "name"), row),
            "side": side,
            "pavement": self._value("roads", "pavement", road) if road >= 0 else None,
        }

    def _texts(self, layer: str, column: str) -> npt.NDArray[Any]:
        key = (layer, column)
        if key not in self._columns:
            frame = self.city.layer(layer).frame
            empty = frame is None or column not in frame
            self._columns[key] = np.zeros(0, dtype=object) if empty else words(pd.DataFrame(frame), column)
        return self._columns[key]

    def _value(self, layer: str, column: str, row: int) -> Any:
        texts = self._texts(layer, column)
        return texts[row] if row < len(texts) else None

    def _with_line(self, measured: Measured, k: int, one: dict[str, Any]) -> dict[str, Any]:
        line = to_degrees(cut(measured.axes, k, one["from_m"], one["to_m"]), self.city.work_crs)
        parts = [np.round(shapely.get_coordinates(part), 7).tolist() for part in shapely.get_parts(line)]
        one["coordinates"] = parts[0] if len(parts) == 1 else [spot for part in parts for spot in part]
        return one


def _split(lo: int, hi: int, opened: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """A stretch cut where open cut begins and ends (millimetres)."""
    marks = sorted({lo, hi, *(m for cut_ in opened for m in cut_ if lo < m < hi)})
    out = []
    for a, b in pairwise(marks):
        middle = (a + b) / 2
        out.append((a, b, any(s < middle < e for s, e in opened)))
    return out
