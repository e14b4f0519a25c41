"""The load of a layer as a job: read again, written whole or not at all, and what depends on it made fresh."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.day import today
from api.digs.rematch import rematch
from api.jobs.orders import Tell
from api.loading import MATCHED, delivery_of, load_read, read_ordered
from api.standing import Standing
from api.stock.orders import LoadOrder
from api.uploads import told_as_shown
from geo.errors import BadInput, Conflict
from geo.law.pack import Pack
from layers.ledger_rows import ledger_issues
from layers.packs.choice import pack_for
from layers.people.audit import Actor
from layers.readers import Limits

SHOWN_STRAY = 100


def load_ordered(
    params: Mapping[str, Any], jobs_dir: Path, engine: sa.Engine, standing: Standing, packs: Mapping[str, Pack], tell: Tell,
    default_pack: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Load what was looked at; the result says what ``app.py load`` says. It may be done again from its start: the same
    file is then there already, and nothing is written twice. Raises domain errors with words."""
    order = LoadOrder(**params["order"])
    folder, city = jobs_dir / order.folder, standing.settings()
    tell.phase("读取文件", "reading the file")
    with told_as_shown(folder, order.stored, order.shown):
        read = read_ordered(order.layer, folder / order.stored, order.words, city, Limits(wall_s=300.0))
        delivery = delivery_of(order.words, city, folder / order.stored, order.shown)
    tell.phase("装入", "loading", len(read.frame))
    actor = Actor(str(params["actor"]), str(params["address"]))
    done = load_read(engine, order.layer, read, delivery, actor, tell.steps)
    result: dict[str, Any] = {
        "layer": done.layer, "delivery": int(done.delivery_id), "rows": done.rows, "already": done.already,
        "replaced": done.replaced, "outdated": done.outdated, "rejected": read.rows_expected - len(read.frame),
    }  # fmt: skip
    if order.layer in ("roads", "road_ledger"):
        tell.phase("核对道路台账", "checking the road ledger")
        stray = ledger_issues(standing.city())
        result["stray"] = [{"row_no": one.row_no, "zh": one.zh, "en": one.en} for one in stray[:SHOWN_STRAY]]
    if order.layer in MATCHED and not done.already:
        tell.phase("重新配对同路段工程", "matching works anew")
        result["matched"] = _matched(engine, standing, packs, default_pack)
    return result


def _matched(engine: sa.Engine, standing: Standing, packs: Mapping[str, Pack], default_pack: str) -> dict[str, int] | None:
    """What it means for the matches; None without a pack that is in force today, or without settings of digging once."""
    city = standing.city()
    try:
        run = rematch(engine, city, pack_for(packs, today(), city.name, default_pack))
    except (BadInput, Conflict):
        return None
    return None if run is None else {"works": run.works, "opened": run.opened, "closed": run.closed}
