"""A sheet as files: DXF for the drawing board, GeoPackage for the map. (The paper itself: :mod:`api.sheets.paper`.)"""

import tempfile
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import shapely.ops
from ezdxf.enums import TextEntityAlignment

from api.sheets import words
from geo.city import City
from geo.columns import frame_of

# Layers of the drawing: name, colour index, line type. Pipes as CJJ 61 and GB/T 20257 call and colour them.
PIPES = {
    "water": ("JS_给水", 5), "gas": ("RQ_燃气", 6), "heat": ("RL_热力", 30), "power": ("DL_电力", 1), "comms": ("TX_通信", 3),
    "drain": ("PS_排水", 34), "other": ("QT_其他管线", 8),
}  # fmt: skip
THEMES = {
    "axis": ("WX_拟建外线", 2), "footprint": ("WX_开挖范围", 2), "road": ("DL_道路", 8), "green": ("LD_绿地", 92),
    "tree": ("SM_古树名木", 94), "text": ("ZJ_注记", 7),
}  # fmt: skip
STYLE, FONT, HEIGHT_M = "CHINESE", "simsun.ttc", 1.0
TREE_M = 1.2


def dxf(found: Mapping[str, Any], city: City) -> bytes:
    """The drawing in real coordinates of the work CRS, metres (R2018): line, footprint, rows by theme with their labels."""
    content = found["content"]
    document = ezdxf.new("R2018", units=6)
    document.styles.new(STYLE, dxfattribs={"font": FONT})
    for name, colour in (*THEMES.values(), *PIPES.values()):
        document.layers.add(name, color=colour)
    document.header["$PROJECTNAME"] = content["crs"]
    space = document.modelspace()
    for theme in ("axis", "footprint"):
        _draw(space, shapely.geometry.shape(content[theme]), THEMES[theme][0])
    for row, shape in _shapes(content, city):
        layer = PIPES.get(row["name"] or "other", PIPES["other"])[0] if row["theme"] == "pipe" else THEMES[row["theme"]][0]
        _draw(space, shape, layer)
        at = shapely.point_on_surface(shape)
        label = f"{words.what(row)} {words.amount(row['amount'], row['unit'])}"
        note = {"layer": THEMES["text"][0], "style": STYLE, "height": HEIGHT_M}
        space.add_text(label, dxfattribs=note).set_placement((at.x, at.y), align=TextEntityAlignment.BOTTOM_LEFT)
    stream = StringIO()
    document.write(stream)
    return stream.getvalue().encode("utf-8", "surrogateescape")


def _draw(space: Any, shape: Any, layer: str) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            space.add_circle((part.x, part.y), radius=TREE_M, dxfattribs={"layer": layer})
        elif part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                space.add_lwpolyline(ring.coords, close=True, dxfattribs={"layer": layer})
        else:
            space.add_lwpolyline(part.coords, dxfattribs={"layer": layer})


def _shapes(content: Mapping[str, Any], city: City) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Rows that have a place: roads and green land as stretches of the line, trees and pipes as they lie."""
    line = shapely.geometry.shape(content["axis"])
    trees, pipes = frame_of(city.layer("trees")), frame_of(city.layer("pipes"))
    for row in (*content["rows"], *content["unassigned"]):
        if row["theme"] in ("tree", "pipe"):
            frame, name = (trees, "tree_id") if row["theme"] == "tree" else (pipes, "pipe_id")
            shape = next(iter(frame.geometry[(frame[name] == row["id"]).to_numpy()]), None) if name in frame else None
        else:
            shape = _stretches(line, row)
        if shape is not None and not shape.is_empty:
            yield {**row, "theme": "road"} if row["theme"] == "other" else row, shape


def _stretches(line: Any, row: Mapping[str, Any]) -> Any:
    if line.geom_type != "LineString":
        return line if line.geom_type == "MultiLineString" else shapely.boundary(line)
    parts = [shapely.ops.substring(line, one["from_m"], one["to_m"]) for one in row["stretches"]]
    return shapely.union_all([part for part in parts if part.length > 0])


def gpkg(found: Mapping[str, Any], city: City) -> bytes:
    """One layer a theme (line, footprint, road, green, tree, pipe) in the work CRS, and the rows of the sheet as a table."""
    content, corrected = found["content"], found["corrected"]
    layers: dict[str, list[tuple[dict[str, Any], Any]]] = {}
    about = {"proposal": content["proposal"], "version": content["version"], "owner": content["owner"]}
    layers["line"] = [({**about, "length_m": content["length_m"]}, shapely.geometry.shape(content["axis"]))]
    layers["footprint"] = [({**about, "area_m2": content["footprint_m2"]}, shapely.geometry.shape(content["footprint"]))]
    for row, shape in _shapes(content, city):
        layers.setdefault(row["theme"], []).append((_cells(row, corrected), shape))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.gpkg"
        for name, rows in layers.items():
            table = pd.DataFrame([cells for cells, _ in rows])
            gpd.GeoDataFrame(table, geometry=[shape for _, shape in rows], crs=city.work_crs).to_file(
                path, layer=name, driver="GPKG"
            )
        pyogrio.write_dataframe(
            pd.DataFrame([_cells(row, corrected) for row in content["rows"]]), path, layer="rows", driver="GPKG"
        )
        return path.read_bytes()


def _cells(row: Mapping[str, Any], corrected: Mapping[str, Any] | None) -> dict[str, Any]:
    one = (corrected or {}).get(row["key"], {})
    told = {name: row[name] for name in ("key", "theme", "owner", "id", "name", "kind", "part", "pavement", "amount", "unit")}
    told |= {"what": words.what(row), "where_m": words.where(row), "method": words.METHODS[row["method"]]}
    told |= {"estimated": row["estimated"], "remark": words.remark(row)}
    return told | {"corrected": one.get("amount"), "reason": one.get("reason")}
