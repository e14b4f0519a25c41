"""Compiled functions of several files keep their code together: a change of one file leaves no stale code in another."""

from pathlib import Path

from geo import compiled
from geo.compiled import fingerprint, sources


def test_all_compiled_files_share_a_folder_and_nobody_compiles_beside_it() -> None:
    found = {file.relative_to(compiled.HERE).as_posix() for file in sources()}
    assert {"kernel.py", "partition_kernel.py", "clearance_kernel.py", "colocation/placing_kernel.py"} <= found
    every = {file.relative_to(compiled.HERE).as_posix(): file.read_text("utf-8") for file in compiled.HERE.rglob("*.py")}
    asking = {name for name, text in every.items() if "geo.compiled import" in text}
    assert asking == found
    assert [name for name, text in every.items() if "njit" in text] == ["compiled.py"]


def test_a_change_of_any_of_them_makes_another_folder(tmp_path: Path) -> None:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text("x = 1\n")
    b.write_text("y = 2\n")
    first = fingerprint([a, b])
    assert fingerprint([b, a]) == first
    b.write_text("y = 3\n")
    assert fingerprint([a, b]) != first
    b.write_text("")
    a.write_text("x = 1\ny = 2\n")  # the same text in all, otherwise cut
    assert fingerprint([a, b]) != first


def test_the_code_is_kept_where_the_files_say() -> None:
    import numba

    from geo.kernel import meet

    folder = Path(str(getattr(numba.config, "CACHE_DIR", "")))
    assert folder.name == f"compiled-{fingerprint(sources())}"
    assert Path(meet.stats.cache_path).is_relative_to(folder)
