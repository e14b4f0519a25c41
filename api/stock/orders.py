"""A file that was looked at and waits to be loaded: its order lies beside it, so that the load reads what was shown."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from api.loading import LoadWords
from geo.errors import NotFound

LOAD = "load"
ORDER = "order.json"
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class LoadOrder:
    """``folder``, ``stored``: names of ours below the home's jobs; ``shown``: the visitor's name; ``person``: who sent it."""

    folder: str
    stored: str
    shown: str
    layer: str
    person: int
    rows: int = 0
    source: str = ""
    owner: str = ""
    licence: str = ""
    as_of: str | None = None
    complete_since: str | None = None
    coverage: str = ""
    encoding: str | None = None
    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> LoadWords:
        """As the one way in takes them."""
        days = [None if one is None else date.fromisoformat(one) for one in (self.as_of, self.complete_since)]
        return LoadWords(
            self.source, self.owner, self.licence, days[0], days[1], self.coverage, self.encoding, self.crs, None, self.mapping
        )


def keep(order: LoadOrder, jobs_dir: Path) -> None:
    """Write the order beside its file."""
    (jobs_dir / order.folder / ORDER).write_text(json.dumps(asdict(order), ensure_ascii=False), "utf-8")


def kept(folder: str, person: int, jobs_dir: Path) -> LoadOrder:
    """The order of a file that this person looked at. Raises NotFound, also for a name that is none of ours."""
    place = jobs_dir / folder / ORDER
    if _NAME.fullmatch(folder) and place.is_file():
        said: dict[str, Any] = json.loads(place.read_text("utf-8"))
        order = LoadOrder(**said)
        if order.person == person:
            return order
    raise NotFound(what_zh="预览（上传的文件保留 30 天）", what_en="preview (uploads are kept for 30 days)", id=folder[:64])
