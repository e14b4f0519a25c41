"""Colours, line styles and words of outcomes and conditions: one table for page, report and print."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"


@cache
def styles() -> Mapping[str, Any]:
    """The whole table: ``data/styles/outcomes.json``."""
    table: dict[str, Any] = json.loads((DATA / "styles" / "outcomes.json").read_text(encoding="utf-8"))
    return table


def outcome_style(outcome: str) -> Mapping[str, Any]:
    """How one outcome looks; a tier that only some city's pack knows takes the neutral style."""
    style: Mapping[str, Any] = styles()["outcomes"].get(outcome) or styles()["other_outcome"]
    return style


def work_style(kind: str | None, utility: str | None) -> Mapping[str, Any]:
    """Colour and tint of a work: by its utility, of paving and road projects by their kind."""
    style: Mapping[str, Any] = styles()["works"].get(kind) or styles()["utilities"].get(utility) or styles()["utilities"]["other"]
    return style
