"""What one line says: class, place words, figures, time, and what it does not say."""

from datetime import UTC, datetime

import pytest

from incidents.numerals import read_number
from incidents.reading import place_queries, read
from incidents.reading_figures import read_figures
from incidents.reading_time import read_time

NOW = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
"""18:12 in Lincang."""


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("12", 12), ("1,200", 1200), ("1.2万", 12000), ("3亿", 300_000_000), ("十", 10), ("十二", 12), ("二十", 20),
        ("一百二十", 120), ("两千三", 2003), ("三万五千", 35000), ("两", 2), ("〇", 0), ("two", 2), ("Twelve", 12),
        ("百万", None), ("万", None), ("abc", None), ("", None), ("十百", None),
    ],
)  # fmt: skip
def test_numbers(said: str, value: float | None) -> None:
    assert read_number(said) == value


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("伤2", {"injured": 2}),
        ("死1伤2", {"dead": 1, "injured": 2}),
        ("2死3伤", {"dead": 2, "injured": 3}),
        ("2死5伤,其中重伤1人", {"dead": 2, "injured": 5, "serious_injured": 1}),
        ("重伤2,轻伤十二人", {"serious_injured": 2, "light_injured": 12}),
        ("3人被困,2人失联", {"trapped": 3, "missing": 2}),
        ("埋压6人 受伤2人", {"trapped": 6, "injured": 2}),
        ("车上6人 受伤2人", {"injured": 2}),  # a word belongs to the number that it touches
        ("车上6人 受伤2人 死亡1人", {"injured": 2, "dead": 1}),
        ("被困群众约30余人", {"trapped": 30}),
        ("紧急转移群众1.2万人", {"evacuated": 12000}),
        ("injured 2, 3 people trapped, 1 dead", {"injured": 2, "trapped": 3, "dead": 1}),
        ("two people were killed", {"dead": 2}),
        (
            "风速8米/秒,风向转为225度,气温30度,湿度20%",
            {"wind_ms": 8, "wind_from_deg": 225, "temperature_c": 30, "humidity_pct": 20},
        ),
        ("风速30km/h", {}),  # another unit than the figure's: not taken
        ("倒塌房屋3间,损失200万元", {"collapsed_rooms": 3, "loss_wan": 200}),
        ("直接经济损失1.5亿元", {"loss_wan": 15000}),
        ("损失8000元", {"loss_wan": 0.8}),
        ("过火面积300亩", {"burnt_ha": 20}),
        ("过火面积1.5平方公里", {"burnt_ha": 150}),
        ("降雨120毫米", {"rainfall_mm": 120}),
        ("无人员伤亡", {"dead": 0, "injured": 0}),
        ("no casualties", {"dead": 0, "injured": 0}),
        # vague or unknown is not a figure, and never zero
        ("多人受伤", {}),
        ("伤亡不明", {}),
        ("死伤情况待核实", {}),
        ("", {}),
        # magnitude, and what only looks like one
        ("6.3级地震", {"magnitude": 6.3}),
        ("m5.5 quake", {"magnitude": 5.5}),
        ("里氏5.0级", {"magnitude": 5.0}),
        ("发生地震,震级4.8", {"magnitude": 4.8}),
        ("8级大风", {}),
        ("地震后刮起8级大风", {}),
    ],
)
def test_figures(text: str, figures: dict[str, float]) -> None:
    assert read_figures(text).figures == figures


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:05 山洪", "2026-03-01T10:05"),
        ("昨晚22:10滑坡", "2026-02-28T14:10"),
        ("今天下午3点半", "2026-03-01T07:30"),
        ("凌晨两点十分", "2026-02-28T18:10"),
        ("23:00", "2026-02-28T15:00"),  # still to come today, so it was yesterday
        ("10分钟前", "2026-03-01T10:02"),
        ("半小时前", "2026-03-01T09:42"),
        ("half an hour ago", "2026-03-01T09:42"),
        ("2 hours ago", "2026-03-01T08:12"),
        ("2月28日9时15分", "2026-02-28T01:15"),
        ("2025年12月31日23:59", "2025-12-31T15:59"),
        ("12月31日23:59", "2025-12-31T15:59"),
        ("刚才", "2026-03-01T10:12"),
        ("at 5:30 pm", "2026-03-01T09:30"),
    ],
)
def test_times(text: str, at: str) -> None:
    found = read_time(text, NOW).at
    assert found is not None
    assert found == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "孟定镇", "2027-01-01 08:00", "25:61", "伤2"])
def test_no_time_is_guessed(text: str) -> None:
    assert read_time(text, NOW).at is None


def test_the_command_bar_line_of_the_training_example() -> None:
    reading = read("/报 孟定 糖厂 锅炉 爆炸 伤2", NOW)
    assert reading.classes[0].key == "ac.special.boiler.explosion"
    assert (reading.place, reading.figures) == ("孟定 糖厂", {"injured": 2})
    assert reading.missing == ("occurred_at", "source", "trend")


def test_the_same_in_english() -> None:
    reading = read("report Mengding sugar mill boiler explosion injured 2", NOW)
    assert reading.classes[0].key == "ac.special.boiler.explosion"
    assert (reading.place, reading.figures) == ("mengding sugar mill", {"injured": 2})


def test_a_whole_call() -> None:
    reading = read("村民13812345678来电：10分钟前云县爱华镇液氨泄漏，3人中毒，泄漏仍在持续", NOW)
    assert reading.classes[0].key == "ac.chem.leak"
    assert (reading.place, reading.figures) == ("云县爱华镇", {"poisoned": 3})
    assert (reading.source, reading.caller_phone, reading.trend) == ("村民", "13812345678", "持续")
    assert reading.occurred_at == datetime(2026, 3, 1, 10, 2, tzinfo=UTC)
    assert reading.missing == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("沧源芒卡镇6.3级地震，3人被困", "沧源芒卡镇"),
        ("木场乡勐撒村山体滑坡砸中皮卡，四人死亡", "木场乡勐撒村"),
        ("班老乡境外山火逼近，过火面积300亩", "班老乡"),
        ("8级大风致勐撒镇倒塌房屋3间", "勐撒镇"),
        ("耿马县二人失踪 山洪", "耿马县"),
        ("死1伤2", None),
        ("12345", None),
        ("", None),
    ],
)
def test_the_place_is_what_remains(text: str, place: str | None) -> None:
    assert read(text, NOW).place == place


def test_a_magnitude_alone_speaks_of_an_earthquake() -> None:
    assert [m.key for m in read("M6.3 Gengma", NOW).classes] == ["nd.quake"]


def test_everything_is_missing_of_nothing() -> None:
    assert read("喂", NOW).missing == ("occurred_at", "class_key", "source", "figures", "trend")


def test_said_to_be_nobody_is_known() -> None:
    assert "figures" not in read("孟定镇起火，无人员伤亡", NOW).missing
    assert "figures" in read("孟定镇起火，多人受伤", NOW).missing


def test_places_are_looked_up_from_the_whole_to_the_part() -> None:
    assert place_queries("孟定 糖厂")[:3] == ["孟定糖厂", "孟定", "糖厂"]
    assert place_queries("沧源芒卡镇")[:2] == ["沧源芒卡镇", "沧源芒卡"]
    assert place_queries("mengding sugar mill")[:3] == ["mengding sugar mill", "mengding sugar", "mengding"]


def test_long_noise_is_read_quickly() -> None:
    reading = read("伤1死" * 600, NOW)
    assert reading.figures


def test_who_calls_by_office_and_name() -> None:
    said = read("孟定镇遮哈村后山滑坡 埋压6人 村主任李强 13988312345", NOW)
    assert (said.source, said.caller_name, said.caller_phone) == ("村主任", "李强", "13988312345")
    assert said.place == "孟定镇遮哈村后山"
    assert read("护林员报告后山起火", NOW).caller_name is None
