"""Two versions of one proposed line: what was taken away, what was added, and which answers of the law are others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.outlines import derived_axis

SAME_M = 0.05
"""Two lines that lie no further apart are the same line, drawn twice."""
_FINDING = ("answer", "value", "limit", "margin", "decides", "at_limit")
_PERMIT = ("state", "waived", "term")


@dataclass(frozen=True)
class Moved:
    """Stretches in the work CRS: ``removed`` only of the first version, ``added`` only of the second, ``kept`` of both (as the
    second has them); each may be empty."""

    removed: BaseGeometry
    added: BaseGeometry
    kept: BaseGeometry


def moved(a: BaseGeometry, b: BaseGeometry) -> Moved:
    """Where two lines (or the axes of two outlines, metres) part. Parts shorter than twice :data:`SAME_M` are left out: they are
    what is left where the two cross."""
    first, second = _line(a), _line(b)
    near_a, near_b = first.buffer(SAME_M), second.buffer(SAME_M)
    return Moved(_lines(first.difference(near_b)), _lines(second.difference(near_a)), _lines(second.intersection(near_a)))


def _line(shape: BaseGeometry) -> BaseGeometry:
    return derived_axis(shape) if shape.geom_type in ("Polygon", "MultiPolygon") else shape


def _lines(shape: BaseGeometry) -> BaseGeometry:
    parts = [each for each in shapely.get_parts(shape, return_index=False) if each.length > 2 * SAME_M]
    merged = shapely.line_merge(shapely.MultiLineString(parts)) if parts else shapely.MultiLineString()
    return shapely.MultiLineString([merged]) if merged.geom_type == "LineString" else merged


def findings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings of two verdicts side by side, those that changed first: {key, title, unit, a, b, changed}; ``a`` or ``b`` is
    None where the other pack asks what this one does not. ``changed`` names what is another (``answer``, ``value``, …)."""
    return _beside(a["findings"], b["findings"], "rule", _FINDING)


def permits(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The permit items of two verdicts, as :func:`findings`."""
    return _beside(a["permits"], b["permits"], "item", _PERMIT)


def _beside(
    a: Sequence[Mapping[str, Any]], b: Sequence[Mapping[str, Any]], name: str, said: Sequence[str]
) -> list[dict[str, Any]]:
    first, second = {each[name]: each for each in a}, {each[name]: each for each in b}
    out = []
    for key in dict.fromkeys([*second, *first]):
        one, other = first.get(key), second.get(key)
        both = other or one or {}
        changed = [part for part in said if (one or {}).get(part) != (other or {}).get(part)]
        if one is None or other is None:
            changed = ["there"]
        out.append({
            "key": key, "title": both.get("title"), "unit": both.get("unit"), "changed": changed,
            "a": None if one is None else {part: one.get(part) for part in said},
            "b": None if other is None else {part: other.get(part) for part in said},
        })  # fmt: skip
    return sorted(out, key=lambda each: not each["changed"])
