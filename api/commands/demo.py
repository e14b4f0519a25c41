"""``demo``: make the demo city, load it, judge its 300 lines; then, if asked, serve the map."""

import argparse
from pathlib import Path

from api.commands import serve
from api.commands.address import free
from api.commands.house import House
from api.commands.load import judge_stored, load_city, load_routes
from api.commands.people import demo_door
from api.commands.rematch import matched
from api.commands.terminal import matches, outcomes, say
from api.day import today
from api.matching import match_works
from layers.deliveries import Delivery, file_sha256
from layers.demo import write_demo
from layers.digs.match_store import standing
from layers.readers import read_routes


def demo(house: House, asked: argparse.Namespace) -> int:
    """The first thing a newcomer sees."""
    if asked.serve:
        free(asked.host, asked.port)
    with house.database() as engine:
        before = standing(engine)
        if not (house.demo / "routes.shp").is_file():
            say("生成示范城（合成数据）… / making the demo city (synthetic)")
            write_demo(house.demo)
        city = load_city(engine, house.demo, house.place)
        file: Path = house.demo / "routes.shp"
        read = read_routes(file, work_crs=city.work_crs, bounds=city.bounds)
        delivery = Delivery("示范数据（合成）", "", "CC0-1.0 (synthetic)", sha256=file_sha256(file), file_name=file.name)
        pack = house.pack("", today(), city.name)
        _, answer = load_routes(engine, read, delivery, pack)
        outcomes(answer or judge_stored(engine, pack))
        matched(house, engine, before)
        matches(match_works(read.frame, city, pack, on=today()))
        demo_door(house, engine)
        return serve.serve(house, asked) if asked.serve else 0
