"""How a table looks, in the words of QGIS: the QML of its style, and the same elements for the project."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from api.field_pack.table import Look, Shape, Symbol, Table

VERSION = "3.34.0-Prizren"
"""The QGIS whose spelling this is: later ones read it, and so does QField since 3.0."""
SEEN_THROUGH = "0.4"
"""Filled areas, so that the picture under them shows."""
_TYPES: Mapping[str, str] = {"Point": "marker", "LineString": "line", "Polygon": "fill"}
_NUMBERS: Mapping[type, str] = {bool: "bool", int: "int", float: "double", str: "QString"}


def qml(table: Table) -> str:
    """The style of a table as QGIS keeps it in ``layer_styles``."""
    root = ET.Element("qgis", {"version": VERSION, "styleCategories": "Symbology|Labeling|Fields|Forms"})
    root.extend(elements(table))
    return ET.tostring(root, encoding="unicode")


def elements(table: Table) -> list[ET.Element]:
    """Renderer, labels, Chinese names of columns, the words of their values, and what a new row begins with."""
    out = []
    if table.shape is not None and table.look is not None:
        out = [_renderer(table.look, table.shape), *_labels(table.look, table.shape)]
    return [*out, _fields(table), _aliases(table), _defaults(table)]


def _renderer(look: Look, shape: Shape) -> ET.Element:
    if not look.classes:
        root = ET.Element("renderer-v2", {"type": "singleSymbol", "symbollevels": "0", "enableorderby": "0"})
        ET.SubElement(root, "symbols").append(_symbol("0", look.plain, shape))
        return root
    root = ET.Element("renderer-v2", {"type": "categorizedSymbol", "attr": look.by, "symbollevels": "0", "enableorderby": "0"})
    categories, symbols = ET.SubElement(root, "categories"), ET.SubElement(root, "symbols")
    drawn = [*look.classes.items(), ("", ("其他", look.plain))]  # the empty value stands for every other one
    for at, (value, (word, symbol)) in enumerate(drawn):
        said = {"render": "true", "symbol": str(at), "value": value, "label": word, "type": "string"}
        ET.SubElement(categories, "category", said)
        symbols.append(_symbol(str(at), symbol, shape))
    return root


def _symbol(name: str, symbol: Symbol, shape: Shape) -> ET.Element:
    alpha = SEEN_THROUGH if shape == "Polygon" and symbol.fill else "1"
    root = ET.Element("symbol", {"name": name, "type": _TYPES[shape], "alpha": alpha, "clip_to_extent": "1", "force_rhr": "0"})
    kinds = {"Point": "SimpleMarker", "LineString": "SimpleLine", "Polygon": "SimpleFill"}
    layer = ET.SubElement(root, "layer", {"class": kinds[shape], "enabled": "1", "locked": "0", "pass": "0"})
    layer.append(options(_drawn(symbol, shape)))
    return root


def _drawn(symbol: Symbol, shape: Shape) -> dict[str, Any]:
    style, width, colour = "dash" if symbol.dash else "solid", str(symbol.width_mm), _rgba(symbol.colour)
    if shape == "LineString":
        return {
            "line_color": colour, "line_width": width, "line_width_unit": "MM", "line_style": style, "capstyle": "round",
            "joinstyle": "round",
        }  # fmt: skip
    if shape == "Point":
        return {
            "name": "circle", "color": _rgba(symbol.fill or symbol.colour), "size": width, "size_unit": "MM",
            "outline_color": _rgba("#ffffff"), "outline_style": "solid", "outline_width": "0.3", "outline_width_unit": "MM",
        }  # fmt: skip
    return {
        "color": _rgba(symbol.fill or symbol.colour), "style": "solid" if symbol.fill else "no", "outline_color": colour,
        "outline_style": style, "outline_width": width, "outline_width_unit": "MM", "joinstyle": "round",
    }  # fmt: skip


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _labels(look: Look, shape: Shape) -> Iterable[ET.Element]:
    if not look.label:
        return []
    root = ET.Element("labeling", {"type": "simple"})
    settings = ET.SubElement(root, "settings", {"calloutType": "simple"})
    text = {
        "fieldName": look.label, "isExpression": "0", "fontSize": "9", "fontSizeUnit": "Point", "textColor": "34,49,63,255",
        "namedStyle": "Regular", "multilineHeight": "1",
    }  # fmt: skip
    style = ET.SubElement(settings, "text-style", text)
    halo = {
        "bufferDraw": "1",
        "bufferSize": "0.8",
        "bufferSizeUnits": "MM",
        "bufferColor": "255,255,255,255",
        "bufferOpacity": "1",
    }
    ET.SubElement(style, "text-buffer", halo)
    # QGIS: 0 around a point, 2 along a line, 1 over the middle of an area
    ET.SubElement(settings, "placement", {"placement": {"Point": "0", "LineString": "2", "Polygon": "1"}[shape], "dist": "1"})
    ET.SubElement(settings, "rendering", {"drawLabels": "1", "obstacle": "1", "displayAll": "0"})
    return [root]


def _fields(table: Table) -> ET.Element:
    root = ET.Element("fieldConfiguration")
    for name in _columns(table):
        if name in table.values:
            words = [{word: code} for code, word in table.values[name].items()]
            widget, config = "ValueMap", {"map": words}
        elif name == table.photo:
            # the path is kept from the project's folder: it holds on every phone
            widget, config = "ExternalResource", {
                "DocumentViewer": 1, "RelativeStorage": 1, "StorageMode": 0, "FileWidget": True, "FileWidgetButton": True,
            }  # fmt: skip
        else:
            continue
        one = ET.SubElement(root, "field", {"name": name, "configurationFlags": "None"})
        edit = ET.SubElement(one, "editWidget", {"type": widget})
        ET.SubElement(edit, "config").append(options(config))
    return root


def _aliases(table: Table) -> ET.Element:
    root = ET.Element("aliases")
    for at, name in enumerate(_columns(table), 1):  # 0 is the number that the GeoPackage gives
        ET.SubElement(root, "alias", {"index": str(at), "field": name, "name": table.aliases.get(name, name)})
    return root


def _defaults(table: Table) -> ET.Element:
    root = ET.Element("defaults")
    for name, expression in table.defaults.items():
        ET.SubElement(root, "default", {"field": name, "expression": expression, "applyOnUpdate": "0"})
    return root


def _columns(table: Table) -> list[str]:
    return [str(name) for name in table.frame.columns if name != "geometry"]


def options(values: Mapping[str, Any]) -> ET.Element:
    """A map of values as QGIS writes one."""
    root = ET.Element("Option", {"type": "Map"})
    for name, value in values.items():
        root.append(_option(name, value))
    return root


def _option(name: str, value: Any) -> ET.Element:
    if isinstance(value, list):
        root = ET.Element("Option", {"name": name, "type": "List"})
        root.extend(options(each) for each in value)
        return root
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return ET.Element("Option", {"name": name, "value": text, "type": _NUMBERS[type(value)]})
