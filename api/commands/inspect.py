"""``inspect``: what a file of routes reads as, before anybody relies on it."""

import argparse
import json
import sys

from rich.table import Table

from api.commands.house import House
from api.commands.reading import read_asked, tell_notes
from api.commands.terminal import SAY, say
from geo.schema import ROUTES
from layers.city_folder import read_city
from layers.queries import city as stored_city
from layers.readers import RoutesRead


def inspect(house: House, asked: argparse.Namespace) -> int:
    """Show notes, columns and rejects; with ``--json`` as one object on stdout."""
    if asked.city:
        city = read_city(asked.city)
    else:
        with house.database() as engine:
            city = stored_city(engine)
    read = read_asked(asked.file, asked, city)
    if asked.json:
        sys.stdout.write(json.dumps(_object(read), ensure_ascii=False, indent=1) + "\n")
    else:
        _show(read, house.lang)
    return 1 if len(read.rejects) else 0


def _object(read: RoutesRead) -> dict[str, object]:
    return {
        "rows": len(read.frame), "rejected": len(read.rejects),
        "filled": {name: int(read.frame[name].notna().sum()) for name in ROUTES.columns},
        "notes": [{"zh": n.zh, "en": n.en} for n in read.notes],
        "issues": [{"row_no": i.row_no, "route_id": i.key, "field": i.field, "zh": i.zh, "en": i.en} for i in read.issues],
        "rejects": json.loads(read.rejects.to_json(orient="records", force_ascii=False)),
    }  # fmt: skip


def _show(read: RoutesRead, lang: str) -> None:
    tell_notes(read, lang)
    table = Table("字段", "field", "已填 filled", "示例 example")
    for name, column in ROUTES.columns.items():
        filled = read.frame[name].dropna()
        table.add_row(column.zh, name, f"{len(filled)}/{len(read.frame)}", str(filled.iloc[0]) if len(filled) else "—")
    SAY.print(table)
    for issue in read.issues[:20]:
        say(f"✗ {issue.zh if lang == 'zh' else issue.en}")
    say(f"{len(read.frame)} 条可判定，{len(read.rejects)} 条被拒 / {len(read.frame)} usable, {len(read.rejects)} rejected")
