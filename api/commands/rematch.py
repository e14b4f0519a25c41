"""``rematch``: the stored works are matched anew; ``load`` and ``demo`` end with the same step."""

import argparse

import sqlalchemy as sa

from api.commands.house import House
from api.commands.terminal import say, summary_line
from api.day import today
from api.digs.rematch import rematch
from geo.errors import BadInput, Conflict
from layers.digs.match_store import Run
from layers.packs.choice import pack_for
from layers.queries import city as stored_city


def match_stored(house: House, asked: argparse.Namespace) -> int:
    """Bring the stored matches up to date; with ``--all`` every work is matched again."""
    with house.database() as engine:
        city = stored_city(engine)
        run = rematch(engine, city, house.pack(asked.pack, today(), city.name), asked.all)
    _tell(run)
    if run is not None:
        summary_line({"run": run.id, "works": run.works, "opened": run.opened, "closed": run.closed, "changed": len(run.touched)})
    return 0


def matched(house: House, engine: sa.Engine) -> None:
    """After a delivery: what it means for the matches. Without a pack that is in force today nothing is matched."""
    try:
        city = stored_city(engine)
        pack = pack_for(house.packs_by_id(), today(), city.name, house.default_pack)
    except (BadInput, Conflict):
        return
    _tell(rematch(engine, city, pack))


def _tell(run: Run | None) -> None:
    if run is None:
        say("· 规则包没有同步开挖的设定 / the pack has no settings of digging once")
    else:
        changed = len(run.touched) - run.closed
        say(f"✓ 同路段配对 matches：新 new {run.opened - changed}，变 changed {changed}，止 gone {run.closed}")
