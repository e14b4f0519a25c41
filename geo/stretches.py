"""Stretches as people see them: which road, park or tree, from where to where, on which side, with its line if asked."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import MM, cut
from geo.city import City
from geo.crs import to_degrees
from geo.facts import Facts
from geo.footprint import BORED
from geo.ground import MAYBE, words
from geo.hits import Hits
from geo.measure import Measured
from geo.partition import sides
from geo.zones import lock_ends, zone_hits

Ints = npt.NDArray[np.int64]

NAME = {"highways": "ref", "trees": "species"}
KIND = {"roads": "class", "highways": "class", "trees": "grade"}
KEY = {"roads": "road_id", "road_ledger": "road_id", "road_surfaces": "road_id", "highways": "ref", "green": "green_id",
       "trees": "tree_id", "heritage": "heritage_id", "planning": "zone_id"}  # fmt: skip


class Stretches:
    """Looks up stretches of single routes in the tables that measuring left behind."""

    def __init__(self, facts: Facts, city: City) -> None:
        self.city = city
        self.chunks: tuple[Measured, ...] = facts.tables["measured"]
        self.starts = np.concatenate([[0], np.cumsum([len(m.length_mm) for m in self.chunks])])
        self._zones: dict[tuple[int, str], list[tuple[str, Hits, Any, Ints]]] = {}
        self._columns: dict[tuple[str, str], npt.NDArray[Any]] = {}

    def at(self, i: int) -> tuple[Measured, int]:
        """The chunk that measured route ``i``, and its number there."""
        chunk = int(np.searchsorted(self.starts, i, side="right")) - 1
        return self.chunks[chunk], i - int(self.starts[chunk])

    def _tables(self, i: int, zone: str) -> tuple[Measured, int, list[tuple[str, Hits, Any, Ints]]]:
        measured, k = self.at(i)
        key = (id(measured), zone)
        if key not in self._zones:
            tables, _ = zone_hits(measured, zone)
            self._zones[key] = [(s, h, m, np.argsort(h.route, kind="stable")) for s, h, m in tables]
        return measured, k, self._zones[key]

    def of_zone(self, zone: str, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """Stretches of route ``i`` that count for a zone, in order along the line."""
        measured, k, tables = self._tables(i, zone)
        spec = measured.ground.data.zones[zone]
        out: list[dict[str, Any]] = []
        for key, hits, member, order in tables:
            a, b = np.searchsorted(hits.route[order], [k, k + 1])
            for h in order[a:b]:
                row = int(measured.ground.sets[key].row[hits.area[h]])
                one = self._stretch(
                    measured, k, spec.theme, measured.ground.sets[key].layer, row, int(hits.lo[h]), int(hits.hi[h])
                )
                one |= {"bored": bool(hits.mode[h] == BORED), "certain": bool(member[h] != MAYBE)}
                if zone in measured.ground.locks:
                    last = lock_ends(measured, zone, key, hits.area[h : h + 1])[0]
                    one["locked_until"] = None if np.isnat(last) else str(last)
                out.append(one)
        out.sort(key=lambda one: (one["from_m"], one["to_m"], str(one["id"])))
        return [self._with_line(measured, k, one) for one in out] if geometry else out

    def pieces(self, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """The ground partition of route ``i``, split where open cut and bored meet."""
        measured, k = self.at(i)
        p = measured.pieces
        a, b = np.searchsorted(p.route, [k, k + 1])
        feet = measured.footprints
        opened = [(int(lo), int(hi)) for lo, hi in feet.open_mm[feet.open_route == k]]
        out = []
        for j in range(a, b):
            for lo, hi, is_open in _split(int(p.lo[j]), int(p.hi[j]), opened):
                one = self._stretch(measured, k, "ground", "roads", int(p.road[j]), lo, hi)
                one["bored"] = not is_open
                one["area_m2"] = round((hi - lo) / MM * float(feet.trench_m[k]), 3) if is_open else 0.0
                out.append(self._with_line(measured, k, one) if geometry else one)
        return out

    def _stretch(self, measured: Measured, k: int, theme: str, layer: str, row: int, lo: int, hi: int) -> dict[str, Any]:
        width = float(measured.footprints.trench_m[k])
        blank = dict.fromkeys(("kind", "id", "name", "side", "pavement"))
        size = {"width_m": round(width, 3), "area_m2": round((hi - lo) / MM * width, 3)}
        one: dict[str, Any] = {"theme": theme, "from_m": lo / MM, "to_m": hi / MM, **blank, **size}
        if row < 0:
            return one | {"kind": "off_road"}
        one |= {"id": self._value(layer, KEY[layer], row), "kind": self._value(layer, KIND.get(layer, "kind"), row)}
        road = row
        if layer == "road_ledger":
            found = np.flatnonzero(self._texts("roads", "road_id") == one["id"])
            road = int(found[0]) if len(found) else -1
        one["name"] = (
            self._value("roads", "name", road)
            if theme in ("road", "ground") and road >= 0
            else self._value(layer, NAME.get(layer, "name"), row)
        )
        if theme in ("road", "ground") and road >= 0:
            one["pavement"] = self._value("roads", "pavement", road)
            at = (np.array([k]), np.array([lo]), np.array([hi]), np.array([road]))
            one["side"] = sides(measured.axes, *at, measured.ground.roads)[0]
        return one

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
