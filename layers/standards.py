"""Technical standards from ``data/standards``."""

from pathlib import Path

from geo.law.standard import Standard
from layers.data_files import read_model

FOLDER = Path(__file__).parents[1] / "data" / "standards"


def read_standard(name: str = "gb50289-2016", folder: str | Path = FOLDER) -> Standard:
    """One standard by id. Raises :class:`geo.errors.BadData` with file and place where it cannot be read."""
    return read_model(Path(folder) / f"{name}.yaml", Standard)
