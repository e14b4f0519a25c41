"""The private PostGIS: one folder, one unix socket, no TCP; a daemon that outlives whoever started it.

``Cluster(home).start()`` makes what is missing and returns with the server accepting connections;
``stop()`` ends it; ``running()`` is for a command that needs the server only while it runs.
PostgreSQL refuses to run as root: there every program of it runs as the user ``postgres``.
"""

import contextlib
import fcntl
import os
import pwd
import shlex
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import psycopg
from psycopg import sql

from geo.errors import Conflict, Unavailable
from layers.postgres import EDGE, LEAKPROOF, READER, Programs, as_server_user, programs_for, programs_newest, server_account

MARKER = ".waixian-cluster"
PORT = 5432  # only names the socket file: nothing listens on TCP
SOCKET_PATH_MAX = 107
START_SECONDS = 60.0
APP_ROLE = "waixian"
ADMIN_ROLE = "postgres"

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "lc_messages": "C",
}
# For tests and the demo alone: a power cut may lose everything.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Status:
    """How the cluster is: ``pid`` of the server or None, the folder, the socket folder, the major version or None."""

    running: bool
    pid: int | None
    home: Path
    socket: Path
    version: str | None


def default_home() -> Path:
    """A folder for the cluster that its unprivileged owner can reach; nothing is created here."""
    uid = os.geteuid()
    if uid == 0:  # below /root the user postgres could not reach it
        return Path("/var/lib/waixian") if os.access("/var/lib", os.W_OK) else Path("/var/tmp/waixian-0")
    try:
        own = Path(pwd.getpwuid(uid).pw_dir)
    except KeyError:
        own = Path("/nonexistent")
    return own / ".local/share/waixian" if os.access(own, os.W_OK) else Path(f"/var/tmp/waixian-{uid}")


class Cluster:
    """A PostgreSQL cluster with PostGIS in ``home``, a folder of its own (created, 0700, refused where foreign).

    ``durable=False`` switches off every guard against a power cut: for tests only.
    Errors: :class:`geo.errors.Unavailable` with the cure, :class:`geo.errors.Conflict` for a foreign folder.
    """

    def __init__(self, home: Path, durable: bool = True) -> None:
        self.home = Path(home).absolute()
        self.durable = durable
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.socket = self._socket_folder()

    # -- what callers use --------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server as a daemon, creating the cluster at the first time; nothing happens where it runs."""
        with self._alone():
            (self.home / "transient").unlink(missing_ok=True)
            self._start()

    def stop(self) -> None:
        """Stop the server; open connections are cut, committed data stay. Nothing happens where it does not run."""
        if not (self.home / MARKER).exists():
            return
        with self._alone():
            self._stop()

    def status(self) -> Status:
        """How it is now, without waiting for anybody."""
        pid = self._server_pid()
        return Status(pid is not None and self._accepts(), pid, self.home, self.socket, self._version())

    @contextlib.contextmanager
    def running(self) -> Iterator["Cluster"]:
        """The server for the length of a block. One that ``start()`` left running stays; one that a block
        started ends with the last block that uses it, in whatever process that is."""
        with self._alone():
            if self._server_pid() is None:
                self._start_or_leave_nothing()
                (self.home / "transient").touch()
            users = (self.home / "users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield self
        finally:
            with self._alone():
                users.close()
                if (self.home / "transient").exists() and not self._in_use():
                    self._stop()

    def dsn(self, database: str, role: str = APP_ROLE) -> str:
        """URL of a database, for psycopg as for SQLAlchemy; ``role`` "postgres" is the superuser."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket), safe='')}&port={PORT}"

    def ensure_database(self, name: str = "waixian") -> str:
        """URL of the database ``name``, created with PostGIS where it is missing and owned by the app's role
        (which may create databases, but is no superuser: a query can't read files or run programs)."""
        admin = psycopg.connect(self.dsn("postgres", ADMIN_ROLE), autocommit=True)
        with contextlib.closing(admin):
            admin.execute("SELECT pg_advisory_lock(hashtext('waixian ensure_database'))")
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(APP_ROLE)))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                admin.execute(create.format(sql.Identifier(name), sql.Identifier(APP_ROLE)))
            for role in (READER, EDGE):
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
                admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(APP_ROLE)))
            with psycopg.connect(self.dsn(name, ADMIN_ROLE), autocommit=True) as inside:
                inside.execute("CREATE EXTENSION IF NOT EXISTS postgis")
                for function in LEAKPROOF:
                    inside.execute(sql.SQL("ALTER FUNCTION {} LEAKPROOF").format(sql.SQL(function)))
        return self.dsn(name)

    # -- starting and stopping, under the lock -----------------------------------------------------

    def _start(self) -> None:
        if self._server_pid() is not None:
            self._wait_until_ready()
            return
        programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            self._create(programs)
        self._forget_dead_server()
        deadline = time.monotonic() + START_SECONDS
        while True:
            began = self._log_size()
            done = self._run(
                programs, "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", self.data, "-l", self.log, "-o", self._options()
            )
            if done.returncode == 0 and self._accepts():
                return
            said = self._log_since(began)
            # After a kill -9 the dying children still hold the shared memory for a moment.
            if time.monotonic() > deadline or "shared memory" not in said:
                raise _did_not_start(self.log, said or done.stderr)
            time.sleep(0.2)

    def _start_or_leave_nothing(self) -> None:
        try:
            self._start()
        except BaseException:  # an interrupt too: pg_ctl is gone by then, the server that it began may not be
            self._stop()
            raise

    def _stop(self) -> None:
        (self.home / "transient").unlink(missing_ok=True)
        if self._server_pid() is None:
            return
        done = self._run(self._programs(), "pg_ctl", "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", self.data)
        if done.returncode != 0 and self._server_pid() is not None:
            raise Unavailable(
                why_zh=f"数据库未能停止：{done.stderr.strip()}；日志 {self.log}",
                why_en=f"PostgreSQL did not stop: {done.stderr.strip()}; see {self.log}",
            )

    def _create(self, programs: Programs) -> None:
        half = self.home / "data.partial"  # initdb that was killed in the middle leaves only this
        as_server_user(["rm", "-rf", half])
        sync = () if self.durable else ("--no-sync",)
        done = self._run(
            programs,
            "initdb",
            "-D",
            half,
            "-U",
            ADMIN_ROLE,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            *sync,
        )
        if done.returncode != 0:
            raise _did_not_start(self.log, done.stderr)
        half.rename(self.data)

    def _options(self) -> str:
        settings = _SETTINGS | {"unix_socket_directories": str(self.socket), "port": str(PORT)}
        if not self.durable:
            settings = settings | _FORGETFUL
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _run(self, programs: Programs, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return as_server_user([programs.folder / name, *arguments])

    def _programs(self) -> Programs:
        version = self._version()
        return programs_for(version) if version else programs_newest()

    def _version(self) -> str | None:
        try:
            return (self.data / "PG_VERSION").read_text().strip()
        except OSError:
            return None

    # -- is it alive -------------------------------------------------------------------------------

    def _server_pid(self) -> int | None:
        """Process id of the server of this folder. A pid file whose number now belongs to another program
        (after a restart of the machine numbers come round again) does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            if Path(f"/proc/{pid}/comm").read_text().strip() not in ("postgres", "postmaster"):
                return None
            return pid if Path(f"/proc/{pid}/cwd").resolve() == self.data.resolve() else None
        except (OSError, ValueError):
            return None

    def _forget_dead_server(self) -> None:
        """PostgreSQL refuses to start while the number in its pid file is alive, whoever that is."""
        for stale in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres", ADMIN_ROLE), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if time.monotonic() > deadline:
                raise _did_not_start(self.log, self._log_since(max(0, self._log_size() - 2000)))
            time.sleep(0.05)

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def _log_since(self, offset: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read(20_000).decode("utf-8", "replace")

    # -- the folder --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """The folder, ours and made ready, with every other caller kept out."""
        self._own_folder()
        with (self.home / "lock").open("a") as lock:
            _wait_for_lock(lock, self.home)
            yield

    def _in_use(self) -> bool:
        with (self.home / "users").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _own_folder(self) -> None:
        programs_newest()  # says what to install before anything is created
        if set('"$`\\\n') & set(str(self.home)):  # pg_ctl hands it to a shell and does not shield it
            raise Conflict(
                **_words(f"{self.home}：路径含有不能使用的字符", f"{self.home}: the path has characters that can't be used")
            )
        marker = self.home / MARKER
        # Listed first, then the marker: another caller may be making the same folder right now.
        filled = self.home.exists() and any(self.home.iterdir())
        if filled and not marker.exists():
            raise Conflict(
                **_words(
                    f"{self.home} 不是空文件夹，也不是本程序的数据库文件夹；请换一个文件夹（WAIXIAN_HOME）",
                    f"{self.home} is not empty and holds no cluster of ours; choose another folder (WAIXIAN_HOME)",
                )
            )
        owner = server_account()
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(folder, owner)
            marker.touch()
        if as_server_user(["test", "-w", self.home]).returncode != 0:
            raise Unavailable(
                **_words(
                    f"数据库用户进不去 {self.home}（上级文件夹不可达）；请换一个文件夹（WAIXIAN_HOME），如 {default_home()}",
                    f"the database user can't reach {self.home}: a folder above is closed to it; "
                    f"choose another folder (WAIXIAN_HOME), such as {default_home()}",
                )
            )

    def _socket_folder(self) -> Path:
        """``home/run``, or a short folder in /tmp where the path would pass what a socket address can hold."""
        beside = self.home / "run"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX:
            return beside
        return Path("/tmp") / f"waixian-{os.geteuid()}-{sha256(os.fsencode(self.home)).hexdigest()[:12]}"


def _wait_for_lock(lock: TextIO, home: Path) -> None:
    deadline = time.monotonic() + 2 * START_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable(**_words(f"{home} 正被另一个进程占用", f"{home} is held by another process")) from None
            time.sleep(0.05)


def _make_private(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """0700 and the server's own. A link, or a folder of somebody else's making, is refused before it is touched."""
    here = folder.lstat()
    ours = {os.geteuid(), owner.pw_uid} if owner else {os.geteuid()}
    if not stat.S_ISDIR(here.st_mode) or here.st_uid not in ours:
        raise Conflict(**_words(f"{folder} 不是文件夹，或属于其他用户", f"{folder} is no folder, or belongs to another user"))
    folder.chmod(0o700)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _words(zh: str, en: str) -> dict[str, Any]:
    return {"why_zh": zh, "why_en": en}


def _did_not_start(log: Path, said: str) -> Unavailable:
    last = [line for line in said.strip().splitlines() if line][-3:]
    return Unavailable(
        **_words(
            f"数据库未能启动：{' / '.join(last)}；日志 {log}",
            f"PostgreSQL did not start: {' / '.join(last)}; see {log}",
        )
    )
