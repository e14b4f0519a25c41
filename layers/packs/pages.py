"""Headings, paragraphs and tables in two languages, as one self-contained HTML page or as plain Markdown."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from geo.law.pack import Words

Text = Words | str
Cell = Text | Sequence[Text]


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is the page's own."""

    level: int
    text: Text


@dataclass(frozen=True)
class Para:
    """One paragraph."""

    text: Text


@dataclass(frozen=True)
class Table:
    """A table. A cell may hold several lines."""

    head: Sequence[Text]
    rows: Sequence[Sequence[Cell]]


Block = Heading | Para | Table

STYLE = """
body{font:16px/1.7 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif;margin:0}
body{color:#1c2430;background:#fff}
main{max-width:64rem;margin:0 auto;padding:1rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.35;margin:1rem 0 .25rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:2px solid #1f4e79}
h3{font-size:1.02rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem;font-size:.92rem}
th,td{border:1px solid #c9d1da;padding:.4rem .55rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eef3f8;font-weight:600;white-space:nowrap}
td div+div{margin-top:.25rem}
.tongue{position:absolute;opacity:0}
.pick{float:right;margin:.8rem 1rem;font-size:.9rem}
.pick label{cursor:pointer;padding:.2rem .6rem;border:1px solid #c9d1da}
#zh:checked~.pick [for=zh],#en:checked~.pick [for=en]{background:#1f4e79;color:#fff}
#zh:focus-visible~.pick [for=zh],#en:focus-visible~.pick [for=en]{outline:2px solid #d97706}
#zh:checked~main .en,#en:checked~main .zh{display:none}
.wide{overflow-x:auto}
@media print{.pick{display:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def as_html(blocks: Sequence[Block], title: Words, lang: str) -> str:
    """One page with both languages; ``lang`` is the one shown first. No script, nothing from outside."""
    first = "zh" if lang.startswith("zh") else "en"
    picks = "".join(
        f'<input class="tongue" type="radio" name="tongue" id="{one}"{" checked" if one == first else ""}>'
        for one in ("zh", "en")
    )
    body = "\n".join(_block_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if first == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{html.escape(title.text(first))}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{picks}\n"
        f'<nav class="pick"><label for="zh">中文</label><label for="en">English</label></nav>\n'
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block_html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_text_html(block.text)}</h{block.level}>"
    if isinstance(block, Para):
        return f"<p>{_text_html(block.text)}</p>"
    head = "".join(f"<th>{_text_html(cell)}</th>" for cell in block.head)
    rows = "\n".join("<tr>" + "".join(f"<td>{_cell_html(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _text_html(text: Text) -> str:
    if isinstance(text, str):
        return html.escape(text)
    if text.zh == text.en:
        return html.escape(text.zh)
    return f'<span class="zh">{html.escape(text.zh)}</span><span class="en" lang="en">{html.escape(text.en)}</span>'


def _cell_html(cell: Cell) -> str:
    if isinstance(cell, (str, Words)):
        return _text_html(cell)
    return "".join(f"<div>{_text_html(line)}</div>" for line in cell)


def as_text(blocks: Sequence[Block], lang: str) -> str:
    """The same in Markdown that reads well in a terminal: a table becomes one short list per row."""
    return "\n".join(_block_text(block, lang) for block in blocks).strip() + "\n"


def _block_text(block: Block, lang: str) -> str:
    if isinstance(block, Heading):
        return f"\n{'#' * block.level} {_say(block.text, lang)}\n"
    if isinstance(block, Para):
        return f"{_say(block.text, lang)}\n"
    out = []
    for row in block.rows:
        lines = [(_say(head, lang), _lines(cell, lang)) for head, cell in zip(block.head, row, strict=True)]
        first = " / ".join(lines[0][1])
        out.append(f"- **{first}**")
        for head, found in lines[1:]:
            if found:
                out.append(f"  - {head}: {found[0]}" if len(found) == 1 else f"  - {head}:")
                out += [f"    - {line}" for line in found] if len(found) > 1 else []
    return "\n".join(out) + "\n"


def _lines(cell: Cell, lang: str) -> list[str]:
    lines = [cell] if isinstance(cell, (str, Words)) else cell
    return [said for said in (_say(line, lang) for line in lines) if said]


def _say(text: Text, lang: str) -> str:
    return text if isinstance(text, str) else text.text(lang)
