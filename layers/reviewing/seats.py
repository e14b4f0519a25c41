"""Which signatures an item takes: one for each seat, written ``item@seat``; of an item with one seat, its own name."""

from collections.abc import Iterable, Mapping

from layers.people.offices import offices

SIGNATURE = "item || CASE WHEN seat = '' THEN '' ELSE '@' || seat END"
"""A kept decision as the signature that it is, in SQL."""


def signature(item: str, seat: str) -> str:
    """The signature of a seat."""
    return f"{item}@{seat}" if seat else item


def signatures(items: Iterable[str]) -> list[str]:
    """All that these items take."""
    return [signature(item, seat) for item in items for seat in offices().seats(item)]


def signatures_of(role: str) -> list[str]:
    """All that somebody of this role may give."""
    known = offices().roles.get(role)
    return [] if known is None else [signature(item, offices().seat(item, role) or "") for item in known.decides]


def items_of(some: Iterable[str]) -> list[str]:
    """The items of signatures, each once."""
    return list(dict.fromkeys(one.partition("@")[0] for one in some))


def joint_signatures() -> Mapping[str, list[str]]:
    """Of each item that several seats decide."""
    return {item: signatures([item]) for item in offices().jointly}
