"""Functions that are compiled (numba), and where their machine code is kept between runs.

Numba keeps the code of each file by that file alone: where a function of one file calls that of another, and the other one has
changed, the old code goes on and answers wrongly, without a word. So all compiled files of :mod:`geo` have one folder together,
named by what stands in them: a change of any of them compiles all of them anew. The price is some seconds once.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numba as nb

HERE = Path(__file__).parent
_numba: Any = nb.config


def fingerprint(files: Iterable[Path]) -> str:
    """What stands in these files and what they are called, in 16 hex digits."""
    found = hashlib.sha256()
    for file in sorted(files):
        text = file.read_bytes()
        found.update(f"{file.name} {len(text)} ".encode() + text)
    return found.hexdigest()[:16]


def sources() -> list[Path]:
    """The files with compiled functions."""
    return [file for file in HERE.rglob("*.py") if b"\n@jit" in file.read_bytes()]


def _folder(name: str) -> Path | None:
    """A folder for the code that we may write to; None where there is none."""
    asked = [Path(_numba.CACHE_DIR)] if _numba.CACHE_DIR else []
    for base in [*asked, HERE / "__pycache__", Path.home() / ".cache" / "waixian"]:
        try:
            (made := base / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(made, os.W_OK):
            return made
    return None


_kept = _folder(f"compiled-{fingerprint(sources())}")
if _kept is not None:
    _numba.CACHE_DIR = str(_kept)

jit = nb.njit(cache=_kept is not None, nogil=True, fastmath=False, error_model="numpy")
"""Compile a function of numbers. Runs without the GIL; divisions by zero give inf and nan, as numpy has it."""
