"""The two kinds of joint survey, from ``data/survey``: who may call one, and whose conclusion it takes."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from geo.law.cite import Model
from geo.law.pack import Words
from layers.data_files import read_model
from layers.people.offices import offices

FOLDER = Path(__file__).parents[2] / "data" / "survey"


class Kind(Model):
    """``calls``: roles that may organise it; ``units``: roles that conclude; ``cite``: where the document names it."""

    title: Words
    cite: str
    calls: tuple[str, ...]
    units: tuple[str, ...]


class Kinds(Model):
    """All kinds by name."""

    kinds: Mapping[str, Kind]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, kind in self.kinds.items():
            unknown = {*kind.calls, *kind.units} - offices().roles.keys()
            if unknown:
                raise ValueError(f"{name}: no role is called {', '.join(sorted(unknown))}")
        return self


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """The kinds of this installation. Raises BadData where the file is wrong."""
    return read_model(FOLDER / "kinds.yaml", Kinds).kinds
