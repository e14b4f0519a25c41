"""Which pack judges: the one that is named, else the city's own that is in force on the day of filing; never another day's law.

Where no pack is of the city, the only complete one stands in: a demo, or a city that is still writing its own.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from geo.errors import BadInput, NotFound
from geo.law.pack import Pack

# What a city's name may end with or not: 开封 and 开封市 are one.
ENDINGS = ("市", "县", "区")


def pack_named(packs: Mapping[str, Pack], wanted: str) -> Pack:
    """A pack by its id or by its label (``id@version``), whatever the day. Raises NotFound."""
    for pack in packs.values():
        if wanted in (pack.id, pack.label):
            return pack
    raise NotFound(what_zh="规则包", what_en="pack", id=f"{wanted[:100]} ({', '.join(sorted(packs))})", known=sorted(packs))


def pack_for(packs: Mapping[str, Pack], on: date, city: str = "", named: str = "") -> Pack:
    """The pack that judges what is filed on ``on`` in the city of that name.

    ``named`` (id or label) is taken at its word. Else: of the packs of this city, or of all where none is of it, the
    complete ones; of these the one in force. Raises NotFound for a name that no pack has; BadInput, with days and cure,
    where the pack is not in force on that day, where none is, or where several are.
    """
    if named:
        pack = pack_named(packs, named)
        if not in_force(pack, on):
            raise _not_in_force([pack], packs.values(), on)
        return pack
    own = [pack for pack in packs.values() if is_of(pack, city)] or list(packs.values())
    own = [pack for pack in own if pack.data.complete] or own
    found = [pack for pack in own if in_force(pack, on)]
    if not found:
        raise _not_in_force(own, packs.values(), on)
    if len(found) > 1:
        raise _several(found, on)
    return found[0]


def in_force(pack: Pack, on: date) -> bool:
    """Is the pack's paper in force on that day, first and last day included?"""
    return pack.data.valid_from <= on and (pack.data.valid_to is None or on <= pack.data.valid_to)


def is_of(pack: Pack, city: str) -> bool:
    """Is the pack of the city of that name, in Chinese (with or without 市) or in English?"""
    zh, en = pack.data.city.zh, pack.data.city.en.casefold()
    zh = zh[:-1] if zh.endswith(ENDINGS) else zh
    return bool((zh and zh in city) or (en and en in city.casefold()))


def days_of(pack: Pack) -> tuple[str, str]:
    """From when until when it is in force, in Chinese and English."""
    start, end = pack.data.valid_from, pack.data.valid_to
    if end is None:
        return f"自 {start} 起适用", f"in force from {start}"
    return f"自 {start} 至 {end} 适用", f"in force from {start} to {end}"


def _listed(packs: Iterable[Pack]) -> tuple[str, str]:
    each = [(pack.label, *days_of(pack)) for pack in packs]
    return "；".join(f"{label}（{zh}）" for label, zh, _ in each), "; ".join(f"{label} ({en})" for label, _, en in each)


def _not_in_force(wanted: list[Pack], known: Iterable[Pack], on: date) -> BadInput:
    zh, en = _listed(wanted)
    others_zh, others_en = _listed(pack for pack in known if in_force(pack, on) and pack not in wanted)
    cure_zh = f"当日适用的另有：{others_zh}，可用 --pack（接口为 pack）指定" if others_zh else "当日没有其他适用的规则包"
    cure_en = f"In force that day: {others_en}; name it with --pack (over HTTP: pack)" if others_en else "No other pack is"
    return BadInput(
        pack=[pack.label for pack in wanted],
        on=on.isoformat(),
        why_zh=f"规则包 {zh} 不适用于 {on}。{cure_zh}；或改申报日期 --on（接口为 on），或在 data/packs 中补上当日的规则包",
        why_en=f"Not in force on {on}: pack {en}. {cure_en}; or give another day of filing with --on (over HTTP: on), "
        "or add the pack of that day to data/packs",
    )


def _several(found: list[Pack], on: date) -> BadInput:
    zh, en = _listed(found)
    return BadInput(
        pack=[pack.label for pack in found],
        on=on.isoformat(),
        why_zh=f"{on} 有多个规则包适用：{zh}。请用 --pack（接口为 pack）或 WAIXIAN_PACK 指定一个；旧的规则包应写明 valid_to",
        why_en=f"Several packs are in force on {on}: {en}. Name one with --pack (over HTTP: pack) or WAIXIAN_PACK; "
        "one that was replaced should state its valid_to",
    )
