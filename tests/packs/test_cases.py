"""Every worked case of every pack comes out as written."""

from functools import cache
from pathlib import Path

import pytest

from geo.facts import from_values
from geo.law.rules import Verdicts, read
from layers.packs.cases import Worked, differences, names, plain_facts, read_cases
from layers.packs.read import read_packs

FOLDER = Path(__file__).parents[2] / "data" / "packs"
WORKED = {name: read_cases(FOLDER / name, pack) for name, pack in read_packs(FOLDER).items()}
CASES = [(pack, i) for pack, worked in WORKED.items() for i in range(len(worked.file.cases))]
TITLES = [f"{pack}: {title}" for pack, worked in WORKED.items() for title in names(worked.file.cases)]


@cache
def judged(pack: str, readings: tuple[tuple[str, str], ...]) -> Verdicts:
    return WORKED[pack].verdicts(dict(readings))


@pytest.mark.parametrize(("pack", "i"), CASES, ids=TITLES)
def test_case(pack: str, i: int) -> None:
    case = WORKED[pack].file.cases[i]
    assert differences(case.then, judged(pack, tuple(sorted(case.readings.items()))), i) == []


def test_cases_have_names_of_their_own() -> None:
    for worked in WORKED.values():
        titles = names(worked.file.cases)
        assert sorted({t for t in titles if titles.count(t) > 1}) == []


def test_the_nine_lines_and_sixty_more() -> None:
    kaifeng: Worked = WORKED["kaifeng-2022-6"]
    assert [name[0] for name in names(kaifeng.file.cases)[:9]] == list("一二三四五六七八九")
    assert len(kaifeng.file.cases) >= 69


@pytest.mark.parametrize("pack", WORKED)
def test_a_case_that_says_otherwise_is_noticed(pack: str) -> None:
    worked = WORKED[pack]
    wrong = worked.file.cases[0].then.model_copy(
        update={"outcome": "undetermined", "conditions": ("owner_consent",), "immediate": None}
    )
    found = differences(wrong, worked.verdicts({}), 0)
    assert [text.split(":")[0] for text in found][:2] == ["outcome", "conditions"]


@pytest.mark.parametrize("pack", WORKED)
def test_what_is_unknown_is_never_exempt_by_itself(pack: str) -> None:
    """For each case, forgetting any one measured fact never turns another outcome into the mildest one."""
    worked = WORKED[pack]
    first = worked.pack.data.tiers[0].id
    rows = [plain_facts(case, worked.pack) for case in worked.file.cases]
    before = worked.verdicts({})
    for fact in sorted(worked.pack.facts_needed - {"trees_to_fell"}):
        forgotten = read(
            from_values([{**row, fact: None} for row in rows], worked.pack.facts_needed, worked.file.on), worked.pack
        )
        became = [i for i, code in enumerate(forgotten.outcome) if code == 0 and before.outcome(i) != first]
        assert became == [], f"{fact}: {[worked.file.cases[i].name for i in became]}"
