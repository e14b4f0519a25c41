"""``app.py`` as tests call it: in this process for its answers (a process of its own costs seconds of imports), and as a
process where a test is about being one (``started``)."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

TOP = Path(__file__).parents[1]
Done = subprocess.CompletedProcess[str]


def app(*arguments: object, database: str = "", home: Path | None = None, lang: str = "zh") -> Done:
    """One command: its exit code, and what it said."""
    from app import main

    words = [str(one) for one in arguments]
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.dict(os.environ, _settings(database, home, lang)), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as end:  # argparse ends so where it does not understand
            code = int(end.code or 0)
    return Done(words, code, out.getvalue(), err.getvalue())


def started(*arguments: object, database: str = "", home: Path | None = None, lang: str = "zh", **settings: str) -> Done:
    """One command as a user starts it, to its end."""
    env = {**os.environ, **_settings(database, home, lang), **settings}
    command = [sys.executable, TOP / "app.py", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


def summary(done: Done) -> dict[str, object]:
    """The last line that a command printed."""
    said: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def _settings(database: str, home: Path | None, lang: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "WAIXIAN_HOME": str(home or ""), "WAIXIAN_LANG": lang}
