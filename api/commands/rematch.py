"""``rematch``: the stored works are matched anew; ``load`` and ``demo`` end with the same step."""

import argparse
from collections.abc import Mapping

import sqlalchemy as sa

from api.commands.house import House
from api.commands.terminal import say, summary_line
from api.day import today
from api.digs.rematch import rematch
from geo.errors import BadInput, Conflict
from layers.digs.match_store import Run, standing
from layers.packs.choice import pack_for
from layers.queries import city as stored_city


def match_stored(house: House, asked: argparse.Namespace) -> int:
    """Bring the stored matches up to date; with ``--all`` every work is matched again."""
    with house.database() as engine:
        city, before = stored_city(engine), standing(engine)
        run = rematch(engine, city, house.pack(asked.pack, today(), city.name), asked.all)
        _tell(engine, run, before)
    if run is not None:
        summary_line({"run": run.id, "works": run.works, "opened": run.opened, "closed": run.closed, "changed": len(run.touched)})
    return 0


def matched(house: House, engine: sa.Engine, before: Mapping[str, str]) -> None:
    """After a delivery: what it means for the matches. Without a pack that is in force today nothing is matched.

    ``before``: what was known before it (:func:`layers.digs.match_store.standing`). A server beside this process may have
    looked already: what is told is what changed since, whoever found it."""
    try:
        city = stored_city(engine)
        pack = pack_for(house.packs_by_id(), today(), city.name, house.default_pack)
    except (BadInput, Conflict):
        return
    _tell(engine, rematch(engine, city, pack), before)


def _tell(engine: sa.Engine, run: Run | None, before: Mapping[str, str]) -> None:
    if run is None:
        say("· 规则包没有同步开挖的设定 / the pack has no settings of digging once")
        return
    now = standing(engine)
    new, gone = now.keys() - before.keys(), before.keys() - now.keys()
    changed = sum(now[name] != before[name] for name in now.keys() & before.keys())
    say(f"✓ 同路段配对 matches：新 new {len(new)}，变 changed {changed}，止 gone {len(gone)}")
