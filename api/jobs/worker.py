"""The process that does the jobs, and the one that keeps it alive.

``Workers`` (or ``run``, which blocks) starts ``python -m api.jobs.worker`` as a child, gives it its orders on stdin and starts
it anew when it dies. The child takes one job after another. It ends when its stdin does, so it never outlives its
parent; the job that it was at goes back into the queue. A job that was cancelled stops at its next step; if none comes
for a while (inside a library, say), the child ends itself, and the queue marks the job as cancelled.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.jobs.loop import Loop

log = logging.getLogger("waixian.worker")
ROOT = Path(__file__).resolve().parents[2]
STOP_S = 15.0  # a child that has not ended after so long is killed: its job is queued again all the same
AGAIN_S = 1.0
SHORT_LIFE_S, LONGEST_PAUSE_S = 30.0, 60.0  # a child that dies young is given ever longer pauses


def spawn(database_url: str, packs_dir: Path, home: Path, default_pack: str = "") -> "subprocess.Popen[bytes]":
    """One child, in a session of its own; closing its ``stdin`` asks it to end."""
    child = subprocess.Popen([sys.executable, "-m", "api.jobs.worker"], stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True)
    assert child.stdin is not None
    places = {"packs_dir": str(packs_dir.resolve()), "home": str(home.resolve())}
    orders = {"database_url": database_url, "default_pack": default_pack, **places}
    child.stdin.write(json.dumps(orders).encode() + b"\n")
    child.stdin.flush()
    return child


class Workers:
    """So many children, watched by a thread of this process."""

    def __init__(self, database_url: str, packs_dir: Path, home: Path, count: int = 1, default_pack: str = "") -> None:
        self._orders = (database_url, packs_dir, home, default_pack)
        self._count = count
        self._stop = Event()
        self._children: list[subprocess.Popen[bytes]] = []
        self._born = 0.0
        self._pause_s = AGAIN_S
        self._thread = Thread(target=self._watch, name="workers", daemon=True)

    def start(self) -> None:
        """Begin, without waiting for the children to be ready."""
        self._children = [spawn(*self._orders) for _ in range(self._count)]
        self._born = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """End all children; what they were at is queued again."""
        self._stop.set()
        self._thread.join()

    def pids(self) -> list[int]:
        """The children's process ids."""
        return [child.pid for child in self._children]

    def _watch(self) -> None:
        children = self._children
        while not self._stop.wait(AGAIN_S):
            for at, child in enumerate(children):
                if child.poll() is not None:
                    log.warning("worker %d ended (%s) and is started again", child.pid, child.returncode)
                    _end(child)
                    if not self._stop.wait(self._pause()):
                        children[at] = spawn(*self._orders)
        for child in children:
            _ask_to_end(child)
        for child in children:
            _end(child)

    def _pause(self) -> float:
        """How long to wait before the next start: twice the last time where the child died young."""
        now = time.monotonic()
        young = now - self._born < SHORT_LIFE_S
        self._born, self._pause_s = now, min(2 * self._pause_s, LONGEST_PAUSE_S) if young else AGAIN_S
        return self._pause_s


def run(database_url: str, packs_dir: Path, home: Path, stop: Event, count: int = 1) -> None:
    """Keep ``count`` workers going until ``stop`` is set."""
    workers = Workers(database_url, packs_dir, home, count)
    workers.start()
    stop.wait()
    workers.stop()


def _ask_to_end(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Wait for a child that was asked to end, and take with it whatever it started (readers of files)."""
    _ask_to_end(child)
    with suppress(subprocess.TimeoutExpired):
        child.wait(STOP_S)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _main() -> None:
    """The child. What it works with is imported here: the parent needs none of it."""
    from api.jobs.loop import Loop

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pyogrio").setLevel(logging.WARNING)
    orders = json.loads(sys.stdin.buffer.readline())
    loop = Loop(orders["database_url"], Path(orders["packs_dir"]), Path(orders["home"]), orders["default_pack"])
    signal.signal(signal.SIGTERM, lambda *_: loop.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our stdin
    Thread(target=_until_the_parent_ends, args=(loop,), daemon=True).start()
    loop.run()


def _until_the_parent_ends(loop: "Loop") -> None:
    """Stdin ends with the parent. Read past Python's buffer, whose lock would hang the interpreter's end."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    loop.stop()


if __name__ == "__main__":
    _main()
