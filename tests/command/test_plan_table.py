"""Tasks from a table and plans from a file: what cannot be read is refused by row and column, and nothing is half imported."""

import io
import zipfile
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from command.organisation.book import organisation
from command.planning.form import judge, read_yaml, write_yaml
from command.planning.names import resource_names
from command.planning.plan import Plan, plan_content, plans
from command.planning.sheet import read_sheet
from command.planning.table import TaskTable, read_tasks
from command.planning.table_columns import COLUMNS, heading
from command.planning.table_notes import tasks_csv, tasks_xlsx
from command.transitions import LEVELS
from spine.canonical import JsonObject, encode
from spine.errors import Refused
from tests.command.flood_plan import flood_plan

ROW = {
    "编号": "A-1", "响应级别": "三级", "任务名称": "核查", "英文名称": "Check", "任务内容": "查清", "英文内容": "Find out", "牵头单位": "市气象局",
    "配合单位": "水文局、EMB", "开始T+分": "T+10", "办理时限分": "45分钟", "成果": "报告", "佐证": "文字、照片", "条款": "一", "出处": "甲", "性质": "示意",
}  # fmt: skip


def table(*rows: dict[str, str], encoding: str = "utf-8-sig", heads: list[str] | None = None) -> bytes:
    heads = heads or list(ROW)
    lines = [",".join(heads), *(",".join(f'"{row.get(head, "")}"' for head in heads) for row in rows)]
    return "\r\n".join(lines).encode(encoding)


def read(raw: bytes) -> TaskTable:
    return read_tasks(read_sheet(raw), organisation())


def workbook(change: Any = None) -> bytes:
    book = cast(Any, load_workbook(io.BytesIO(tasks_xlsx(flood_plan(), organisation(), "zh"))))
    if change is not None:
        change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_row_as_people_write_it(encoding: str) -> None:
    found = read(table({**ROW, "配合单位": "市水文局、EMB"}, encoding=encoding))
    assert found.faults == ()
    assert found.tasks == (
        {
            "code": "A-1", "level": "III", "zh": "核查", "en": "Check", "text_zh": "查清", "text_en": "Find out", "owner": "MET",
            "support": ["HYD", "EMB"], "start_minutes": 10, "due_minutes": 45, "deliverable": "报告", "evidence": ["text", "photo"],
            "clause": "一", "source": "甲", "basis": "illustrative",
        },
    )  # fmt: skip


KINDS = sorted(resource_names(organisation()))
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\u2028\u2029\ufeff") | st.just("\n"),
    min_size=1,
    max_size=30,
).map(str.strip).filter(bool)  # fmt: skip
DESKS = st.sampled_from(["EMB", "FRB", "PSB", "CTY-{county}"])
RESOURCES = st.fixed_dictionaries(
    {"kind": st.sampled_from([*KINDS, "helicopter", "robot-dog.2"]), "quantity": st.integers(1, 9_999_999)},
    optional={"holder": DESKS},
)
TASKS = st.fixed_dictionaries(
    {
        "level": st.sampled_from(LEVELS), "zh": WORDS, "en": WORDS, "text_zh": WORDS, "text_en": WORDS, "owner": DESKS,
        "support": st.lists(DESKS, max_size=3), "due_minutes": st.integers(0, 999_999), "deliverable": WORDS,
        "evidence": st.lists(st.sampled_from(["text", "photo", "file"]), min_size=1, max_size=3),
        "clause": WORDS, "source": WORDS, "basis": st.sampled_from(["statute", "illustrative"]),
    },
    optional={
        "start_minutes": st.integers(1, 999_999), "after": st.lists(st.sampled_from(["A-1", "B"]), min_size=1, max_size=2),
        "joint": st.just(True), "priority": st.sampled_from(["life", "urgent"]), "precondition_zh": WORDS, "precondition_en": WORDS,
        "checklist": st.lists(st.fixed_dictionaries({"zh": WORDS, "en": WORDS}), min_size=1, max_size=4),
        "resources": st.lists(RESOURCES, min_size=1, max_size=4),
        "sign_minutes": st.dictionaries(st.sampled_from(LEVELS), st.integers(1, 9999), min_size=1), "shared": WORDS,
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(TASKS, min_size=1, max_size=3), st.sampled_from(["xlsx", "csv"]), st.sampled_from(["zh", "en"]))
def test_a_table_says_everything_of_a_task(tasks: list[dict[str, Any]], form: str, locale: str) -> None:
    content = cast(
        JsonObject, {**plan_content(flood_plan()), "tasks": [{"code": f"T-{n}", **t} for n, t in enumerate(tasks)]}
    )
    plan = judge(content, organisation()).plan
    assert plan is not None
    found = read(tasks_xlsx(plan, organisation(), locale) if form == "xlsx" else tasks_csv(plan, locale))
    assert found.faults == ()
    assert set(found.columns) == {column.name for column in COLUMNS}
    again = judge({**content, "tasks": list(found.tasks)}, organisation()).plan
    assert again == plan


@pytest.mark.parametrize("plan", plans(), ids=[plan.id for plan in plans()])
def test_every_shipped_plan_goes_through_a_table_and_back(plan: Plan) -> None:
    found = read(tasks_csv(plan, "zh"))
    assert found.faults == ()
    assert judge({**plan_content(plan), "tasks": list(found.tasks)}, organisation()).plan == plan


def test_resources_and_checklists_as_people_write_them() -> None:
    row = {
        **ROW, "配合单位": "", "检查项": "查看水位 | Read the gauge\n\n查看坝体｜Look at the dam",
        "所需资源": "移动排水泵 ×4台@市消防救援支队，Tent, 12 m² x20、water_rescue*2", "签收时限": "10",
    }  # fmt: skip
    found = read(table(row, heads=list(row)))
    assert found.faults == ()
    assert found.tasks[0]["checklist"] == [
        {"zh": "查看水位", "en": "Read the gauge"},
        {"zh": "查看坝体", "en": "Look at the dam"},
    ]
    assert found.tasks[0]["resources"] == [
        {"kind": "pump_mobile", "quantity": 4, "holder": "FRB"},
        {"kind": "tent_12", "quantity": 20},
        {"kind": "water_rescue", "quantity": 2},
    ]
    assert found.tasks[0]["sign_minutes"] == {"I": 10, "II": 10, "III": 10, "IV": 10}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_what_was_written_is_read_again(form: str, locale: str) -> None:
    plan = flood_plan()
    raw = tasks_xlsx(plan, organisation(), locale) if form == "xlsx" else tasks_csv(plan, locale)
    found = read(raw)
    assert found.faults == ()
    content = {**plan_content(plan), "tasks": list(found.tasks)}
    assert judge(content, organisation()).plan == plan


def test_the_template_can_be_read_and_explains_every_column() -> None:
    raw = tasks_xlsx(None, organisation(), "zh")
    assert [task["code"] for task in read(raw).tasks] == ["EX-01"]
    notes = cast(Any, load_workbook(io.BytesIO(raw))).worksheets[1]
    told = [str(row[0].value) for row in notes.iter_rows()]
    assert all(any(line.startswith(column.name) for line in told) for column in COLUMNS)


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("level", {"响应级别": "五级"}, "响应级别", "no response level"),
    ("owner", {"牵头单位": "市魔法局"}, "牵头单位", "市魔法局"),
    ("minutes", {"办理时限分": "很快"}, "办理时限分", "no whole number"),
    ("missing", {"英文名称": ""}, "英文名称", "is required"),
    ("evidence", {"佐证": "口头"}, "佐证", "口头"),
    ("basis", {"性质": "道听途说"}, "性质", "basis"),
    ("formula", {"办理时限分": "=1+1"}, "办理时限分", "formula"),
    ("code", {"编号": "A 1"}, "编号", "no code"),
    ("checklist", {"检查项": "查看水位 | Read\n只有中文"}, "检查项", "item 2 of the checklist"),
    ("no quantity", {"所需资源": "排水泵、冲锋舟 ×2"}, "所需资源", "'排水泵' has no quantity"),
    ("only a name", {"所需资源": "冲锋舟"}, "所需资源", "has no quantity"),
    ("unknown resource", {"所需资源": "直升飞机 ×2"}, "所需资源", "no unit or item of stock '直升飞机'"),
    ("none of it", {"所需资源": "冲锋舟 ×0"}, "所需资源", "must be positive"),
    ("measure", {"所需资源": "冲锋舟 ×2箱"}, "所需资源", "is counted in boats"),
    ("holder", {"所需资源": "冲锋舟 ×2 @市魔法局"}, "所需资源", "市魔法局"),
    ("sign by", {"签收时限分": "I=十"}, "签收时限分", "level=minutes"),
    ("sign twice", {"签收时限分": "I=10、I=20"}, "签收时限分", "each level once"),
]


@pytest.mark.parametrize(("name", "change", "column", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_a_bad_cell_is_named_and_nothing_is_imported(name: str, change: dict[str, str], column: str, said: str) -> None:
    good = {**ROW, "编号": "A-0", "配合单位": ""}
    found = read(table(good, {**good, "编号": "A-1", **change}, heads=list(dict.fromkeys([*ROW, *change]))))
    assert found.tasks == ()
    fault = next(one for one in found.faults if one.column == column)
    assert fault.row == 3
    assert said in fault.en
    assert fault.zh


def test_everything_wrong_in_a_table_is_told_at_once() -> None:
    found = read(table({**ROW, "牵头单位": "X", "办理时限分": "Y"}, {**ROW, "配合单位": "市水文局", "响应级别": "0"}))
    assert len(found.faults) == 5  # two in row 2 and its support, the level of row 3 and its code a second time
    assert any("stands in row 2 already" in one.en for one in found.faults)


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ([*ROW, "编号"], "stands there twice"),
        ([*ROW, "备注"], "is not known"),
        ([head for head in ROW if head != "成果"], "is missing"),
        (["甲", "乙"], "No heading"),
    ],
)
def test_headings(heads: list[str], said: str) -> None:
    found = read(table({**ROW, "配合单位": ""}, heads=heads))
    assert found.tasks == ()
    assert any(said in one.en for one in found.faults), found.faults


def test_cells_of_a_workbook_that_hold_no_plain_value() -> None:
    def formula(sheet: Any) -> None:
        sheet.cell(3, 10).value = "=A1*2"

    def merged(sheet: Any) -> None:
        sheet.merge_cells("G4:G6")

    def day(sheet: Any) -> None:
        import datetime

        sheet.cell(5, 10).value = datetime.datetime(2026, 1, 1)  # noqa: DTZ001  as a spreadsheet has it

    for change, row, said in ((formula, 3, "formula"), (merged, 4, "G4:G6 are merged"), (day, 5, "date")):
        found = read(workbook(change))
        assert found.tasks == ()
        assert any(one.row == row and said in one.en for one in found.faults), (said, found.faults)


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"x" * 3_000_000, "MB"),
        (b"\xff\xfe\x00\xd8garbage\x81", "neither CSV nor XLSX"),
        (b"\x81\xff\x00binary\x00", "neither CSV nor XLSX"),
        (b"PK\x03\x04broken", "damaged"),
        (archive(a=b"1"), "no XLSX"),
        (archive(**{"xl__workbook.xml": b"0" * 50_000_000}), "too large"),
        (archive(**{"xl__workbook.xml": b"<x/>"}), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", ".xls"),
        (b"a,b\n" * 2000, "more than"),
        (b'"a\nb', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(raw: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(raw)
    assert refused.value.code == "table_file"
    assert said in refused.value.en
    assert refused.value.zh


def test_a_sheet_with_a_title_above_its_heading() -> None:
    book = Workbook()
    sheet = cast(Any, book.active)
    sheet.append(["XX 市预案任务表"])
    sheet.append(heading("en"))
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue())
    assert [one.en for one in found.faults] == ["The table has no row with a task."]


# --- plan files ----------------------------------------------------------------------------------------------------------


def test_a_plan_written_as_yaml_is_the_same_plan() -> None:
    content = plan_content(flood_plan())
    text = write_yaml(content, ("地震", "quake"))
    assert encode(read_yaml(text.encode())) == encode(content)
    assert encode(read_yaml(text.encode("gb18030"))) == encode(content)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (BOMB.encode(), "anchor"),
        (b"a: [", "line"),
        (b"- 1\n- 2", "no plan"),
        (b"a: " + b"[" * 5000, "deeply"),
        (b"x: 1\n" * 200_000, "KB"),
        (b"day: 2026-05-01", "quotes"),
        (b"day: 2026-13-41", "impossible"),
        (b"1: 2\n? [a]\n: b", "found unhashable key"),
        (b"a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        (b"\xff\xff\xff", "neither UTF-8"),
        (b"n: .nan", "quotes"),
    ],
)
def test_what_is_no_plan_file_is_refused_in_words(raw: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_yaml(raw)
    assert refused.value.code == "plan_file"
    assert said in refused.value.en
    assert refused.value.zh
