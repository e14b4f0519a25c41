"""Questions to the owners of layers, in words: what is contested, wanted or missing, and how the answer comes in."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from api.reviewing.intersections import LAYER_OF, layer_of, ledger_or
from geo.crs import to_work
from geo.errors import BadInput
from geo.law.pack import Pack
from geo.schema import LAYERS
from layers.reviewing.deeds import Answer
from layers.reviewing.tasks import Question

Item = Mapping[str, Any]


def question(shown: Item, pack: Pack, key: str, said: Answer, reason: str, work_crs: str) -> Question | None:
    """What an answer asks of whom; None for one that agrees. Raises BadInput for a key that the item does not have."""
    row = next((one for one in shown["rows"] if one["key"] == key), None)
    finding = next((one for one in shown["findings"] if one["rule"] == key), None)
    if row is None and finding is None:
        raise BadInput(
            why_zh=f"判定中没有 {key}（可能已重新判定）；请刷新", why_en=f"the verdict has no {key}; it may have been judged anew"
        )
    if said == "agree":
        return None
    layer = (row["layer"] if row["theme"] in LAYER_OF else "") if row is not None else _layer(finding or {}, pack)
    spots = row["coordinates"] if row is not None else _spots(finding or {})
    about = _about(row, finding)
    verb = {"contest": ("对此有异议", "contests this"), "ask": ("要求补充数据", "asks for data")}[said]
    name = LAYERS[layer].zh if layer in LAYERS else "申报内容"
    name_en = LAYERS[layer].en if layer in LAYERS else "what the applicant stated"
    words = {
        "zh": f"{shown['number']}：{about[0]}。审查人员{verb[0]}：{reason.strip()}（图层：{name}）",
        "en": f"{shown['number']}: {about[1]}. The reviewer {verb[1]}: {reason.strip()} (layer: {name_en})",
        "reason": reason.strip(),
    }
    return Question(said, layer, _owner(shown, layer), key, words, _wkb(spots, work_crs))


def missing(shown: Item, work_crs: str) -> list[Question]:
    """One question for each unknown finding that says what is missing."""
    out = []
    for one in shown["findings"]:
        if one["answer"] != "unknown" or not one["missing"]:
            continue
        told, layer = one["missing"], one["missing"]["layer"]
        words = {
            "zh": f"{shown['number']}：{one['title']['zh']}——{told['zh']}。请补充后重新交付该图层",
            "en": f"{shown['number']}: {one['title']['en']} - {told['en']}. Please add it and deliver the layer again",
            "reason": "",
        }
        if not layer:
            words["zh"] = f"{shown['number']}：{told['zh']}。请申报单位补填"
            words["en"] = f"{shown['number']}: {told['en']}. The applicant fills it in"
        owner = told["office"] or (_owner(shown, layer) if layer else shown["applicant"] or "")
        out.append(Question("missing", layer, owner, one["rule"], words, _wkb(_spots(one), work_crs)))
    return out


def _layer(finding: Item, pack: Pack) -> str:
    told = finding.get("missing") or {}
    return str(told.get("layer") or ledger_or(layer_of(pack, finding["rule"]), finding.get("stretches", [])))


def _owner(shown: Item, layer: str) -> str:
    """Whose layer it is, as the verdict's own deliveries say; of the line itself its applicant."""
    if not layer:
        return str(shown["applicant"] or "")
    return next((str(one["owner"] or "") for one in shown["rests_on"]["deliveries"] if one["layer"] == layer), "")


def _about(row: Item | None, finding: Item | None) -> tuple[str, str]:
    if row is not None:
        name = row["name"] or row["id"] or ""
        place = f"{name} {row['from_m']:.1f}–{row['to_m']:.1f} m"
        return place, place if name.isascii() else f"{row['theme']} {row['id']} {row['from_m']:.1f}–{row['to_m']:.1f} m"
    assert finding is not None
    return finding["title"]["zh"], finding["title"]["en"]


def _spots(finding: Item) -> Sequence[Sequence[Sequence[float]]]:
    return [one["coordinates"] for one in finding.get("stretches", []) if one.get("coordinates")]


def _wkb(spots: Sequence[Any], work_crs: str) -> bytes | None:
    """Lines in degrees as one shape in the work CRS; None where there are none, which stands for the whole line."""
    lines = [spots] if spots and not isinstance(spots[0][0], (list, tuple)) else list(spots)
    shapes = [shapely.LineString(line) for line in lines if len(line) > 1]
    if not shapes:
        return None
    return bytes(shapely.to_wkb(to_work(shapely.union_all(shapes), "EPSG:4490", work_crs)))
