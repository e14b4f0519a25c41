"""The frame of the report's map: folium's, with Leaflet inside the page and nothing fetched."""

import base64
import re
from pathlib import Path

import folium
from branca.element import MacroElement
from jinja2 import Template

from geo.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]

# Where the build of the page leaves Leaflet, then where npm does.
LEAFLET = (ROOT / "web" / "dist" / "vendor" / "leaflet", ROOT / "web" / "node_modules" / "leaflet" / "dist")


class _Handover(MacroElement):
    """Gives folium's map to the page's own script under one name."""

    _template = Template("{% macro script(this, kwargs) %}window.waixianMap = {{ this._parent.get_name() }};{% endmacro %}")


def frame(centre: tuple[float, float]) -> tuple[str, str]:
    """(html, script) of a folium map at (longitude, latitude) without tiles and without any address in it."""
    folium_map = folium.Map(
        location=(centre[1], centre[0]), zoom_start=14, tiles=None, prefer_canvas=True,
        zoom_snap=0.25, max_zoom=21, attribution_control=False,
    )  # fmt: skip
    folium_map._id = "ground"  # a name of its own in place of a random one: the same review gives the same file
    folium_map.default_js, folium_map.default_css = [], []
    folium_map.add_child(_Handover())
    root = folium_map.get_root()
    root.render()
    return root.html.render(), root.script.render()


def leaflet() -> tuple[str, str]:
    """(script, style) of Leaflet, its pictures inside the style. Raises :class:`Unavailable` where it is not installed."""
    folder = next((one for one in LEAFLET if (one / "leaflet.js").is_file()), None)
    if folder is None:
        raise Unavailable(
            why_zh="缺少地图库 Leaflet，无法生成报告；请运行 ./setup.sh",
            why_en="Leaflet is not installed, so no report can be made; run ./setup.sh",
        )
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    script = re.sub(r"//# sourceMappingURL=\S+\s*$", "", script)
    return script, re.sub(r"url\(([^)]+)\)", lambda found: _inside(folder, found[1]), style)


def _inside(folder: Path, address: str) -> str:
    """A picture of the style as a data address; what is no picture (a behaviour of an old browser) becomes empty."""
    path = folder / address.strip("'\"")
    if path.suffix != ".png" or not path.is_file():
        return "url()"
    return f"url(data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()})"
