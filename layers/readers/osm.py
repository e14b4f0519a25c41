"""OpenStreetMap → the city's columns. OSM says what mappers saw: a *hint* of a road's class, never proof of it."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from geo.schema import ROAD_RANK
from layers.readers.words import Flags, Note, Objects

# highway=* on a city road; *_link counts as its road. A road ledger or highway:CN:urban is better than any of these.
HINTS = {
    "motorway": "expressway",
    "trunk": "expressway",
    "primary": "arterial",
    "secondary": "secondary",
    "tertiary": "branch",
    "unclassified": "branch",
    "residential": "internal",
    "living_street": "internal",
    "service": "internal",
    "services": "internal",
    "pedestrian": "internal",
    "track": "internal",
    "footway": "internal",
    "path": "internal",
    "cycleway": "internal",
    "bridleway": "internal",
    "steps": "internal",
}
URBAN = {"expressway", "arterial", "secondary", "branch"}

# not built, gone, or no way at all
NOT_ROADS = (
    "proposed", "planned", "construction", "abandoned", "razed", "demolished", "dismantled",
    "platform", "elevator", "corridor", "rest_area", "raceway", "bus_stop", "emergency_bay", "no",
)  # fmt: skip

TAGS = {
    "lines": "name,highway,highway:CN:urban,ref,bridge,tunnel,layer",
    "multipolygons": "name,leisure,landuse,natural",
    "points": "name,natural,species,species:zh,genus,diameter_crown,circumference,denotation",
}
SOURCES = {"roads": "lines", "green": "multipolygons", "trees": "points"}
GREEN_LEISURE = ("park", "garden", "nature_reserve")
GREEN_LANDUSE = ("grass", "forest", "village_green", "recreation_ground", "flowerbed", "greenery")
GREEN_NATURAL = ("wood", "scrub", "grassland", "shrubbery")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


WHERE = {
    "roads": f"highway IS NOT NULL AND highway NOT IN ({_listed(NOT_ROADS)})",
    "green": f"leisure IN ({_listed(GREEN_LEISURE)}) OR landuse IN ({_listed(GREEN_LANDUSE)})"
    f' OR "natural" IN ({_listed(GREEN_NATURAL)})',
    "trees": "\"natural\" = 'tree'",
}


def selection(theme: str, layer: str | None, folder: Path) -> dict[str, object]:
    """Which OSM layer and rows serve ``theme``, with a tag list written into ``folder`` for the driver."""
    source = layer or SOURCES.get(theme, "lines")
    config = folder / "osm.ini"
    lines = [
        "closed_ways_are_polygons=amenity,boundary,building,landuse,leisure,natural,place,sport,tourism",
        "attribute_name_laundering=no",
    ]
    for name in ("points", "lines", "multilinestrings", "multipolygons", "other_relations"):
        lines += [
            f"[{name}]",
            "osm_id=yes",
            "osm_version=no",
            "osm_timestamp=no",
            "osm_uid=no",
            "osm_user=no",
            "osm_changeset=no",
        ]
        lines += [f"attributes={TAGS.get(name, 'name')}", "other_tags=no"]
    config.write_text("\n".join(lines) + "\n", "utf-8")
    return {"layer": source, "where": WHERE.get(theme), "options": (("CONFIG_FILE", str(config)),)}


def class_hints(highway: Objects, urban: Objects | None) -> tuple[Objects, Flags]:
    """Class from ``highway=*`` (and ``highway:CN:urban`` where given); the flags mark rows that got one."""
    words = pd.Series(highway, dtype=object).astype("string").str.strip().str.casefold().str.removesuffix("_link")
    # OSMnx writes a merged edge's classes as a list, "['residential', 'tertiary']": the highest counts
    classes = words.map(_hint).astype(object).where(words.notna(), None)
    if urban is not None:
        better = pd.Series(urban, dtype=object).astype("string").str.strip().str.casefold()
        classes = classes.where(~better.isin(URBAN), better.astype(object))
    found = classes.to_numpy(dtype=object)
    known = np.array([isinstance(value, str) for value in found], dtype=bool)
    return np.array([c if k else None for c, k in zip(found, known, strict=True)], dtype=object), known


def _hint(word: object) -> str | None:
    if not isinstance(word, str):
        return None
    if not word.startswith("["):
        return HINTS.get(word)
    found = [HINTS[w.removesuffix("_link")] for w in re.findall(r"[a-z_]+", word) if w.removesuffix("_link") in HINTS]
    return max(found, key=lambda name: ROAD_RANK[name], default=None)


def levels(bridge: Objects, tunnel: Objects) -> Objects:
    """Bridge, tunnel or ground: a way without either tag lies on the ground, by OSM's convention."""
    over = np.array([value not in (None, "", "no") for value in bridge], dtype=bool)
    under = np.array([value not in (None, "", "no") for value in tunnel], dtype=bool)
    return np.where(under, "tunnel", np.where(over, "bridge", "ground")).astype(object)


def translate(theme: str, columns: dict[str, Objects], rows: int) -> tuple[dict[str, Objects], list[Note]]:
    """OSM tags of ``theme`` as the city's columns; tags that have no column are left behind."""
    nothing = np.full(rows, None, dtype=object)

    def tag(name: str) -> Objects:
        return columns.get(name, nothing)

    if theme == "roads":
        return {"road_id": tag("osm_id"), "name": tag("name"), "level": levels(tag("bridge"), tag("tunnel"))}, []
    if theme == "green":
        ids = np.array(
            [f"r{r}" if r else f"w{w}" if w else None for r, w in zip(tag("osm_id"), tag("osm_way_id"), strict=True)],
            dtype=object,
        )
        # a park is public by the word; who owns a lawn or a wood, OSM does not say
        kind = np.array(["public" if value == "park" else None for value in tag("leisure")], dtype=object)
        note = Note(
            "osm-green", "OSM 只能确认公园；其余绿地类别未知", "OSM proves parks only; the kind of other green land is unknown"
        )
        return {"green_id": ids, "name": tag("name"), "kind": kind}, [note]
    if theme == "trees":
        species = np.array(
            [a or b or c for a, b, c in zip(tag("species:zh"), tag("species"), tag("genus"), strict=True)], dtype=object
        )
        note = Note("osm-trees", "OSM 不含古树保护等级：等级未知", "OSM holds no protection grade: it is unknown")
        return {
            "tree_id": tag("osm_id"),
            "species": species,
            "canopy_radius_m": _scaled(tag("diameter_crown"), 0.5),
            "dbh_cm": _scaled(tag("circumference"), 100 / np.pi),
        }, [note]
    return columns, []


def _scaled(values: Objects, factor: float) -> Objects:
    """Plain metres times ``factor``; a tag with anything but a number stays as it is, for the reader to report."""
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce") * factor
    return np.where(numbers.notna(), numbers.astype(object), values)
