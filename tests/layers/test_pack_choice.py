"""Which pack judges: never one that is not in force on the day of filing, never in silence one of another city."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from geo.errors import BadInput, NotFound
from geo.law.pack import Pack
from layers.packs.choice import in_force, pack_for, pack_named
from layers.packs.read import read_packs

PACKS = read_packs(Path(__file__).parents[2] / "data" / "packs")
KAIFENG, XINMI = PACKS["kaifeng-2022-6"], PACKS["xinmi-2022"]
FIRST = KAIFENG.data.valid_from
Made = Callable[..., Pack]


def made(of: Pack, **changed: object) -> Pack:
    return Pack(of.data.model_copy(update=changed))


OLD = made(KAIFENG, id="kaifeng-2015-1", valid_from=date(2015, 1, 1), valid_to=date(2022, 12, 22))
NEW = made(KAIFENG, id="kaifeng-2030-1", valid_from=date(2030, 1, 1))
HISTORY = {pack.id: pack for pack in (OLD, made(KAIFENG, valid_to=date(2029, 12, 31)), NEW, XINMI)}


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2015, 1, 1), "kaifeng-2015-1"), (date(2022, 12, 22), "kaifeng-2015-1"), (date(2022, 12, 23), "kaifeng-2022-6"),
        (date(2029, 12, 31), "kaifeng-2022-6"), (date(2030, 1, 1), "kaifeng-2030-1"), (date(2099, 1, 1), "kaifeng-2030-1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("city", ["开封", "开封市", "Kaifeng", "kaifeng city"])
def test_the_day_of_filing_picks_the_pack_of_the_city(day: date, wanted: str, city: str) -> None:
    assert pack_for(HISTORY, day, city).id == wanted


def test_the_city_picks_among_packs_of_one_day() -> None:
    day = date(2026, 11, 22)
    assert pack_for(PACKS, day, "开封市") is KAIFENG
    assert pack_for(PACKS, day, "新密市") is XINMI  # its own, incomplete as it is, before another city's
    assert pack_for(PACKS, day, "示范城") is KAIFENG  # nobody's: the only complete one


def test_a_day_before_and_after_is_refused_with_days_and_cure() -> None:
    over = {"kaifeng-2022-6": made(KAIFENG, valid_to=date(2025, 12, 31)), "xinmi-2022": XINMI}
    before, after = date(2022, 12, 22), date(2026, 1, 1)
    for packs, day, days in ((PACKS, before, ["2022-12-23"]), (over, after, ["2022-12-23", "2025-12-31"])):
        for named in ("", "kaifeng-2022-6", "kaifeng-2022-6@1"):  # Xinmi's was in force then, and is not asked
            with pytest.raises(BadInput) as error:
                pack_for(packs, day, "开封", named)
            for lang in ("zh", "en"):
                told = error.value.text(lang)
                assert all(
                    word in told for word in ("kaifeng-2022-6@1", *days, day.isoformat(), "--on", "--pack", "xinmi-2022@1")
                )
            assert "不适用" in error.value.text("zh") and "Not in force" in error.value.text("en")
    with pytest.raises(BadInput, match="No other pack is"):
        pack_for(PACKS, date(1999, 1, 1), "示范城")


def test_the_first_and_the_last_day_are_included() -> None:
    pack = made(KAIFENG, valid_to=date(2025, 12, 31))
    days = (FIRST.replace(day=22), FIRST, date(2025, 12, 31), date(2026, 1, 1))
    assert [in_force(pack, day) for day in days] == [False, True, True, False]


def test_two_in_force_ask_for_a_choice() -> None:
    packs = {"kaifeng-2022-6": KAIFENG, "kaifeng-2030-1": NEW}
    with pytest.raises(BadInput, match=r"Several packs.*kaifeng-2022-6@1.*kaifeng-2030-1@1.*--pack.*valid_to"):
        pack_for(packs, date(2030, 1, 1), "开封")
    assert pack_for(packs, date(2030, 1, 1), "开封", "kaifeng-2030-1") is NEW
    assert pack_for(packs, date(2029, 1, 1), "开封") is KAIFENG


def test_a_name_is_taken_at_its_word_and_an_unknown_one_lists_the_known() -> None:
    assert pack_for(PACKS, date(2026, 11, 22), "开封", "xinmi-2022@1") is XINMI
    assert pack_named(PACKS, "kaifeng-2022-6") is KAIFENG  # whatever the day: an old verdict names its own
    with pytest.raises(NotFound, match=r"atlantis \(kaifeng-2022-6, xinmi-2022\)"):
        pack_for(PACKS, date(2026, 11, 22), "开封", "atlantis")
