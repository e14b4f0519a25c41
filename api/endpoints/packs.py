"""The rules that judge: every pack with its words, switches and clauses."""

from typing import Any

from fastapi import APIRouter

from api.deps import House, HouseNow
from api.rights import needs
from api.schemas import PackBrief, PackOut, problems
from api.stock.packs import clauses, compared
from api.stock.schemas import ClausesOut, ComparedOut
from api.wire import Json
from geo.errors import Conflict
from geo.law.pack import Cite, Pack, Tier, Words

router = APIRouter(prefix="/api/packs", tags=["city"], dependencies=[needs("see")])


@router.get("", response_model=list[PackBrief], summary="规则包 / packs")
def list_packs(house: HouseNow) -> Json:
    """Every pack that may judge; ``default`` marks the one that does today when a request names none."""
    default = _default(house)
    return Json([_brief(pack, default) for pack in house.packs.values()])


@router.get("/{pack_id}", response_model=PackOut, responses=problems(404, 422), summary="一个规则包 / one pack")
def show_pack(pack_id: str, house: HouseNow) -> Json:
    """Outcomes, conditions, rules, switches (readings) and permit items, each with its citation."""
    return Json(_whole(house.pack(pack_id), _default(house)))


@router.get("/{pack_id}/clauses", response_model=ClausesOut, responses=problems(404, 422), summary="规则包全文 / a pack in words")
def show_clauses(pack_id: str, house: HouseNow) -> Json:
    """Every item in words with its citation, and what follows from each worked case."""
    pack = house.pack(pack_id)
    return Json(clauses(pack, house.settings.packs_dir / pack.id))


@router.get(
    "/{pack_id}/compare/{other_id}",
    response_model=ComparedOut,
    responses=problems(404, 422),
    summary="两个规则包之差 / two packs",
)
def show_compared(pack_id: str, other_id: str, house: HouseNow) -> Json:
    """Two packs clause by clause: what differs, what only one has, and what is the same."""
    return Json(compared(house.pack(pack_id), house.pack(other_id)))


def _default(house: House) -> str:
    """Id of the pack that judges today when none is named; empty where there is none, or no city to choose it for."""
    try:
        pack = house.default_pack(house.standing.settings().name)
    except Conflict:
        pack = None
    return pack.id if pack else ""


def _brief(pack: Pack, default: str) -> dict[str, Any]:
    data = pack.data
    return {
        "id": pack.id, "label": pack.label, "title": _words(data.title), "city": _words(data.city),
        "valid_from": data.valid_from, "valid_to": data.valid_to, "default": pack.id == default, "readings": len(data.switches),
        "open_readings": sum(not one.confirmed_by.office for one in data.switches.values()),
    }  # fmt: skip


def _whole(pack: Pack, default: str) -> dict[str, Any]:
    data = pack.data
    tiers = {
        tier.id: {
            **_words(tier.title),
            "colour": tier.colour,
            "severity": tier.severity,
            "time": _words(tier.time),
            "citation": pack.cite(tier.cite),
        }
        for tier in data.tiers
    }
    return {
        **_brief(pack, default),
        "notice": _words(data.notice),
        "outcomes": {name: tiers.get(name) or _words(words) for name, words in pack.outcomes.items()},
        "conditions": {c.id: {**_words(c.title), "citation": pack.cite(c.cite)} for c in data.conditions},
        "rules": [
            {
                "id": r.id, "title": _words(r.title), "fact": r.fact, "test": r.test, "unit": r.unit, "effect": r.effect,
                "citation": pack.cite(r.cite),
            }
            for r in data.rules
        ],
        "switches": {name: _switch(pack, name) for name in data.switches},
        "permits": [
            {
                "id": p.id, "item": p.id, "title": _words(p.title), "authority": _words(p.authority), "term": _words(p.term),
                "papers": p.papers, "form": p.form, "citation": pack.cite(p.cite),
            }
            for p in data.permits
        ],
        "measures": {**data.measures.model_dump(mode="json", exclude={"cite"}), "citation": pack.cite(data.measures.cite)},
        "documents": {name: document.model_dump(mode="json") for name, document in data.documents.items()},
    }  # fmt: skip


def _tier(pack: Pack, tier: Tier) -> dict[str, Any]:
    own = {"colour": tier.colour, "severity": tier.severity, "time": _words(tier.time)}
    return {**_words(tier.title), **own, "citation": pack.cite(tier.cite)}


def _switch(pack: Pack, name: str) -> dict[str, Any]:
    switch = pack.switches[name]
    return {
        "code": switch.code,
        "title": _words(switch.title),
        "options": {option: {"value": o.value, "title": _words(o.title)} for option, o in switch.options.items()},
        "recommended": switch.recommended,
        "chosen": pack.option(name),
        "argument": _words(switch.argument),
        "confirmed_by": switch.confirmed_by.model_dump(mode="json"),
        "citation": _cited(pack, switch.cite),
    }


def _cited(pack: Pack, cite: Cite | None) -> dict[str, Any] | None:
    return pack.cite(cite) if cite else None


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
