"""The numbers of digging once in a pack: cited, checked, and on the page for the lawyer."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.law.coordination import Coordination
from layers.packs.check import check
from layers.packs.explain import explain, explain_text
from layers.packs.read import read_packs
from tests.packs.test_pack_check import FOLDER, RAW, spoiled

KAIFENG = read_packs(FOLDER)["kaifeng-2022-6"]
Spoil = Callable[[Any], None]

SLIPS: list[tuple[str, Spoil, str, str]] = [
    ("an unknown key", lambda c: c.update(min_shared=20), "coordination.min_shared", "permitted"),
    ("a kind of work that is none", lambda c: c["lead_days"].update(dig=3), "coordination.lead_days.dig.[key]", "route"),
    ("a weight below nothing", lambda c: c["weights"].update(shift=-1), "coordination.weights.shift", "greater"),
    (
        "weights that count nothing",
        lambda c: c.update(weights={"metres": 0, "area": 0, "days": 0}),
        "coordination.weights",
        "count",
    ),
    ("no citation", lambda c: c.pop("cite"), "coordination", "citation"),
    ("words that nobody wrote", lambda c: c["cite"].update(says="二十五米"), "coordination", "words not found"),
    ("a document that is not there", lambda c: c["cite"].update(document="nowhere"), "documents", "nowhere"),
    (
        "a price for a pavement that is none",
        lambda c: c.update(prices={"pavement_yuan_m2": {"lava": 3}, "cite": c["cite"]}),
        "coordination.prices.pavement_yuan_m2.lava",
        "pavement",
    ),
]


@pytest.mark.parametrize(("spoil", "where", "said"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_found(tmp_path: Path, spoil: Spoil, where: str, said: str) -> None:
    problems = check(spoiled(tmp_path, lambda pack: spoil(pack["coordination"])))
    assert [problem for problem in problems if problem.where == where and said in problem.en], [p.text("en") for p in problems]


def test_a_pack_may_say_nothing_of_it(tmp_path: Path) -> None:
    folder = spoiled(tmp_path, lambda pack: pack.pop("coordination"))
    assert [problem.text("en") for problem in check(folder)] == []


def test_the_page_gives_every_number_as_ours_and_not_as_law() -> None:
    for lang, words in (
        ("zh", ("九、同步开挖（不是法规）", "20 m", "先获受理者牵头", "未填，不折算金额")),
        ("en", ("9. Digging once (not law)",)),
    ):
        assert all(word in explain_text(KAIFENG, lang) for word in words)
    settings = KAIFENG.data.coordination
    assert settings is not None and settings.cite is not None
    assert KAIFENG.data.documents[settings.cite.document].rank == "product"
    assert settings.cite.says in explain(KAIFENG)


def test_prices_stand_on_the_page(tmp_path: Path) -> None:
    def priced(pack: Any) -> None:
        pack["coordination"]["prices"] = {
            "pavement_yuan_m2": {"asphalt": 260.5},
            "cite": copy.deepcopy(pack["coordination"]["cite"]),
        }

    folder = spoiled(tmp_path, priced)
    assert check(folder) == []
    assert "260.5 元/m²" in explain_text(read_packs(folder.parent)["kaifeng-2022-6"], "zh")


def test_every_number_stands_in_the_pack_and_none_is_left_to_the_program() -> None:
    assert set(RAW["pack.yaml"]["coordination"]) == set(Coordination.model_fields) - {"prices"}
