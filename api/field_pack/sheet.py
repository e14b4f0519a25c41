"""checklist.csv of the pack: for a spreadsheet, in Chinese."""

import csv
from io import StringIO

import numpy as np
import pandas as pd

from api.field_pack.table import Table


def sheet(table: Table) -> str:
    """The rows of a table with its Chinese column names, after the mark by which spreadsheets know UTF-8."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(table.aliases[name] for name in table.frame.columns)
    rows.writerows([_cell(value) for value in row] for row in table.frame.itertuples(index=False))
    return f"\ufeff{text.getvalue()}"


def _cell(value: object) -> str:
    """As text; what a spreadsheet would take for a formula is told to be none."""
    if pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "是" if value else "否"
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
