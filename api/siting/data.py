"""What the parts of a site judgement rest on: layer, day, owner and source of the data."""

from collections.abc import Iterable
from typing import Any

from geo.city import City
from geo.schema import LAYERS
from layers.replacing import Claim


def data_of(city: City, names: Iterable[str]) -> list[dict[str, Any]]:
    """One entry a layer: nulls where nobody stated it, or nobody delivered it."""
    layers = (city.layer(name) for name in names)
    return [data_entry(one.name, one.as_of.isoformat() if one.as_of else None, one.owner, one.source) for one in layers]


def data_entry(layer: str, as_of: str | None, owner: str, source: str) -> dict[str, Any]:
    """One layer as a part shows it."""
    spec = LAYERS[layer]
    return {"layer": layer, "zh": spec.zh, "en": spec.en, "as_of": as_of, "owner": owner or None, "source": source or None}


def claimed(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """Deliveries of pipes, each owner and day once."""
    days = ((one.as_of.isoformat() if one.as_of else None, one.owner, one.source) for one in claims)
    return [data_entry("pipes", *one) for one in dict.fromkeys(days)]
