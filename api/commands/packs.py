"""``pack check | list | explain``: the law as data, checked and made readable."""

import argparse
import sys
from pathlib import Path

from api.commands.house import House
from api.commands.reading import check_places
from api.commands.terminal import say
from geo.errors import BadInput
from layers.packs.check import check as check_pack
from layers.packs.check import report
from layers.packs.explain import explain_html, explain_text
from layers.packs.read import FILE, read_packs


def check(house: House, asked: argparse.Namespace) -> int:
    """Every fault of a pack, in words; 0 if there is none. Raises BadInput where there is no pack to check."""
    if not (asked.folder / FILE).is_file():
        raise _no_pack(asked.folder)
    problems = check_pack(asked.folder)
    say(report(asked.folder, problems, house.lang))
    return 1 if problems else 0


def show_list(house: House, asked: argparse.Namespace) -> int:
    """The packs there are."""
    for pack in read_packs(house.packs).values():
        sys.stdout.write(f"{pack.label}\t{pack.data.title.text(house.lang)}\n")
    return 0


def explain(house: House, asked: argparse.Namespace) -> int:
    """A readable page (``-o``), or the same as text."""
    check_places(output=asked.output)
    pack = house.pack_named(asked.pack)
    if asked.output:
        asked.output.write_text(explain_html(pack, house.lang), encoding="utf-8")
        say(f"→ {asked.output}")
    else:
        sys.stdout.write(explain_text(pack, house.lang))
    return 0


def _no_pack(folder: Path) -> BadInput:
    """Nothing was checked: that is no sound pack, and no faulty one."""
    below = ", ".join(str(file.parent) for file in sorted(folder.glob(f"*/{FILE}")))
    return BadInput(
        file=str(folder),
        why_zh=f"{folder} 中没有规则包（{FILE}），什么也没检查。请写规则包的文件夹" + (f"，例如：{below}" if below else ""),
        why_en=f"There is no pack ({FILE}) in {folder}: nothing was checked. Name the folder of a pack"
        + (f", such as: {below}" if below else ""),
    )
