"""What a job is ordered with, and the names of what it leaves: shared by the server and its workers."""

from dataclasses import dataclass
from pathlib import Path

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
