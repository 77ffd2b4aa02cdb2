"""Sites from a table: what is understood, and that a wrong cell is named by row and column and hurts no other row."""

from datetime import UTC, datetime

import pytest

from incidents.register.csv_file import Table, read_table
from incidents.register.rule_book import register_rules
from spine.errors import Refused

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
HEAD = "kind,name,lon,lat,source,surveyed_on,slope_wan_m3,stability,threatened_people,substances"


def read(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> Table:
    return read_table(register_rules(), "\n".join((head, *rows)).encode(encoding), "年度普查", AT)


def test_a_row_becomes_a_site_and_empty_cells_are_not_known() -> None:
    table = read("geo_point,遮哈滑坡,99.082,23.557,自然资源局,2025-11-03,12.5,不稳定,,")
    assert table.refused == ()
    [draft] = table.drafts
    assert draft.data == {
        "site_kind": "geo_point", "name": "遮哈滑坡", "point": {"lon": 99.082, "lat": 23.557}, "source": "自然资源局",
        "reason": "年度普查", "properties": {"slope_wan_m3": 12.5, "stability": "unstable"}, "surveyed_on": "2025-11-03",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_spreadsheets_write_chinese_in_two_ways(encoding: str) -> None:
    table = read("hazardous_site,水厂加氯间,99.1,23.5,水务局,2025/10/1,,,,chlorine:2.5;ammonia:?", encoding=encoding)
    assert table.refused == ()
    assert table.drafts[0].data["name"] == "水厂加氯间"
    assert table.drafts[0].data["properties"] == {
        "substances": [{"key": "chlorine", "mass_t": 2.5}, {"key": "ammonia", "mass_t": None}]
    }


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("volcano,x,99.1,23.5,s,,,,,", "kind", "unknown_site_kind"),
        ("geo_point,,99.1,23.5,s,,,,,", "name", "csv_cell"),
        ("geo_point,x,东,23.5,s,,,,,", "lon", "csv_cell"),
        ("geo_point,x,99.1,23.5,,,,,,", "source", "csv_cell"),
        ("geo_point,x,99.1,23.5,s,去年,,,,", "surveyed_on", "csv_cell"),
        ("geo_point,x,99.1,23.5,s,2031-01-01,,,,", "surveyed_on", "survey_in_future"),
        ("geo_point,x,99.1,23.5,s,,很大,,,", "slope_wan_m3", "csv_cell"),
        ("geo_point,x,99.1,23.5,s,,nan,,,", "slope_wan_m3", "property_number"),
        ("geo_point,x,99.1,23.5,s,,-3,,,", "slope_wan_m3", "property_range"),
        ("geo_point,x,99.1,23.5,s,,,好,,", "stability", "property_choice"),
        ("geo_point,x,99.1,23.5,s,,,,,chlorine:1", "substances", "unknown_property"),
        ("hazardous_site,x,99.1,23.5,s,,,,,vodka:1", "substances", "unknown_substance"),
        ("geo_point,x,99.1,23.5,s,,,,,,,,", "file", "csv_cell"),
    ],
)
def test_a_wrong_cell_is_named_and_the_other_rows_stand(row: str, column: str, code: str) -> None:
    table = read("geo_point,好的,99.1,23.5,s,,,,,", row, "", "geo_point,也好,99.2,23.5,s,,,,,")
    assert [(one.row, one.column, one.code) for one in table.refused] == [(3, column, code)]
    assert [draft.row for draft in table.drafts] == [2, 5]


@pytest.mark.parametrize(
    ("head", "field", "code"),
    [
        ("kind,name,lon,lat", "source", "csv_column"),
        ("kind,name,lon,lat,source,volume", "volume", "csv_column"),
        ("kind,name,lon,lat,source,name", "name", "csv_column"),
    ],
)
def test_a_wrong_heading_refuses_the_file(head: str, field: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read("x", head=head)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_table(register_rules(), b"\xff\xd8\x00\x01", "x", AT)
    assert refused.value.code == "csv_unreadable"
