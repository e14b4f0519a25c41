"""The check of packs finds what it promises to find: each test spoils one thing in a copy of a sound pack."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo.errors import BadPack
from layers.packs.check import check, quoted, report
from layers.packs.read import read_pack, read_packs, read_yaml
from layers.packs.tiers import count_out, representatives

FOLDER = Path(__file__).parents[2] / "data" / "packs"
SOUND = FOLDER / "kaifeng-2022-6"
RAW = {name: read_yaml(SOUND / name) for name in ("pack.yaml", "cases.yaml")}
Spoil = Callable[[Any], None]


def write(folder: Path, pack: Any, cases: Any) -> Path:
    target = folder / pack["id"]
    target.mkdir(parents=True)
    for name, content in (("pack.yaml", pack), ("cases.yaml", cases)):
        (target / name).write_text(
            yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    (target / "SOURCES.md").write_text((SOUND / "SOURCES.md").read_text(encoding="utf-8"), encoding="utf-8")
    return target


def spoiled(folder: Path, spoil_pack: Spoil | None = None, spoil_cases: Spoil | None = None) -> Path:
    pack, cases = copy.deepcopy(RAW["pack.yaml"]), copy.deepcopy(RAW["cases.yaml"])
    if spoil_pack:
        spoil_pack(pack)
    if spoil_cases:
        spoil_cases(cases)
    return write(folder, pack, cases)


def rule(pack: Any, name: str) -> Any:
    return next(one for one in pack["rules"] if one["id"] == name)


@pytest.mark.parametrize("name", [path.parent.name for path in sorted(FOLDER.glob("*/pack.yaml"))])
def test_every_pack_is_sound(name: str) -> None:
    assert [problem.text("en") for problem in check(FOLDER / name)] == []
    assert "sound" in report(FOLDER / name, [], "en")


def test_an_unspoiled_copy_is_sound(tmp_path: Path) -> None:
    assert check(spoiled(tmp_path)) == []


# ── what stops the start ─────────────────────────────────────────────────────────────────────────────────────────────

MALFORMED: list[tuple[str, Spoil, str]] = [
    ("an unknown key", lambda p: p["rules"][0].update(unitt="m"), "rules.0.unitt"),
    ("a rule that names nothing", lambda p: p["terms"].update(short={"any": ["lenght-limit"]}), "terms.short"),
    ("a misspelt operator", lambda p: p["terms"].update(short={"al": ["length-limit"]}), "terms.short"),
    ("an empty list", lambda p: p["terms"].update(short={"any": []}), "terms.short"),
    ("a term that rests on itself", lambda p: p["terms"].update(short={"any": ["road_exempt"]}), "terms."),
    ("a zone that does not exist", lambda p: rule(p, "expressway").update(fact="expresway.open_m"), "rules.expressway"),
    ("a quantity that does not exist", lambda p: rule(p, "expressway").update(fact="expressway.open"), "rules.expressway"),
    ("an attribute that does not exist", lambda p: rule(p, "lv-power").update(fact="voltage"), "rules.lv-power"),
    ("a worded test of a number", lambda p: rule(p, "lv-power").update(test={"among": ["water"]}), "rules.lv-power"),
    ("a limit in words", lambda p: rule(p, "expressway").update(test={"gt": "zero"}), "rules.expressway"),
    ("two tests at once", lambda p: rule(p, "expressway").update(test={"gt": 0, "lt": 9}), "rules.expressway"),
    (
        "a test that does not exist",
        lambda p: p["switches"]["boundary"]["options"]["lt"].update(value="under"),
        "rules.length-limit",
    ),
    (
        "an option that leads nowhere",
        lambda p: p["switches"]["main_road"]["options"]["listed"].update(value="main"),
        "rules.arterial-",
    ),
    ("a switch that does not exist", lambda p: rule(p, "expressway").update(fact="expressway.{borred}_m"), "rules.expressway"),
    ("a word that no column has", lambda p: p["zones"]["green"].update(where={"kind": ["lawn"]}), "zones.green.where.kind"),
    ("a column that no layer has", lambda p: p["zones"]["green"].update(where={"sort": ["verge"]}), "zones.green.where"),
    ("a distance for no class", lambda p: p["zones"]["highway_control"]["beyond_land_m"].update(lane=1), "zones.highway_control"),
    ("a layer that no city has", lambda p: p["zones"]["green"].update(layer="lawns"), "zones.green"),
    ("a recommendation out of nothing", lambda p: p["switches"]["net"].update(recommended="fibre"), "switches.net"),
    ("a gap below the last tier", lambda p: p["tiers"][-1].update(when="length-limit"), "tiers"),
    ("a colour used twice", lambda p: p["tiers"][1].update(colour=p["tiers"][0]["colour"]), "tiers.exempt"),
    ("severity upside down", lambda p: p["tiers"][0].update(severity=5), "tiers"),
    ("a paper that nobody described", lambda p: p["permits"][0].update(papers=["stamp"]), "permits.road_excavation"),
    ("a state that does not exist", lambda p: p["permits"][0].update(state="maybe"), "permits.road_excavation"),
    (
        "a condition that the house does not know",
        lambda p: p["conditions"].append(p["conditions"][0] | {"id": "nod"}),
        "conditions",
    ),
    ("a document that is not listed", lambda p: rule(p, "expressway")["cite"].update(document="hearsay"), "documents"),
    ("two rules of one id", lambda p: p["rules"].append(p["rules"][0]), "rules.served-utility"),
    ("an outcome asked for too early", lambda p: p["terms"].update(early="outcome.exempt"), "terms.early"),
    ("no default width", lambda p: p["measures"]["trench_width_m"].pop("default"), "measures.trench_width_m"),
    ("a default outside its range", lambda p: p["measures"]["pit_area_m2"].update(value=99), "measures.pit_area_m2"),
]


@pytest.mark.parametrize(("spoil", "where"), [m[1:] for m in MALFORMED], ids=[m[0] for m in MALFORMED])
def test_a_malformed_pack_is_refused_with_its_place(tmp_path: Path, spoil: Spoil, where: str) -> None:
    folder = spoiled(tmp_path, spoil)
    with pytest.raises(BadPack) as caught:
        read_packs(tmp_path)
    assert str(caught.value.context["where"]).startswith(where)
    assert [problem.where.startswith(where) for problem in check(folder)] == [True]


YAML_SLIPS = [
    ("a key given twice", "id: a\nid: b\n", "given twice"),
    ("a comma that cuts a sentence", "id: {zh: 甲, en: one, two}\n", "comma"),
    ("not YAML", "id: [\n", "YAML"),
]


@pytest.mark.parametrize(("text", "words"), [s[1:] for s in YAML_SLIPS], ids=[s[0] for s in YAML_SLIPS])
def test_slips_that_yaml_forgives(tmp_path: Path, text: str, words: str) -> None:
    folder = tmp_path / "slip"
    folder.mkdir()
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadPack, match=words):
        read_pack(folder)


def test_words_are_not_booleans(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("off: no\nflag: true\n", encoding="utf-8")
    assert read_yaml(path) == {"off": "no", "flag": True}


def test_a_pack_in_a_folder_of_another_name(tmp_path: Path) -> None:
    spoiled(tmp_path).rename(tmp_path / "elsewhere")
    with pytest.raises(BadPack, match="folder"):
        read_packs(tmp_path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match="missing"):
        read_pack(tmp_path / "nowhere")
    folder = spoiled(tmp_path)
    (folder / "cases.yaml").unlink()
    assert [problem.where for problem in check(folder)] == ["cases.yaml"]


# ── what the check finds ─────────────────────────────────────────────────────────────────────────────────────────────


def drop_cases(*parts: str) -> Spoil:
    def spoil(cases: Any) -> None:
        cases["cases"] = [one for one in cases["cases"] if not any(part in str(one) for part in parts)]

    return spoil


def clause_gone(pack: Any) -> None:
    rule(pack, "expressway")["cite"]["clause"] = ""


def clock_uncited(pack: Any) -> None:
    del pack["clocks"]["objection"]["cite"]


def words_changed(pack: Any) -> None:
    rule(pack, "city-road")["cite"]["says"] = "未经批准，任何人不得挖掘城市道路。"


def switch_uncited(pack: Any) -> None:
    del pack["switches"]["net"]["cite"]


def copyless(pack: Any) -> None:
    for key in ("href", "copy_read"):
        del pack["documents"]["planning_law"][key]


def uncited(pack: Any) -> None:
    pack["documents"]["rumour"] = pack["documents"]["seed"]


def limit_moved(pack: Any) -> None:
    rule(pack, "length-limit")["test"] = {"{boundary}": 450}


def idle_switch(pack: Any) -> None:
    pack["switches"]["idle"] = pack["switches"]["net"] | {"code": "Z1"}


FOUND: list[tuple[str, Spoil | None, Spoil | None, str]] = [
    ("no clause", clause_gone, None, "rules.expressway"),
    ("words that are not in the source", words_changed, None, "rules.city-road"),
    ("a switch without a citation", switch_uncited, None, "switches.net"),
    ("a clock without a citation", clock_uncited, None, "clocks.objection"),
    ("a document nobody can look up", copyless, None, "documents.planning_law"),
    ("a document that is cited by nothing", uncited, None, "documents.rumour"),
    ("a limit without cases at it", limit_moved, None, "rules.length-limit"),
    ("a switch that changes nothing", idle_switch, None, "switches.idle.pipes"),
    ("a rule that no case answers yes", None, drop_cases("heritage_buried", "unknown: [bridge"), "rules.heritage-buried"),
    ("a condition that never occurs", None, drop_cases("heritage_protection", "heritage_control"), "conditions.heritage_consent"),
    ("a permit that never occurs", None, drop_cases("pipe_on_bridge"), "permits.pipe_on_bridge"),
    ("an option that no case tries", None, drop_cases("未列入台账", "仅台账列明"), "switches.main_road.listed"),
    ("an inference that never occurs", None, drop_cases("voltage_kv': 10,"), "inferences.ten-kv-short"),
]  # fmt: skip


@pytest.mark.parametrize(("pack", "cases", "where"), [f[1:] for f in FOUND], ids=[f[0] for f in FOUND])
def test_the_check_finds(tmp_path: Path, pack: Spoil | None, cases: Spoil | None, where: str) -> None:
    problems = check(spoiled(tmp_path, pack, cases))
    assert where in [problem.where for problem in problems]
    assert report(tmp_path / "x", problems, "zh").count("\n") == len(problems)


def test_a_case_that_does_not_follow(tmp_path: Path) -> None:
    def other(cases: Any) -> None:
        cases["cases"][0]["then"]["outcome"] = "parallel"

    problems = check(spoiled(tmp_path, None, other))
    assert [problem.where for problem in problems] == ["cases.yaml 一、供水499.9米，支路，旧路"]
    assert "parallel ≠ exempt" in problems[0].text("en")


def test_a_case_with_a_fact_that_nothing_asks_for(tmp_path: Path) -> None:
    def misspelt(cases: Any) -> None:
        cases["cases"][0]["facts"]["dug"] = {"city_raod": 5}

    assert "city_raod" in check(spoiled(tmp_path, None, misspelt))[0].text("en")


def test_an_option_said_to_change_nothing_that_does(tmp_path: Path) -> None:
    def claim(cases: Any) -> None:
        cases["unchanged"] = {"net": {"pipes": {"zh": "无", "en": "none"}}}

    assert [problem.where for problem in check(spoiled(tmp_path, None, claim))] == ["switches.net.pipes"]


def test_an_overlap_of_tiers_is_found(tmp_path: Path) -> None:
    def overlap(pack: Any) -> None:
        tier = copy.deepcopy(pack["tiers"][0]) | {"id": "filing", "when": "short", "severity": 1, "colour": "#123456"}
        pack["tiers"][1]["severity"] = 2
        pack["tiers"].insert(1, tier)

    assert any("overlap" in problem.text("en") for problem in check(spoiled(tmp_path, overlap)))


def test_a_tier_out_of_reach_is_found(tmp_path: Path) -> None:
    def unreachable(pack: Any) -> None:
        pack["tiers"][0]["when"] = {"all": ["road_exempt", "excluded"]}

    assert "tiers.exempt" in [problem.where for problem in check(spoiled(tmp_path, unreachable))]


def test_tiers_are_counted_out_over_every_combination() -> None:
    pack = read_pack(SOUND)
    varied, fixed = representatives(pack)
    table = count_out(pack, varied, fixed)
    assert table.outcome.size == 3 ** len(varied)
    assert {"length-limit", "highway-met", "lv-power"} <= set(varied)
    exclusions = set(pack.data.terms["excluded"]["any"])  # interchangeable: two of them stand for all
    assert set(fixed) < exclusions
    assert len(exclusions - set(fixed)) == 2


def test_quotations_are_cut_at_omissions_and_remarks() -> None:
    assert quoted("甲，乙……丙。（丁）") == ["甲，乙", "丙"]
    assert quoted("第一 条") == ["第一条"]
