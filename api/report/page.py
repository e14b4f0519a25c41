"""What makes a page that opens from disk and runs nothing but its own scripts: policy, JSON, template."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import shapely

from api.styles import DATA
from geo.city import City
from geo.crs import to_degrees

TEMPLATES = DATA / "templates"


def own_script(*files: Path) -> str:
    """Files of ours as one script with names of its own."""
    own = "\n".join(one.read_text(encoding="utf-8") for one in files)
    return f"(() => {{\n'use strict';\n{own}\n}})();\n"


def page(folder: Path, scripts: list[str], blocks: dict[str, Any], **facts: Any) -> str:
    """``page.html`` of a folder of templates, with its scripts, its blocks of JSON, and a policy that allows no other."""
    loader = jinja2.FileSystemLoader([folder, TEMPLATES / "report"])
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    told = {name: json_text(value) for name, value in blocks.items()}
    return environment.get_template("page.html").render(policy=policy(scripts), scripts=scripts, blocks=told, **facts)


def centre(shapes: Any, city: City) -> tuple[float, float]:
    """The middle of shapes in the work CRS (of the city where there are none) as longitude and latitude."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(there):
        return (city.bounds[0] + city.bounds[2]) / 2, (city.bounds[1] + city.bounds[3]) / 2
    x0, y0, x1, y1 = shapely.total_bounds(there)
    middle = to_degrees(shapely.Point((x0 + x1) / 2, (y0 + y1) / 2), city.work_crs)
    return round(middle.x, 6), round(middle.y, 6)


def json_text(value: Any) -> str:
    """JSON that may stand inside a script element: no ``<`` can end it, no line separator can break it."""
    text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    for sign, safe in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, safe)
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, (list, tuple)) else value


def lf(text: str) -> str:
    """As an HTML parser will hand it to the digest."""
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("a script that cannot stand inside a page")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def policy(scripts: list[str]) -> str:
    """Content-Security-Policy that fetches nothing and runs these scripts alone."""
    digests = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)
    rest = "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {digests}; {rest}"
