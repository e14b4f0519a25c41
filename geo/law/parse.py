"""From parsed YAML to a checked :class:`geo.law.pack.Pack`: types first, then that every name used is a name defined."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from geo.errors import BadPack
from geo.law.pack import CONDITIONS, PERMITS, PLACEHOLDER, Cite, Expr, Pack, PackData


def parse(raw: Any, name: str) -> Pack:
    """A pack from its parsed YAML. Raises :class:`BadPack` naming the place and what is wrong there."""
    try:
        data = PackData.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadPack(pack=name, where=where, why_zh=first["msg"], why_en=first["msg"]) from error
    pack = Pack(data)
    _check_names(pack)
    return pack


def atoms(expr: Expr) -> Iterator[str]:
    """The names in an expression."""
    if isinstance(expr, str):
        yield expr
    elif isinstance(expr, Mapping):
        for operand in expr.values():
            for part in operand if isinstance(operand, (list, tuple)) else [operand]:
                yield from atoms(part)


def _check_names(pack: Pack) -> None:
    """Every name that an expression, a citation or a placeholder uses exists."""
    data = pack.data
    known = (
        set(pack.rules)
        | set(data.terms)
        | {f"outcome.{o}" for o in pack.outcomes}
        | {f"condition.{c.id}" for c in data.conditions}
    )
    groups: list[tuple[str, Expr]] = [("scope", data.scope), *((f"terms.{k}", v) for k, v in data.terms.items())]
    groups += [(f"tiers.{t.id}", t.when) for t in data.tiers] + [(f"conditions.{c.id}", c.when) for c in data.conditions]
    groups += [(f"inferences.{i.id}", i.when) for i in data.inferences]
    groups += [(f"permits.{p.id}", e) for p in data.permits for e in (p.when, p.waived)]
    groups += [(f"headlines.{i}", h.when) for i, h in enumerate(data.headlines)]
    for where, expr in groups:
        for name in atoms(expr):
            if name not in known:
                raise BadPack(pack=pack.id, where=where, why_zh=f"未知的名称 {name}", why_en=f"unknown name {name}")
    _known("conditions", {c.id for c in data.conditions}, CONDITIONS, pack)
    _known("permits", {p.id for p in data.permits}, PERMITS, pack)
    for cite in _cites(data):
        _known("documents", {cite.document}, tuple(data.documents), pack)
    for rule in data.rules:
        used = set(PLACEHOLDER.findall(repr((rule.fact, dict(rule.test)))))
        _known(f"rules.{rule.id}", used, tuple(data.switches), pack)


def _known(where: str, names: set[str], known: tuple[str, ...], pack: Pack) -> None:
    for name in sorted(names - set(known)):
        raise BadPack(pack=pack.id, where=where, why_zh=f"未知的名称 {name}", why_en=f"unknown name {name}")


def _cites(data: PackData) -> Iterator[Cite]:
    yield data.measures.cite
    yield data.grouping.cite
    yield from coordination_cites(data)
    for group in (data.zones.values(), data.rules, data.tiers, data.conditions, data.permits):
        for one in group:
            yield one.cite


def coordination_cites(data: PackData) -> Iterator[Cite]:
    """The citations of the numbers of digging once: none where the pack has no such part, or leaves them out."""
    if data.coordination is None:
        return
    if data.coordination.cite is not None:
        yield data.coordination.cite
    if data.coordination.prices is not None:
        yield data.coordination.prices.cite
