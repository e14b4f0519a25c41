"""What a worker does for digging once: plans that take long, matching everything anew, and what comes with time by itself."""

import logging
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from api.day import today
from api.digs.plan_desk import make_queued
from api.digs.rematch import rematch
from api.jobs.orders import MATCH, PLAN, Tell
from api.reviewing.rejudge import data_came
from api.standing import Standing
from geo.errors import WaixianError
from geo.law.pack import Pack
from layers.digs.replies import apply_silence
from layers.digs.store import plan_failed
from layers.models import DeliveryRow, VerdictRow
from layers.packs.choice import pack_for, pack_named

log = logging.getLogger("waixian.worker")
KINDS = (PLAN, MATCH)
LOOK_S = 30.0  # how often deadlines are looked at


def do_job(
    kind: str, params: Mapping[str, Any], engine: sa.Engine, standing: Standing, packs: Mapping[str, Pack], tell: Tell
) -> dict[str, Any]:
    """One job; ``tell`` hears how far it is. Raises domain errors with words. It may be done again from its start: that is how
    it outlives a restart."""
    city = standing.city()
    if kind == MATCH:
        pack = pack_for(packs, today(), city.name, params.get("pack") or "")
        run = rematch(engine, city, pack, bool(params.get("all")))
        return {} if run is None else {"run": run.id, "works": run.works, "opened": run.opened, "closed": run.closed}
    try:
        summary = make_queued(engine, str(params["plan"]), city, pack_named(packs, str(params["pack"])), tell)
    except WaixianError as error:
        plan_failed(engine, str(params["plan"]), {"zh": error.text("zh"), "en": error.text("en")})
        raise
    return {"plan": params["plan"], "summary": summary}


class Duties:
    """What is due without anybody asking: silence after a deadline; after a delivery or a judgement matches, and verdicts that
    waited for its data.

    Nothing is remembered but when it was last looked at: what is due stands in the database, so no restart loses any of it.
    """

    def __init__(self, engine: sa.Engine, standing: Standing, packs: Mapping[str, Pack], default_pack: str = "") -> None:
        self._engine, self._standing, self._packs, self._default = engine, standing, packs, default_pack
        self._looked = 0.0
        self._matched: object = None

    def do(self) -> None:
        """What is due now. A city that is not there, or a pack that is not in force, is no reason to stop."""
        if time.monotonic() - self._looked >= LOOK_S:
            self._looked = time.monotonic()
            silent = apply_silence(self._engine, today())
            if silent:
                log.info("%d invitations were not answered in time", silent)
        now = self._version()
        if now != self._matched:
            try:
                city = self._standing.city()
                rematch(self._engine, city, pack_for(self._packs, today(), city.name, self._default))
                data_came(self._engine, city, self._packs)
            except WaixianError as error:
                log.info("not matched: %s", error)
            self._matched = now

    def _version(self) -> object:
        """Changes with every delivery and every judgement."""
        newest = [sa.select(sa.func.max(row.id)).scalar_subquery() for row in (DeliveryRow, VerdictRow)]
        with self._engine.connect() as connection:
            return tuple(connection.execute(sa.select(*newest)).one())
