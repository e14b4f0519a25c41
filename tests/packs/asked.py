"""Asking the pack of Kaifeng about lines on the small city."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from api.review import Review, review
from geo.city import City
from layers.packs.read import read_packs
from tests.packs.places import ON, city, line

PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]
GROUND = city()


def answer(one: gpd.GeoDataFrame, ground: City = GROUND, on: date = ON, bored: pd.DataFrame | None = None) -> Review:
    return review(one, ground, PACK, on, spans=bored)


def bent(length_m: float, y: float = 0.0, step: float = 0.5) -> shapely.LineString:
    """A 30-vertex bent line along the road at ``y`` whose planar length is exact to a micrometre."""
    x = np.linspace(0, 1, 30)
    zigzag = np.where(np.arange(30) % 2 == 0, -step, step)
    low, high = 1.0, 2000.0
    for _ in range(200):
        reach = (low + high) / 2
        shape = line(*zip(x * reach, y + zigzag, strict=True))
        low, high = (reach, high) if shape.length < length_m else (low, reach)
    return shape
