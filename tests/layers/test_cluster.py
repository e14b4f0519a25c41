"""The private cluster: a daemon in a folder of its own that survives what happens to daemons."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from geo.errors import Conflict, Unavailable
from layers import postgres
from layers.cluster import Cluster, default_home

TOP = Path(__file__).parents[2]
Wait = Callable[[Callable[[], bool]], None]
RUN = "import sys; from pathlib import Path; from layers.cluster import Cluster; cluster = Cluster(Path(sys.argv[1]), False); "


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the unprivileged server can reach (pytest's own is closed to it when root runs the tests)."""
    place = Path(tempfile.mkdtemp(prefix="wx-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    for each in place.iterdir():
        if (each / ".waixian-cluster").exists():
            Cluster(each, durable=False).stop()
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster with the database ``waixian``, made once and stopped: tests work on copies of it."""
    place = Path(tempfile.mkdtemp(prefix="wx-", dir="/var/tmp"))
    place.chmod(0o755)
    cluster = Cluster(place / "pg", durable=False)
    started(cluster)
    cluster.stop()
    yield cluster.home
    shutil.rmtree(place)


@pytest.fixture
def new(folder: Path) -> Cluster:
    """A cluster that does not exist yet."""
    return Cluster(folder / "pg", durable=False)


@pytest.fixture
def cluster(folder: Path, made: Path) -> Cluster:
    """A cluster that was made before and is stopped."""
    subprocess.run(["cp", "-a", made, folder / "pg"], check=True)
    return Cluster(folder / "pg", durable=False)


class Interrupted(Cluster):
    """Ctrl-C arrives when the server runs and before anybody was told."""

    def _start(self) -> None:
        super()._start()
        raise KeyboardInterrupt


def answer(cluster: Cluster, query: str = "SELECT 42") -> object:
    with psycopg.connect(cluster.dsn("waixian")) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def python(code: str, cluster: Cluster) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", RUN + code, str(cluster.home)]
    return subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def alive(pid: int) -> bool:
    """A process that does something, not one that ended and whose parent has not looked yet."""
    return Path(f"/proc/{pid}/cwd").exists()


def started(cluster: Cluster) -> int:
    cluster.start()
    cluster.ensure_database("waixian")
    pid = cluster.status().pid
    assert pid is not None
    return pid


def test_it_starts_answers_stops_and_keeps(new: Cluster) -> None:
    cluster = new
    assert not cluster.status().running
    pid = started(cluster)
    with psycopg.connect(cluster.dsn("waixian")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        version = connection.execute("SELECT postgis_lib_version()").fetchone()
    assert version is not None and version[0] >= "3"
    cluster.start()  # again: nothing happens
    assert cluster.status().pid == pid and cluster.status().running
    cluster.stop()
    assert not cluster.status().running and not alive(pid)
    cluster.stop()  # again: nothing happens
    cluster.start()
    assert answer(cluster, "SELECT n FROM kept") == 7
    assert cluster.ensure_database("waixian") == cluster.dsn("waixian")  # again: nothing happens


def test_only_its_own_socket_and_user_reach_it(cluster: Cluster) -> None:
    pid = started(cluster)
    assert answer(cluster, "SELECT inet_server_addr() IS NULL") is True
    with psycopg.connect(cluster.dsn("postgres", "postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    for place in (cluster.home, cluster.data, cluster.socket):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700, place
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0 and owner == cluster.data.stat().st_uid
    assert answer(cluster, "SELECT current_setting('is_superuser')") == "off"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_does_not_reach_it(cluster: Cluster) -> None:
    started(cluster)
    nobody = pwd.getpwnam("nobody")
    command = ["/usr/bin/psql", cluster.dsn("waixian"), "-c", "SELECT 1"]
    done = subprocess.run(
        command, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], cwd="/", capture_output=True, text=True
    )
    assert done.returncode != 0 and "Permission denied" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_plain_user_has_a_cluster_too(folder: Path) -> None:
    home = folder / "nobody"
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    source = folder / "source"
    shutil.copytree(TOP / "layers", source / "layers", ignore=shutil.ignore_patterns("__pycache__", "demo", "readers"))
    shutil.copytree(TOP / "geo", source / "geo", ignore=shutil.ignore_patterns("__pycache__"))
    packages = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, text=True, check=True
    )
    if packages.stdout.strip() != "True":
        pytest.skip("no Python here that another user may run")
    code = RUN + "cluster.start(); print(cluster.status().running); cluster.stop()"
    site = Path(psycopg.__file__).parents[1]
    libraries = folder / "libraries"
    libraries.mkdir()
    for name in ("psycopg", "psycopg_binary", "psycopg_binary.libs", "typing_extensions.py"):
        origin = site / name
        (shutil.copytree if origin.is_dir() else shutil.copy)(origin, libraries / name)
    done = subprocess.run(
        ["/usr/bin/python3", "-c", code, str(home)],
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{source}:{libraries}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.stdout.strip() == "True", done.stderr
    shutil.rmtree(home)


def test_it_outlives_whoever_started_it(cluster: Cluster) -> None:
    child = python("cluster.start()", cluster)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 0, said
    pid = cluster.status().pid
    assert cluster.status().running and pid is not None
    assert os.getsid(pid) != os.getsid(0)  # Ctrl-C in the terminal that started it does not reach it


def test_killed_it_starts_again_with_everything(cluster: Cluster, wait_until: Wait) -> None:
    durable = Cluster(cluster.home)
    pid = started(durable)
    with psycopg.connect(durable.dsn("waixian")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid))
    assert not durable.status().running
    durable.start()
    assert answer(durable, "SELECT n FROM kept") == 7


def test_a_pid_file_from_before_a_restart_of_the_machine(cluster: Cluster) -> None:
    """Numbers come round again: the old server's may belong to anything by now, here to this very test."""
    started(cluster)
    pid_file, lock = cluster.data / "postmaster.pid", cluster.socket / ".s.PGSQL.5432.lock"
    left, locked = pid_file.read_text(), lock.read_text()
    cluster.stop()
    for number in (os.getpid(), 1, 2**22 - 1):
        pid_file.write_text("\n".join([str(number), *left.split("\n")[1:]]))
        lock.write_text("\n".join([str(number), *locked.split("\n")[1:]]))
        assert not cluster.status().running
        cluster.start()
        assert answer(cluster) == 42
        cluster.stop()


def test_a_half_made_cluster_is_made_anew(cluster: Cluster) -> None:
    """What initdb leaves when it is killed; only a finished folder gets its name."""
    cluster.data.rename(cluster.home / "data.partial")
    assert started(cluster) and not (cluster.home / "data.partial").exists()


def test_two_callers_at_once(new: Cluster) -> None:
    children = [python("cluster.start(); print(cluster.status().pid)", new) for _ in range(3)]
    said = [child.communicate(timeout=90) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert len({out.strip() for out, _ in said}) == 1


def test_a_foreign_folder_is_left_alone(folder: Path) -> None:
    (folder / "papers").mkdir()
    (folder / "papers" / "thesis.txt").write_text("mine")
    before = (folder / "papers").stat()
    with pytest.raises(Conflict, match="not empty"):
        Cluster(folder / "papers").start()
    after = (folder / "papers").stat()
    assert (before.st_uid, before.st_mode) == (after.st_uid, after.st_mode)
    assert [each.name for each in (folder / "papers").iterdir()] == ["thesis.txt"]


def test_a_link_is_no_folder_of_ours(folder: Path) -> None:
    (folder / "elsewhere").mkdir(mode=0o755)
    (folder / "pg").symlink_to(folder / "elsewhere")
    with pytest.raises(Conflict):
        Cluster(folder / "pg").start()
    assert stat.S_IMODE((folder / "elsewhere").stat().st_mode) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="a plain user reaches what it owns")
def test_a_folder_the_server_can_not_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Unavailable, match="choose another folder"):
        Cluster(closed / "pg").start()


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = Cluster(folder / ("很长的文件夹名" * 5) / "pg", durable=False)
    assert len(os.fsencode(deep.socket)) < 60
    deep.home.parent.mkdir()
    try:
        started(deep)
        assert answer(deep) == 42
        assert stat.S_IMODE(deep.socket.stat().st_mode) == 0o700
    finally:
        deep.stop()
        shutil.rmtree(deep.socket)


def test_odd_letters_in_the_path(folder: Path) -> None:
    odd = Cluster(folder / "it's a path; 汴京 & 100% (1)", durable=False)
    started(odd)
    assert answer(odd) == 42
    for letter in '"$`\\':  # a shell between pg_ctl and the server would take these for its own
        with pytest.raises(Conflict, match="characters"):
            Cluster(folder / f"a{letter}b").start()


# ── for the length of a command ──────────────────────────────────────────────────────────────────────────────────────


def test_running_starts_it_and_stops_it_again(cluster: Cluster) -> None:
    with cluster.running() as running:
        assert running.status().running
    assert not cluster.status().running


def test_running_leaves_a_started_one_alone(cluster: Cluster) -> None:
    pid = started(cluster)
    with cluster.running():
        pass
    assert cluster.status().pid == pid


def test_running_stops_it_when_the_block_breaks(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), cluster.running():
        raise ZeroDivisionError
    assert not cluster.status().running


def test_the_last_of_several_commands_stops_it(cluster: Cluster) -> None:
    with cluster.running():
        child = python("\nwith cluster.running():\n    print('in', flush=True)\n    sys.stdin.read()", cluster)
        assert child.stdout is not None and child.stdout.readline() == "in\n"
    assert cluster.status().running  # the other one still needs it
    child.communicate("", timeout=60)
    assert child.returncode == 0 and not cluster.status().running


def test_a_killed_command_leaves_no_orphan_for_ever(cluster: Cluster) -> None:
    child = python("\nwith cluster.running():\n    print('in', flush=True)\n    sys.stdin.read()", cluster)
    assert child.stdout is not None and child.stdout.readline() == "in\n"
    child.kill()
    child.communicate()
    assert cluster.status().running
    with cluster.running():
        pass
    assert not cluster.status().running


# ── what may be missing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_without_postgis_the_message_holds_the_cure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "INSTALLED", folder / "nothing")
    with pytest.raises(Unavailable) as refused:
        Cluster(folder / "pg").start()
    for lang in ("zh", "en"):
        assert "DATABASE_URL" in refused.value.text(lang) and "apt install" in refused.value.text(lang)
    assert not (folder / "pg").exists()


def test_a_cluster_of_a_version_that_is_gone(cluster: Cluster) -> None:
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match="postgresql-9-postgis"):
        cluster.start()


def test_why_it_did_not_start_is_said(cluster: Cluster) -> None:
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("\nnonsense = 1\n")
    with pytest.raises(Unavailable, match="nonsense"):
        cluster.start()


def test_the_default_home_can_be_reached() -> None:
    home = default_home()
    assert home.is_absolute() and not home.is_relative_to("/root")


def test_a_start_that_is_interrupted_leaves_no_server(cluster: Cluster) -> None:
    with pytest.raises(KeyboardInterrupt), Interrupted(cluster.home, durable=False).running():
        pass
    assert cluster.status().pid is None
    with cluster.running():
        assert answer(cluster) == 42
    assert cluster.status().pid is None
