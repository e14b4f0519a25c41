"""The project that QField and QGIS open: every table of the pack in its order, and the picture under them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from pyproj import CRS

from api.field_pack import words
from api.field_pack.styles import VERSION, elements
from api.field_pack.table import Table

GPKG = "./survey.gpkg"
PICTURE = "area.tif"
MARGIN = 0.05
_GEOMETRY = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon", None: "No geometry"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Layer:
    """One layer of the project: its id there, its name, where it lies, what reads it, and its table (None: the picture)."""

    id: str
    name: str
    source: str
    provider: str
    group: str
    table: Table | None


def project(title: str, tables: Sequence[Table], area: Any, work_crs: str, picture: bool) -> str:
    """The text of ``survey.qgs``: tables from the top of the map to its bottom, looking at ``area`` (work CRS)."""
    layers = _layers(tables, picture)
    name = _NO_XML.sub("", title)
    root = ET.Element("qgis", {"version": VERSION, "projectname": name})
    ET.SubElement(root, "title").text = name
    ET.SubElement(root, "projectCrs").append(_srs(work_crs))
    root.append(_tree(layers))
    root.append(_canvas(area, work_crs))
    drawn = ET.SubElement(root, "projectlayers")
    drawn.extend(_layer(one, work_crs) for one in layers)
    order = ET.SubElement(root, "layerorder")
    for one in layers:
        ET.SubElement(order, "layer", {"id": one.id})
    properties = ET.SubElement(root, "properties")
    paths = ET.SubElement(properties, "Paths")
    ET.SubElement(paths, "Absolute", {"type": "bool"}).text = "false"  # the pack opens wherever it is put
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _layers(tables: Sequence[Table], picture: bool) -> list[Layer]:
    out = [
        Layer(one.name, one.title[0], f"{GPKG}|layername={one.name}", "ogr", one.group[0], one) for one in tables
    ]  # fmt: skip
    if picture:
        out.append(Layer("area", words.PICTURE[0], f"./{PICTURE}", "gdal", words.PICTURE[0], None))
    return out


def _tree(layers: Sequence[Layer]) -> ET.Element:
    root = ET.Element("layer-tree-group")
    groups: dict[str, ET.Element] = {}
    for one in layers:
        if one.group not in groups:
            about = {"name": one.group, "checked": "Qt::Checked", "expanded": "1"}
            groups[one.group] = ET.SubElement(root, "layer-tree-group", about)
        said = {"id": one.id, "name": one.name, "source": one.source, "providerKey": one.provider, "checked": "Qt::Checked"}
        ET.SubElement(groups[one.group], "layer-tree-layer", {**said, "expanded": "0"})
    return root


def _canvas(area: Any, work_crs: str) -> ET.Element:
    root = ET.Element("mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    ET.SubElement(root, "units").text = "meters"
    root.append(_extent(area))
    ET.SubElement(root, "rotation").text = "0"
    ET.SubElement(root, "destinationsrs").append(_srs(work_crs))
    return root


def _extent(area: Any) -> ET.Element:
    west, south, east, north = area.bounds
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    root = ET.Element("extent")
    for name, value in (("xmin", west - x), ("ymin", south - y), ("xmax", east + x), ("ymax", north + y)):
        ET.SubElement(root, name).text = f"{value:.3f}"
    return root


def _srs(crs: str) -> ET.Element:
    one = CRS.from_user_input(crs)
    authority = one.to_authority() or ("", "")
    root = ET.Element("spatialrefsys", {"nativeFormat": "Wkt"})
    said = {
        "wkt": one.to_wkt("WKT2_2019"), "srid": authority[1], "authid": ":".join(authority) if authority[0] else "",
        "description": one.name, "geographicflag": str(one.is_geographic).lower(),
    }  # fmt: skip
    for name, text in said.items():
        ET.SubElement(root, name).text = text
    return root


def _layer(one: Layer, work_crs: str) -> ET.Element:
    about = {"type": "raster" if one.table is None else "vector", "autoRefreshEnabled": "0", "hasScaleBasedVisibilityFlag": "0"}
    if one.table is not None:
        about |= {"geometry": _GEOMETRY[one.table.shape], "labelsEnabled": str(int(_labelled(one.table)))}
        about["readOnly"] = str(int(not one.table.editable))
    root = ET.Element("maplayer", about)
    for name, text in (("id", one.id), ("datasource", one.source), ("layername", one.name)):
        ET.SubElement(root, name).text = text
    if one.table is None or one.table.shape is not None:
        ET.SubElement(root, "srs").append(_srs("EPSG:3857" if one.table is None else work_crs))
    ET.SubElement(root, "provider", {"encoding": "UTF-8"}).text = one.provider
    root.extend(_picture() if one.table is None else elements(one.table))
    return root


def _labelled(table: Table) -> bool:
    return table.look is not None and bool(table.look.label)


def _picture() -> list[ET.Element]:
    """Three bands, and the mask as the fourth: where there is no picture one sees through."""
    root = ET.Element("pipe")
    bands = {"type": "multibandcolor", "redBand": "1", "greenBand": "2", "blueBand": "3", "alphaBand": "4", "opacity": "1"}
    ET.SubElement(root, "rasterrenderer", bands)
    return [root]
