"""The page of a pack names everything in it, in both languages, and needs nothing from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from geo.law.pack import Pack, Words
from layers.packs.explain import explain, explain_html, explain_text
from layers.packs.pages import Heading, Para, Table, as_html, as_text
from layers.packs.read import read_packs
from layers.packs.words import test_words as words_of_test
from layers.packs.words import words_of, zone_words

PACKS = read_packs(Path(__file__).parents[2] / "data" / "packs")
KAIFENG = PACKS["kaifeng-2022-6"]


class Balanced(HTMLParser):
    """Fails where a tag is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_the_page_names_everything(pack: Pack) -> None:
    page = explain(pack)
    text = {lang: explain_text(pack, lang) for lang in ("zh", "en")}
    data = pack.data
    titled = [
        *data.rules,
        *data.tiers,
        *data.conditions,
        *data.permits,
        *data.inferences,
        *data.zones.values(),
        *data.switches.values(),
    ]
    for one in titled:
        assert one.title.zh in text["zh"]
        assert one.title.en in text["en"]
    for switch in data.switches.values():
        assert switch.argument.zh in text["zh"]
    for document in data.documents.values():
        assert document.title in page
    for rule in data.rules:
        assert f"<td>{rule.id}</td>" in page


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_stands_alone(pack: Pack, lang: str) -> None:
    page = explain_html(pack, lang)
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert not re.search(r"<(script|link|img|iframe)|\b(src|href)=|url\(|@import", page)
    assert f'id="{lang}" checked' in page
    assert page.count("checked>") == 1


def test_an_unconfirmed_reading_says_so_and_a_confirmed_one_names_the_office() -> None:
    assert explain_text(KAIFENG).count("未经确认") == len(KAIFENG.switches)
    switch = KAIFENG.switches["net"]
    confirmed = switch.model_copy(
        update={"confirmed_by": switch.confirmed_by.model_copy(update={"office": "某局", "document": "复函1号"})}
    )
    data = KAIFENG.data.model_copy(update={"switches": {**KAIFENG.switches, "net": confirmed}})
    text = explain_text(Pack(data))
    assert "某局" in text and "复函1号" in text
    assert text.count("未经确认") == len(KAIFENG.switches) - 1


def test_the_reading_in_use_is_marked() -> None:
    assert "★ 500米含在“以内”" in explain_text(KAIFENG)
    assert "★ 500米归“以上”" in explain_text(KAIFENG.flipped("boundary", "lt"))


def test_limits_are_said_as_they_are_read() -> None:
    limit = KAIFENG.rules["length-limit"]
    assert words_of_test(limit, KAIFENG) == Words(
        zh="同项目同种类合计红线外长度 ≤ 500 m", en="length outside the site, summed over project and utility ≤ 500 m"
    )
    strict = KAIFENG.flipped("boundary", "lt").flipped("sum_scope", "route")
    assert words_of_test(limit, strict).zh == "本条合计红线外长度 < 500 m"
    assert words_of_test(KAIFENG.rules["served-utility"], KAIFENG).zh == "管线种类：给水、燃气、热力、电力、通信"


def test_expressions_in_words() -> None:
    said = words_of({"all": ["is-power", {"not": "mv-power"}, {"any": ["outcome.exempt", "condition.gov_approval"]}]}, KAIFENG)
    assert said.zh == "电力接入，且非“电压为10千伏”，且（承诺免审批，或挖掘须报县级以上城市人民政府批准）"
    assert words_of({"none": ["is-power", "mv-power"]}, KAIFENG).zh == "以下均无：电力接入；电压为10千伏"
    assert words_of(True, KAIFENG).en == "always"


def test_zones_in_words() -> None:
    zones = KAIFENG.data.zones
    assert zone_words(zones["lock_new"]).zh == "道路；道路等级为快速路、主干路、次干路、支路；新建、改建、扩建后5年内（按挖掘期）"
    assert "国道20米" in zone_words(zones["highway_control"]).zh
    assert "村道从边沟外缘起" in zone_words(zones["highway_control"]).zh
    assert "outside the own site" in zone_words(zones["green_attached_others"]).en


def test_markup_in_a_text_stays_text() -> None:
    blocks = [Heading(1, "<b>"), Para(Words(zh="甲&乙", en="a<b")), Table(["头"], [[["一", "<二>"]]])]
    page = as_html(blocks, Words(zh="</title>", en="x"), "zh")
    assert "<b>" not in page
    assert "甲&amp;乙" in page and "&lt;二&gt;" in page and "&lt;/title&gt;" in page
    assert as_text(blocks, "en").startswith("# <b>\n\na<b\n")
