"""``survey-map``: a file of routes in, one map to carry away out."""

import argparse
import getpass
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.carry.map import Carried, write_survey_map
from api.commands.classify import judged
from api.commands.house import House
from api.commands.opening import Opened, opened
from api.commands.reading import check_places, keep_rejects, rejects_of
from api.commands.terminal import bar, say, summary_line
from api.day import today
from geo.errors import BadInput
from layers.rasters.intake import make_cog
from layers.rasters.store import raster_paths


def survey_map(house: House, asked: argparse.Namespace) -> int:
    """The map of ``asked.routes``; 0 if every row is on it, 1 if some were rejected."""
    began = time.monotonic()
    if asked.output.suffix.lower() not in (".html", ".htm"):
        raise BadInput(
            why_zh=f"-o {asked.output.name}：踏勘地图是一个网页文件，请以 .html 结尾",
            why_en=f"-o {asked.output.name}: the map is one page, its name ends in .html",
        )
    check_places(output=asked.output, rejects=rejects_of(asked))
    with opened(house, asked.routes, asked, asked.on or today()) as it, _satellite(asked, it) as pictures:
        answer = judged(asked, it)
        frame = it.city.layer("pipes").frame
        if asked.pipes and frame is None:
            say("· 城市没有现状管线图层，地图中不含管线 / the city has no layer of pipes: none are on the map")
        pipes = frame if asked.pipes else None
        carried = Carried(asked.title or asked.routes.stem, pipes, getpass.getuser() if pipes is not None else "", pictures)
        write_survey_map(answer, answer.city, asked.output, carried, house.lang)
    refused = keep_rejects(asked, it.read)
    say(f"→ {asked.output}（{asked.output.stat().st_size / 1e6:.1f} MB）")
    done = {"rows_in": len(answer.rows) + refused, "rows_out": len(answer.rows), "rejected": refused}
    summary_line(done | {"pack": it.pack.label, "seconds": round(time.monotonic() - began, 3)})
    return 1 if refused else 0


@contextmanager
def _satellite(asked: argparse.Namespace, it: Opened) -> Iterator[Sequence[Path]]:
    """The city's pictures, the newest first: those that the database keeps, or the folder's, made ready for the moment."""
    if it.engine is not None:
        yield raster_paths(it.engine, "satellite")
        return
    file = asked.city / "satellite.tif"
    if not (asked.city.is_dir() and file.is_file()):
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="waixian-") as folder:
        with bar("影像 satellite") as tell:
            cog = make_cog(file, Path(folder) / "satellite.tif", it.city, progress=tell)
        yield [cog.path]
