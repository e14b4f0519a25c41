"""Packs from disk: ``<folder>/<pack id>/pack.yaml`` read strictly, so that a slip of the pen stops the start.

YAML forgives what law must not: a key given twice (the first one vanishes), ``no`` and ``off`` read as booleans, a comma
inside a flow mapping that cuts a sentence in two and leaves a key without a value. This reader refuses all three.
"""

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from geo.errors import BadPack
from geo.law.pack import Pack
from geo.law.parse import parse
from layers.packs.structure import structure_problems

FILE, CASES = "pack.yaml", "cases.yaml"
# Keys that may stand empty: who confirmed a reading, until somebody does.
MAY_BE_EMPTY = ("office", "document", "date")


class _Repeated(yaml.YAMLError):
    """A key given twice, with the place."""


class _Loader(yaml.CSafeLoader):
    """YAML in which each key stands once and only true and false are booleans."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self.flatten_mapping(node)
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise _Repeated(f"line {key_node.start_mark.line + 1}: the key {key!r} is given twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """A YAML file as plain values. Raises :class:`BadPack` naming file and line where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError as error:
        raise BadPack(pack=path.parent.name, where=path.name, why_zh="文件不存在", why_en="the file is missing") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadPack(
            pack=path.parent.name, where=path.name, why_zh=f"不是有效的 YAML：{error}", why_en=f"not valid YAML: {error}"
        ) from error


def read_pack(folder: str | Path) -> Pack:
    """One checked pack from its folder, whose name is the pack's id. Raises :class:`BadPack` with the place."""
    folder = Path(folder)
    raw = read_yaml(folder / FILE)
    for where in empty_places(raw):
        why_zh, why_en = "没有内容（行内逗号须加引号）", "has no value (quote a text that holds a comma)"
        raise BadPack(pack=folder.name, where=where, why_zh=why_zh, why_en=why_en)
    pack = parse(raw, folder.name)
    if pack.id != folder.name:
        why_zh, why_en = f"编号 {pack.id} 与目录名不同", f"{pack.id} is not the name of the folder"
        raise BadPack(pack=folder.name, where="id", why_zh=why_zh, why_en=why_en)
    for problem in structure_problems(pack):
        raise BadPack(pack=pack.id, where=problem.where, why_zh=problem.zh, why_en=problem.en)
    return pack


def read_packs(folder: str | Path) -> dict[str, Pack]:
    """Every pack below ``folder``, by id, in alphabetical order. One bad pack raises :class:`BadPack`: nothing starts."""
    packs = (read_pack(path.parent) for path in sorted(Path(folder).glob(f"*/{FILE}")))
    return {pack.id: pack for pack in packs}


def empty_places(raw: Any, where: str = "") -> Iterator[str]:
    """Dotted places of keys without a value, those that may stand empty left out."""
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        place = f"{where}.{key}" if where else str(key)
        if value is None and key not in MAY_BE_EMPTY:
            yield place
        else:
            yield from empty_places(value, place)
