"""What a job is ordered with, and the names of what it leaves: shared by the server and its workers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KIND, PLAN, MATCH = "review", "plan", "match"
MAP = "routes.geojson"
# key of the download → name of the file, in the order in which they are written
ANSWERS = {
    "csv": "answers.csv", "gpkg": "answers.gpkg", "parquet": "answers.parquet", "xlsx": "answers.xlsx", "shp": "answers.shp.zip",
}  # fmt: skip
REPORT, REJECTS, GEOJSON = (
    "report.html",
    "rejects.csv",
    "answers.geojson",
)  # the last is made from the Parquet file when asked for


def jobs_dir(home: Path) -> Path:
    """Where uploads and their answers lie."""
    return home / "jobs"


@dataclass(frozen=True)
class Order:
    """What was asked for: names inside the jobs folder are ours, ``shown`` is the visitor's word for the file."""

    folder: str
    stored: str
    shown: str
    pack: str
    on: str
    crs: str | None = None
    encoding: str | None = None


class Tell(Protocol):
    """Where a job says how far it is. Both raise when the job is to end (cancelled, or the process is stopping)."""

    def phase(self, zh: str, en: str, total: int | None = None) -> None:
        """A new part of the work begins, of so many steps."""

    def steps(self, done: int, total: int) -> None:
        """So many steps of this part are done."""
