"""``pack check | list | explain``: the law as data, checked and made readable."""

import argparse
import sys

from api.commands.house import House
from api.commands.terminal import say
from layers.pack_check import check as check_pack
from layers.pack_check import report
from layers.pack_explain import explain_html, explain_text
from layers.packs import read_packs


def check(house: House, asked: argparse.Namespace) -> int:
    """Every fault of a pack, in words; 0 if there is none."""
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
    pack = house.pack(asked.pack)
    if asked.output:
        asked.output.write_text(explain_html(pack, house.lang), encoding="utf-8")
        say(f"→ {asked.output}")
    else:
        sys.stdout.write(explain_text(pack, house.lang))
    return 0
