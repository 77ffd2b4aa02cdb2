"""Time limits: first reports, and answers to warnings. Read from `rules/reporting.yaml` (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import Field

from incidents.classification import is_within
from incidents.grading_rules import Grade
from incidents.rule_file import RULES, BothLanguages, RuleModel, RuleTrouble, read_rules


class _FirstReportEntry(RuleModel):
    applies: tuple[str, ...]
    grades: tuple[Grade, ...] = ()
    sensitive: bool | None = None
    phone_minutes: int = Field(gt=0)
    written_minutes: int = Field(gt=0)
    to: BothLanguages
    source: BothLanguages
    src: str
    verified: bool


class _AnswerEntry(RuleModel):
    minutes: dict[str, int]
    to: BothLanguages
    source: BothLanguages
    src: str
    verified: bool


class _WorseEntry(RuleModel):
    magnitude_by: float = Field(gt=0)


class _BoardEntry(RuleModel):
    most_alerts: int = Field(ge=10)


class _ReportingFile(RuleModel):
    version: int
    first_report: tuple[_FirstReportEntry, ...]
    settles: dict[str, tuple[str, ...]]
    alert_answer: _AnswerEntry
    worse: _WorseEntry
    board: _BoardEntry


@dataclass(frozen=True, slots=True)
class Limit:
    """One clock: which kind, when it is due, and to whom it is owed."""

    kind: str
    due_at: datetime
    title_zh: str
    title_en: str
    to_zh: str
    to_en: str


@dataclass(frozen=True, slots=True)
class ReportingRules:
    file: _ReportingFile

    def first_report(
        self, class_key: str, received_at: datetime, *, grade: Grade | None = None, sensitive: bool = False
    ) -> tuple[Limit, ...]:
        """The clocks of the first report (by phone, in writing), running since `received_at`. The first row that fits."""
        for row in self.file.first_report:
            if not any(is_within(class_key, family) for family in row.applies):
                continue
            if (row.grades and grade not in row.grades) or (row.sensitive is not None and row.sensitive != sensitive):
                continue
            phone, written = (
                received_at + timedelta(minutes=row.phone_minutes),
                received_at + timedelta(minutes=row.written_minutes),
            )
            return (
                Limit("first_report_phone", phone, "首报（电话）", "First report by phone", row.to.zh, row.to.en),
                Limit("first_report_written", written, "首报（书面）", "First report in writing", row.to.zh, row.to.en),
            )
        return ()

    def settled_by(self, channel: str) -> tuple[str, ...]:
        """The clocks that a first report by this channel stops."""
        return self.file.settles.get(channel, ())

    def alert_answer(self, colour: str | None, headline: str, received_at: datetime) -> Limit | None:
        """The clock of a warning that must be answered, None when its colour asks for no answer."""
        minutes = self.file.alert_answer.minutes.get(colour or "")
        if minutes is None:
            return None
        colour_zh, colour_en = {"red": ("红色", "Red"), "orange": ("橙色", "Orange")}.get(colour or "", ("", "A"))
        return Limit(
            "alert_answer",
            received_at + timedelta(minutes=minutes),
            f"{colour_zh}预警待应答：{headline}",
            f"{colour_en} warning to be answered: {headline}",
            self.file.alert_answer.to.zh,
            self.file.alert_answer.to.en,
        )

    @property
    def magnitude_worse_by(self) -> float:
        return self.file.worse.magnitude_by

    @property
    def most_alerts_on_board(self) -> int:
        return self.file.board.most_alerts


def load_reporting(path: Path) -> ReportingRules:
    """Raises RuleTrouble when a kind of incident would have no limit at all."""
    file = read_rules(path, _ReportingFile)
    if not any("*" in row.applies and not row.grades and row.sensitive is None for row in file.first_report):
        raise RuleTrouble(f"{path.name}: first_report needs a row for everything that no other row fits")
    unknown: Mapping[str, int] = {
        c: m for c, m in file.alert_answer.minutes.items() if c not in ("red", "orange", "yellow", "blue")
    }
    if unknown:
        raise RuleTrouble(f"{path.name}: {next(iter(unknown))} is no warning colour")
    return ReportingRules(file)


@cache
def reporting() -> ReportingRules:
    """The limits that are shipped."""
    return load_reporting(RULES / "reporting.yaml")
