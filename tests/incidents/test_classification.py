"""The catalogue of emergencies: complete, consistent, and found by what people say."""

from pathlib import Path

import pytest

from incidents.classification import catalogue, is_within, load_catalogue, same_family
from incidents.rule_file import RuleTrouble
from spine.errors import Refused

# Groups of the national early-warning code set with their sub-codes, as far as their names could be read.
NEWS = {
    "11A": "00 01 02 03 04 05 10 51 52 53 54 99",
    "11B": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 25 29 37 99",
    "11C": "00 01 02 99",
    "11D": "00 01 02 03 04 05 06 07 99",
    "11E": "00 01 02 03 04 05 06 99",
    "11F": "00 01 02 03 04 05 06 07 08 09 10 11 12 99",
    "11G": "00 01 02 03 04 05 06 07 08",
    "11Y": "00",
    "12A": "00 01 02 03 04 05 06 07 99",
    "12B": "00 01 02 03 04 05 06 07 08 09 99",
    "12C": "00 01 02",
    "12D": "00 01 02 03 04 05 99",
    "12E": "00 01 02 03 99",
    "12F": "00",
    "12G": "00 01 02 03 04 05 06 07 99",
    "12H": "00 01 02 03 04 05 99",
    "12J": "00 01 02 03 04 05 06 07 08 09 10 99",
    "12K": "00 01 02 03 04 05 99",
    "12L": "00 01 02 03 04 05 99",
    "12M": "00 01 02 99",
    "12N": "00 01 02 03 04 05 06 07 99",
    "12P": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 99",
    "12Q": "00 01 02 03 04 05 06 07 10 11 12 13 14 15 99",
    "12R": "00 01 02 03 04 05 06 07 99",
    "12S": "00 01 02",
    "12T": "00 01 02 03 99",
    "12U": "00",
    "12Y": "00",
    "13A": "00 01 02 03 04 05 06 07 08 09 99",
    "13B": "00 01 02 03 04 99",
    "13C": "00 01 02 03 99",
    "13D": "00 01 02 03 99",
    "13E": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 99",
    "13F": "00",
    "13G": "00",
    "13Y": "00",
    "14A": "00 01 02 03 04 05 06 07 10 11 12 13 14 15 16 99",
    "14B": "00 01 02 03 04 13 15 25 99",
    "14C": "00 01 02 03 04 05 06 99",
    "14D": "00 01 02 99",
    "14E": "00 99",
    "14F": "00 99",
    "14G": "00 01 02 03 04 05 06 99",
    "14H": "00 01 02 03 99",
    "14Y": "00 01 02",
}
# Classes of the map symbol standard (small class level).
GBT35649 = [
    "A10000",
    "A10100",
    "A10200",
    "A10300",
    "A10400",
    "A10500",
    "A10600",
    "A10700",
    "A20000",
    "A20100",
    "A20200",
    "A20300",
    "A20400",
    "A20500",
    "A20600",
    "A20700",
    "A20800",
    "A20900",
    "A21000",
    "A21100",
    "A21200",
    "A21300",
    "A21400",
    "A21500",
    "A21600",
    "A30000",
    "A30100",
    "A30200",
    "A30300",
    "A30400",
    "A40000",
    "A40100",
    "A40200",
    "A40300",
    "A40400",
    "A40500",
]


def test_every_code_of_the_national_early_warning_set_has_its_class() -> None:
    wanted = {prefix + sub for prefix, subs in NEWS.items() for sub in subs.split()} | {
        "11000", "12000", "13000", "14000", "19000",
    }  # fmt: skip
    held = {c.codes["NEWS"] for c in catalogue().classes.values()} - {None}
    assert held == wanted


@pytest.mark.parametrize("code", GBT35649)
def test_every_map_symbol_class_is_found_by_its_code(code: str) -> None:
    assert catalogue().by_code("GBT35649", code) is not None


def test_every_class_has_both_names_and_a_way_up() -> None:
    for key, found in catalogue().classes.items():
        assert found.zh
        assert found.en
        assert found.category in {"nd", "ac", "ph", "ss", "ot"}
        assert [a.key for a in catalogue().ancestors(key)] == [
            ".".join(key.split(".")[:n]) for n in range(key.count("."), 0, -1)
        ]


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("11A51", "nd.flood.flash"),
        ("11C00", "nd.quake"),
        ("12d02", "ac.chem.leak"),
        ("14F07", "ss.terror"),  # names of the sub-codes could not be read: their class
        ("14B08", "ss.crime"),
        ("11B88", "nd.met"),
    ],
)
def test_news_codes_resolve(code: str, key: str) -> None:
    found = catalogue().by_code("NEWS", code)
    assert found is not None
    assert found.key == key


def test_a_code_of_no_system_resolves_to_nothing() -> None:
    assert catalogue().by_code("NEWS", "99999") is None
    assert catalogue().by_code("GBT35561", "10100") is None


def test_a_sub_class_uses_the_symbol_of_its_class() -> None:
    assert catalogue().symbol("ac.special.boiler.explosion") == "A21200"
    assert catalogue().symbol("nd.fire.grass.cross_border") == "A10700"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("孟定糖厂锅炉爆炸，伤2", "ac.special.boiler.explosion"),
        ("Mengding sugar mill boiler explosion injured 2", "ac.special.boiler.explosion"),
        ("勐撒镇山洪，3人被困", "nd.flood.flash"),
        ("清水河口岸附近液氨泄漏", "ac.chem.leak"),
        ("芒卡镇有强烈震感", "nd.quake"),
        ("班老乡境外山火逼近国境", "nd.fire.forest.abroad"),
        ("木场乡山体滑坡砸中皮卡", "nd.geo.landslide"),
        ("孟定登革热病例增多", "ph.disease.class_b.dengue"),
        ("bus plunged into the river", "ac.road.plunge"),
    ],
)
def test_what_people_say_finds_the_class(text: str, key: str) -> None:
    assert catalogue().match(text)[0].key == key


def test_english_words_stand_alone() -> None:
    assert catalogue().match("a misfired engine at the shelter") == []


def test_an_unknown_class_is_refused_with_the_field() -> None:
    with pytest.raises(Refused) as refusal:
        catalogue().need("nd.dragon")
    assert (refusal.value.code, refusal.value.field) == ("unknown_class", "data.class_key")
    assert "nd.dragon" in refusal.value.zh


def test_a_heading_is_not_a_class_for_an_incident() -> None:
    with pytest.raises(Refused) as refusal:
        catalogue().need("ac")
    assert refusal.value.code == "class_too_general"


def test_families() -> None:
    assert is_within("nd.fire.forest.abroad", "nd.fire")
    assert not is_within("nd.firework", "nd.fire")
    assert is_within("ss.mass", "*")
    assert same_family("nd.quake", "nd.quake.natural")
    assert not same_family("nd.quake", "nd.geo.landslide")


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("nd.flood: {zh: a, en: b}", "must stand before it"),
        ("nd: {zh: a, en: b, cap: Sky, cot: a-.-X-i-o}", "CAP category"),
        ("nd: {zh: a, en: b, cap: Met, cot: nonsense}", "Cursor-on-Target"),
        ('nd: {zh: a, en: b, cap: Met, cot: a-.-X-i-o, NEWS: "1100"}', "NEWS code"),
        ("nd: {zh: a, en: b, cap: Met, cot: a-.-X-i-o, colour: red}", "Extra inputs"),
        ("nd: {zh: a, cap: Met, cot: a-.-X-i-o}", "Field required"),
    ],
)
def test_a_slip_in_the_catalogue_is_named(tmp_path: Path, line: str, trouble: str) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(f"version: 1\ncode_systems: {{}}\nclasses:\n  {line}\n", "utf-8")
    with pytest.raises(RuleTrouble, match=trouble):
        load_catalogue(path)
