"""The satellite-like picture: fields, parcels, roads, water, trees, roofs and their shadows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from rasterio.features import rasterize
from rasterio.transform import Affine

from layers.demo.buildings import Roof, roofs
from layers.demo.city import Demo
from layers.demo.frame import CENTRE_E, CENTRE_N, HALF_X, HALF_Y, bent, rng
from layers.demo.rasters import PICTURE_M, noise, write_picture
from layers.demo.skeleton import Skeleton

Codes = npt.NDArray[np.uint8]
# What covers the ground: number, colour (red, green, blue), how much its brightness varies.
COVERS: dict[str, tuple[int, tuple[int, int, int], float]] = {
    "field_a": (1, (122, 128, 84), 9),
    "field_b": (2, (136, 132, 92), 8),
    "field_c": (3, (96, 112, 68), 9),
    "field_d": (4, (150, 140, 108), 8),
    "field_e": (5, (108, 122, 72), 10),
    "hedge": (6, (78, 92, 60), 8),
    "bare": (7, (158, 148, 128), 10),
    "living": (10, (142, 140, 126), 10),
    "works": (11, (158, 154, 146), 8),
    "public": (12, (152, 148, 136), 8),
    "old": (13, (128, 118, 104), 14),
    "park": (20, (86, 108, 62), 18),
    "lawn": (21, (104, 126, 74), 14),
    "belt": (22, (66, 90, 52), 18),
    "planned": (23, (126, 130, 92), 14),
    "road": (30, (112, 112, 114), 5),
    "great": (31, (98, 99, 103), 4),
    "lane": (32, (136, 132, 126), 6),
    "track": (33, (150, 144, 134), 6),
    "line": (34, (205, 205, 200), 4),
    "footway": (35, (160, 154, 146), 5),
    "rail": (36, (104, 92, 82), 8),
    "bridge": (37, (150, 150, 152), 4),
    "water": (40, (62, 86, 84), 4),
    "river": (41, (92, 104, 86), 4),
    "bank": (42, (140, 134, 108), 8),
    "pale": (50, (208, 206, 200), 5),
    "grey": (51, (164, 164, 166), 6),
    "red": (52, (158, 92, 74), 7),
    "cream": (53, (206, 192, 164), 5),
    "blue": (54, (86, 128, 176), 6),
    "metal": (55, (184, 190, 196), 5),
    "tile": (56, (92, 90, 92), 8),
    "rust": (57, (136, 84, 66), 8),
    "wall": (58, (150, 136, 116), 6),
    "court": (59, (170, 82, 66), 4),
    "turf": (60, (84, 132, 68), 6),
    "tree": (61, (58, 82, 44), 12),
    "tree_b": (62, (76, 98, 52), 12),
}
_ROAD_COVER = {
    "expressway": "great",
    "arterial": "great",
    "secondary": "road",
    "branch": "road",
    "internal": "track",
    None: "road",
}
_PAVED = {"expressway": 0.8, "arterial": 0.62, "secondary": 0.68, "branch": 0.62, "internal": 0.8, None: 0.62}


def write_satellite(path: Path, demo: Demo) -> None:
    """Paint and write the picture of the whole sheet, 2 m a pixel."""
    canvas = _Canvas()
    found, fields = roofs(demo)
    canvas.fields()
    canvas.grounds(demo)
    canvas.streets(demo)
    canvas.water(demo)
    canvas.trees(demo)
    canvas.tops(found, fields)
    write_picture(path, canvas.developed(), canvas.place)


class _Canvas:
    """A sheet of cover numbers, and a sheet of shade."""

    def __init__(self) -> None:
        self.shape = (int(2 * HALF_Y / PICTURE_M), int(2 * HALF_X / PICTURE_M))
        self.place: Affine = Affine(PICTURE_M, 0.0, CENTRE_E - HALF_X, 0.0, -PICTURE_M, CENTRE_N + HALF_Y)
        self.codes: Codes = np.full(self.shape, COVERS["field_a"][0], dtype=np.uint8)
        self.shade: Codes = np.zeros(self.shape, dtype=np.uint8)
        self.random = rng(50)

    def paint(self, shapes: Iterable[Any], cover: str | None, target: Codes | None = None) -> None:
        """Burn shapes as one cover; shapes may also be (shape, number) pairs with ``cover`` None."""
        number = COVERS[cover][0] if cover else 0
        pairs = [(shape, number) if cover else shape for shape in shapes]
        if pairs:
            rasterize(pairs, out=self.codes if target is None else target, transform=self.place)

    def fields(self) -> None:
        """A patchwork of fields, each block of strips turned a little, with hedges between."""
        half = (self.shape[0] // 2, self.shape[1] // 2)  # drawn at half size: fields have no finer detail
        y, x = (np.arange(0, 2 * size, 2, dtype=np.float32) for size in half)
        y, x = y[:, None], x[None, :]
        sway = (noise(half, 210, self.random) - np.float32(0.5)) * np.float32(150)
        u, v = x + sway, y - sway * np.float32(0.6)
        column, row = (u / 74).astype(np.int32), (v / 41).astype(np.int32)
        mixed = (column * 7919 + row * 104729 + (column * row) * 31) & 0xFFFF
        kind = np.array([1, 3, 5, 5, 1, 2, 3, 5, 1, 3, 2, 1, 5, 4, 1, 3], dtype=np.uint8)[mixed % 16]
        hedge = ((u % 74) < 2) | ((v % 41) < 1)
        self.codes = np.where(hedge, np.uint8(COVERS["hedge"][0]), kind).astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)

    def grounds(self, demo: Demo) -> None:
        """Parcels and green."""
        self.paint([bent(Skeleton().closed_ground.buffer(10))], "bare")
        for use in ("living", "works", "public", "old"):
            self.paint([parcel.shape for parcel in demo.ground.parcels if parcel.use == use], use)
        for kind, cover in (("planned", "planned"), ("public", "park"), ("protective", "belt"), ("attached", "lawn")):
            self.paint([row["geometry"] for row in demo.layers["green"] if row["kind"] == kind], cover)

    def streets(self, demo: Demo) -> None:
        """Footways, carriageways by class, markings of the great roads, bridges last, the railway under them."""
        roads = sorted(demo.layers["roads"], key=lambda row: (row["level"] != "ground", row["width_m"] or 30))
        wide = [(row, row["width_m"] or 30.0) for row in roads if row["class"] != "internal"]
        self.paint([row["geometry"].buffer(w / 2) for row, w in wide if w > 13 and row["level"] != "tunnel"], "footway")
        self.paint([row["geometry"] for row in demo.layers["green"] if row["kind"] == "verge"], "belt")
        self.paint([bent(Skeleton().rail.buffer(9))], "rail")
        for row in demo.layers["highways"]:
            self.paint([row["geometry"].buffer(12 if row["class"] in ("motorway", "national") else 5)], "road")
        for cover in ("track", "lane", "road", "great"):
            shapes = [self._paved(row) for row in roads if self._cover(row) == cover and row["level"] == "ground"]
            self.paint(shapes, cover)
        bridges = [row for row in roads if row["level"] == "bridge" and row["class"] != "internal"]
        self.late = [row["geometry"].buffer((row["width_m"] or 30) * 0.42, cap_style="flat") for row in bridges]
        great = [row for row in roads if row["class"] in ("expressway", "arterial") and row["level"] != "tunnel"]
        self.marks = [row["geometry"].buffer(0.9) for row in great]

    @staticmethod
    def _cover(row: Any) -> str:
        return "lane" if (row["width_m"] or 30) <= 10 and row["class"] == "branch" else _ROAD_COVER[row["class"]]

    @staticmethod
    def _paved(row: Any) -> Any:
        width = row["width_m"] or 30.0
        return row["geometry"].buffer(max(2.2, width * (_PAVED[row["class"]] if width > 10 else 0.9) / 2))

    def water(self, demo: Demo) -> None:
        """River, lakes and moat with their banks, and what crosses them."""
        skeleton = Skeleton()
        self.paint([bent(skeleton.river.buffer(7))], "bank")
        self.paint([bent(skeleton.river)], "river")
        self.paint([bent(lake) for lake in skeleton.lakes] + [bent(skeleton.moat)], "water")
        self.paint(self.late, "bridge")
        self.paint(self.marks, "line")
        wall = bent(skeleton.wall)
        gates = shapely.union_all([row["geometry"].buffer(7) for row in demo.layers["roads"] if row["geometry"].intersects(wall)])
        self.paint([wall.difference(gates)], "wall")
        self._shadow([(wall.difference(gates), 10.0)])

    def trees(self, demo: Demo) -> None:
        """Rows along the streets; groves in parks and belts; a few in every yard."""
        spots = []
        for row in demo.layers["roads"]:
            width = row["width_m"] or 30.0
            if width < 16 or row["level"] != "ground":
                continue
            steps = np.arange(8, row["geometry"].length - 8, 8.0 + self.random.random())
            for side in (-1, 1):
                lane = shapely.offset_curve(row["geometry"], side * (width / 2 - 3.2))
                spots.append(shapely.get_coordinates(shapely.line_interpolate_point(lane, steps)))
        spots.append(self._scattered(("park",), 0.020))
        spots.append(self._scattered(("belt", "lawn"), 0.028))
        spots.append(self._scattered(("living", "public", "old", "hedge", "bare"), 0.006))
        xy = np.vstack(spots)
        xy = xy[np.isfinite(xy).all(axis=1)]
        column = ((xy[:, 0] - self.place.c) / PICTURE_M).astype(np.intp)
        row_ = ((self.place.f - xy[:, 1]) / PICTURE_M).astype(np.intp)
        size = self.random.integers(0, 3, len(xy))
        kind = np.where(self.random.random(len(xy)) < 0.55, COVERS["tree"][0], COVERS["tree_b"][0]).astype(np.uint8)
        for dy, dx, least in _CROWN:
            big = size >= least
            y, x = row_[big] + dy, column[big] + dx
            inside = (y >= 3) & (x >= 3) & (y < self.shape[0]) & (x < self.shape[1])
            self.shade[y[inside] - 1, x[inside] - 1] = 1
            self.codes[y[inside], x[inside]] = kind[big][inside]

    def _scattered(self, covers: tuple[str, ...], share: float) -> npt.NDArray[np.float64]:
        """Random pixels of some covers, as coordinates."""
        rows, columns = np.nonzero(np.isin(self.codes, [COVERS[cover][0] for cover in covers]))
        some = self.random.random(len(rows)) < share
        x = self.place.c + (columns[some] + 0.5) * PICTURE_M
        y = self.place.f - (rows[some] + 0.5) * PICTURE_M
        return np.column_stack([x, y])

    def tops(self, found: list[Roof], fields: list[Any]) -> None:
        """Sports grounds, then shadows, then roofs on top of them."""
        self.paint(fields, "court")
        self.paint([field.buffer(-9) for field in fields], "turf")
        self._shadow([(roof.shape, roof.height_m) for roof in found])
        top: Codes = np.zeros(self.shape, dtype=np.uint8)
        self.paint([(roof.shape, COVERS[roof.cover][0]) for roof in found], None, top)
        self.codes = np.where(top > 0, top, self.codes).astype(np.uint8)
        self.shade[top > 0] = 0

    def _shadow(self, bodies: list[tuple[Any, float]]) -> None:
        """The sun stands in the south-east: shadows fall north-west, 0.6 m a metre of height."""
        cast = []
        for shape, height in bodies:
            reach = min(height, 60.0) * 0.6
            moved = shapely.affinity.translate(shape, -0.62 * reach, 0.78 * reach)
            cast.append(
                (shapely.union(shape, moved).convex_hull if shape.geom_type == "Polygon" and not shape.interiors else moved, 2)
            )
        self.paint(cast, None, self.shade)

    def _wide_noise(self) -> Any:
        """Broad noise, made at a quarter of the size."""
        small = noise((self.shape[0] // 4, self.shape[1] // 4), 175, self.random)
        return small.repeat(4, axis=0).repeat(4, axis=1)

    def developed(self) -> Codes:
        """The picture as three bands of bytes."""
        table = np.zeros((256, 3), dtype=np.float32)
        spread = np.zeros(256, dtype=np.float32)
        for number, colour, varies in COVERS.values():
            table[number], spread[number] = colour, varies
        grain = (self.random.integers(0, 256, self.shape, dtype=np.uint8).astype(np.float32) - 128) / 128
        tone: Any = (noise(self.shape, 26, self.random) - np.float32(0.5)) * np.float32(1.3) + grain * np.float32(0.42)
        tone *= spread[self.codes]
        tone += (self._wide_noise() - np.float32(0.5)) * np.float32(14)
        light = np.array([1.0, 0.72, 0.52], dtype=np.float32)[self.shade]
        bands = [np.clip((table[self.codes, k] + tone) * light, 0, 255).astype(np.uint8) for k in range(3)]
        return np.stack(bands)


# A crown of up to 3 × 3 pixels: row, column, smallest size that has this pixel.
_CROWN = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2), (-1, 0, 2), (0, -1, 2))
