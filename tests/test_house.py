"""The house keeps to its own rules: directions, words, documents that tell the truth, nothing that belongs elsewhere."""

import ast
import os
import re
import string
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from geo import errors
from geo.schema import LAYERS, ROUTES, SPANS, LayerSpec

TOP = Path(__file__).parent.parent
ROOMS = ("geo", "layers", "api")
READMES = ("README.md", "README.zh-CN.md")
CJK = re.compile(r"[\u4e00-\u9fff]")


IGNORED = [line.strip("/") for line in (TOP / ".gitignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]


def ignored(path: Path) -> bool:
    """As .gitignore says: a name anywhere, or a path from the top; ``!`` takes one back."""
    names = [*path.parts, path.as_posix()]
    return f"!/{path.as_posix()}" not in IGNORED and any(fnmatch(name, pattern) for name in names for pattern in IGNORED)


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, without what git ignores; a copy that came without git is walked."""
    if (TOP / ".git").exists():
        names = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(names, cwd=TOP, capture_output=True, check=True, text=True).stdout.split("\0")
        return tuple(sorted(name for name in set(listed) if name and (TOP / name).is_file()))
    paths = []
    for folder, inside, files in os.walk(TOP):
        here = Path(folder).relative_to(TOP)
        inside[:] = [name for name in inside if not ignored(here / name)]
        paths += [(here / name).as_posix() for name in files if not ignored(here / name)]
    return tuple(sorted(paths))


def text_files() -> Iterator[tuple[str, str]]:
    for name in tracked():
        raw = (TOP / name).read_bytes()
        if b"\0" not in raw[:8000]:
            yield name, raw.decode("utf-8", errors="replace")


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse((TOP / name).read_text(encoding="utf-8"), filename=name)


def modules(*rooms: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in rooms]


def imported(name: str) -> set[str]:
    """The first name of everything that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: a relative import hides its direction"
            found.add((node.module or "").split(".")[0])
    return found


# ── directions ───────────────────────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = {"geo": {"layers", "api", "app"}, "layers": {"api", "app"}, "api": {"app"}}


@pytest.mark.parametrize("room", ROOMS)
def test_imports_never_go_back(room: str) -> None:
    back = {name: found for name in modules(room) if (found := imported(name) & FORBIDDEN[room])}
    assert not back


def test_nobody_imports_the_tests() -> None:
    assert not [name for name in [*modules(*ROOMS), "app.py"] if "tests" in imported(name)]


def environment_reads(name: str) -> list[str]:
    """Where a module asks the environment: os.getenv, os.environ in any use that reads it."""
    found = []
    written = {id(n.value) for n in ast.walk(tree_of(name)) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(tree_of(name)):
        asks = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb", "getenvb"}
        if asks and id(node) not in written:
            found.append(f"{name}:{node.lineno}")
        if isinstance(node, ast.ImportFrom) and node.module == "os" and {a.name for a in node.names} & {"environ", "getenv"}:
            found.append(f"{name}:{node.lineno}")
    return found


# A program of its own, started by layers.readers with an environment made for it: it hands that on to itself.
OWN_PROCESS = {"layers/readers/child.py"}


def test_only_app_reads_the_environment() -> None:
    assert not [place for name in modules(*ROOMS) if name not in OWN_PROCESS for place in environment_reads(name)]


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────

TREE = {cls.__name__: cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.WaixianError)}


def places(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


@pytest.mark.parametrize("cls", TREE.values(), ids=TREE)
def test_every_error_speaks_both_languages(cls: type[errors.WaixianError]) -> None:
    assert cls.zh.strip() and cls.en.strip() and cls.__doc__
    assert not CJK.search(cls.en)
    assert CJK.search(cls.zh) or places(cls.zh) == {"why_zh"}
    assert {p.removesuffix("_zh") for p in places(cls.zh)} == {p.removesuffix("_en") for p in places(cls.en)}


def test_every_error_has_its_own_code() -> None:
    codes = [cls.code for cls in TREE.values()]
    assert len(set(codes)) == len(codes)


def raised(name: str) -> Iterator[tuple[ast.Call, type[errors.WaixianError]]]:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in TREE:
                yield node, TREE[called]


def test_every_error_raised_fills_its_places() -> None:
    """A message with "—" where the file, the row or the reason belongs helps nobody."""
    blank = []
    for name in [*modules(*ROOMS), "app.py"]:
        for call, cls in raised(name):
            given = {keyword.arg for keyword in call.keywords}
            lacking = (places(cls.zh) | places(cls.en)) - given
            if lacking and None not in given:
                blank.append(f"{name}:{call.lineno}: {cls.__name__} lacks {sorted(lacking)}")
    assert not blank


# ── words of the layers ──────────────────────────────────────────────────────────────────────────────────────────────

SPECS: dict[str, LayerSpec] = {**LAYERS, "routes": ROUTES, "spans": SPANS}


@pytest.mark.parametrize("name", SPECS)
def test_every_layer_and_column_has_words(name: str) -> None:
    spec = SPECS[name]
    for words in (spec, *spec.columns.values()):
        assert CJK.search(words.zh), words
        assert words.en.strip() and not CJK.search(words.en), words


@pytest.mark.parametrize("name", SPECS)
def test_no_spelling_means_two_things(name: str) -> None:
    """A file's column, or a value in it, must lead to one place; else the order of a dict decides."""
    spec = SPECS[name]
    spellings = [s.lower() for field, column in spec.columns.items() for s in {field, *column.aliases}]
    assert sorted(set(spellings)) == sorted(spellings)
    for column in spec.columns.values():
        values = [s.lower() for value, others in column.values.items() for s in {value, *others}]
        assert sorted(set(values)) == sorted(values), column.zh


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def fenced(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (TOP / name).read_text(encoding="utf-8"), re.M | re.S)


def drawn(block: str) -> Iterator[str]:
    """The paths of a drawn tree: two spaces a level, the name first, a folder with a slash."""
    above: list[str] = []
    for line in block.splitlines():
        if line.strip():
            depth = (len(line) - len(line.lstrip())) // 2
            above[depth:] = [line.split()[0]]
            yield "".join(above)


@pytest.mark.parametrize("readme", READMES)
def test_the_tree_in_the_readme_is_the_tree(readme: str) -> None:
    (block,) = fenced(readme, "tree")
    paths = list(drawn(block))
    missing = [path for path in paths if not (TOP / path).exists() or path.endswith("/") != (TOP / path).is_dir()]
    assert not missing
    listed = {name for name in tracked() if not name.startswith(".")}
    top = {name.split("/")[0] + ("/" if "/" in name else "") for name in listed}
    folders = {"/".join(name.split("/")[:2]) + "/" for name in listed if name.split("/")[0] in ROOMS and name.count("/") > 1}
    assert not sorted((top | folders) - set(paths)), f"not in the tree of {readme}"


def test_the_two_readmes_say_the_same() -> None:
    english, chinese = ((TOP / name).read_text(encoding="utf-8") for name in READMES)
    for pattern in (r"^(#+) ", r"^```(\w*)"):
        assert re.findall(pattern, english, re.M) == re.findall(pattern, chinese, re.M)
    assert fenced(READMES[0], "sh") and len(fenced(READMES[0], "sh")) == len(fenced(READMES[1], "sh"))


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_between_documents_leads_somewhere(name: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
    assert not [target for target in targets if not (TOP / target).exists()]


OF_A_RUN = {"WAIXIAN_TEST_RUN"}  # handed from one process of a test run to the others, set by nobody


def settings_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:WAIXIAN_[A-Z_]+|DATABASE_URL)\b", text)) - OF_A_RUN


def test_the_readme_names_every_setting_and_no_other() -> None:
    speakers = ["app.py", "run.sh", "setup.sh", "test.sh", *modules("tests")]
    asked = set().union(*(settings_in((TOP / name).read_text(encoding="utf-8")) for name in speakers))
    for readme in READMES:
        assert settings_in((TOP / readme).read_text(encoding="utf-8")) == asked


def documented(readme: str) -> dict[str, set[str]]:
    """Options of each command in the README's block of commands."""
    (block,) = (block for block in fenced(readme, "text") if "app.py classify" in block)
    found: dict[str, set[str]] = {}
    for line in block.replace("\n  ", " ").splitlines():
        found.setdefault(line.split()[1], set()).update(re.findall(r"(--[a-z-]+)", line))
    return found


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_gives_every_command_and_option(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    from app import main

    def help_of(*command: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    told = documented(readme)
    assert set(re.findall(r"^    ([a-z][a-z-]+) ", help_of(), re.M)) == set(told)
    for command, options in told.items():
        said = help_of(command)
        verbs = re.search(r"\n  ([a-z]+(?:\|[a-z]+)+)\n", said)
        said += "".join(help_of(command, verb) for verb in (verbs[1].split("|") if verbs else ()))
        assert set(re.findall(r"(--[a-z-]+)", said)) - {"--help", "--output"} == options, command


def requirement_names(name: str) -> set[str]:
    lines = (TOP / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=<> ;]", line)[0].lower() for line in lines if line and line[0].isalpha()}


def pins(name: str) -> set[str]:
    return {line.split(" \\")[0] for line in (TOP / name).read_text(encoding="utf-8").splitlines() if re.match(r"\w", line)}


def test_every_dependency_is_locked_and_explained() -> None:
    explained = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8").lower()
    for stem in ("requirements", "requirements-dev", "requirements-tools"):
        wanted = requirement_names(f"{stem}.in")
        assert wanted <= requirement_names(f"{stem}.lock"), f"{stem}.lock is older than {stem}.in"
        assert not sorted(name for name in wanted if f"`{name}`" not in explained)
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


# ── nothing that belongs elsewhere ───────────────────────────────────────────────────────────────────────────────────

# Spelled in halves, so that this file may hold them.
FOREIGN = {
    "a registry's host": ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "npmmirror" + ".com"],
    "a machine's path": ["/work" + "/main", "/work" + "/shared", "/tmp" + "/brief", "/root" + "/.", "/home" + "/user"],
    "a CDN": ["unpkg" + ".com", "jsdelivr" + ".net", "cdnjs" + ".cloudflare", "fonts.googleapis" + ".com"],
}


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_names(what: str) -> None:
    assert not [f"{name}: {word}" for name, text in text_files() for word in FOREIGN[what] if word in text]


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name, text in text_files():
        if name.endswith((".lock", "package-lock.json")):
            assert not re.search(r"https?://\S+\.(?:whl|tgz|tar\.gz|zip)", text), name
            assert '"resolved"' not in text and "--index-url" not in text and "--find-links" not in text, name
            assert "--hash=sha256:" in text or '"integrity"' in text, name


def test_files_stay_small() -> None:
    """400 lines of code: past that, two things live in one file. 2 MB of anything: data that belongs elsewhere."""
    long = {
        name: lines
        for name, text in text_files()
        if name.endswith((".py", ".ts", ".vue", ".css", ".sh")) and (lines := text.count("\n")) > 400
    }
    assert not long
    assert not [name for name in tracked() if (TOP / name).stat().st_size > 2_000_000]


def test_every_module_says_what_it_is() -> None:
    silent = [name for name in [*modules(*ROOMS), "app.py"] if tree_of(name).body and not ast.get_docstring(tree_of(name))]
    assert not silent


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_function_says_what_it_does(room: str) -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name in modules(room)
        if "/versions/" not in name  # a migration is called by Alembic alone; its first line says what it does
        for node in tree_of(name).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_every_action_of_the_audit_is_offered_and_has_words() -> None:
    """What the code notes can be asked for by its name in the page's filter."""
    noted = set()
    for file in [*(TOP / "layers").rglob("*.py"), *(TOP / "api").rglob("*.py")]:
        for call in re.findall(r"\b(?:note|told)\((?:[^()]|\([^()]*\))*?\)", file.read_text("utf-8")):
            noted |= set(re.findall(r'[^f]"([a-z_]+\.[a-z_.]+[a-z])"', call))
    text = (TOP / "web/src/data/audit-actions.ts").read_text("utf-8")
    offered = {
        f"{about}.{deed}"
        for about, deeds in re.findall(r"^  (\w+): \[(.*)\],$", text, re.M)
        for deed in re.findall(r"'([\w.]+)'", deeds)
    }
    assert len(noted) > 30 and noted - offered == set()
    for lang in ("zh", "en"):
        words = (TOP / f"web/src/i18n/{lang}-data.ts").read_text("utf-8")
        assert [one for one in sorted(offered) if f"'audit.{one}'" not in words] == []
