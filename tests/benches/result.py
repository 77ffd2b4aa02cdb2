"""What a measure says: one row of the table, its bar, both figures, the ratio, and every violation of correctness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Row:
    """`ratio` is compared with the bar: `at_most` or `at_least`. What is `wrong` makes the bar not met, whatever the ratio."""

    key: str
    measure: str
    bar: str
    baseline: str
    ours: str
    ratio: float | None
    at_most: float | None = None
    at_least: float | None = None
    wrong: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    figures: dict[str, Any] = field(default_factory=dict[str, Any])
    method: str = ""
    """How it was measured, in a sentence."""
    skipped: bool = False
    """Not measured here, for a reason told in the notes: neither met nor missed."""

    @property
    def has_bar(self) -> bool:
        return self.at_most is not None or self.at_least is not None

    @property
    def failed(self) -> bool:
        """Something is wrong, or there is a bar and it was not met."""
        return bool(self.wrong) or (self.has_bar and not self.skipped and not self.met)

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "not measured"
        if self.wrong or self.has_bar:
            return "met" if self.met else "NOT MET"
        return "no bar"

    @property
    def met(self) -> bool:
        if self.wrong or self.ratio is None:
            return False
        within = self.at_most is None or self.ratio <= self.at_most
        return within and (self.at_least is None or self.ratio >= self.at_least)

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "measure": self.measure,
            "bar": self.bar,
            "baseline": self.baseline,
            "ours": self.ours,
            "ratio": self.ratio,
            "at_most": self.at_most,
            "at_least": self.at_least,
            "met": self.met,
            "verdict": self.verdict,
            "method": self.method,
            "wrong": self.wrong,
            "notes": self.notes,
            "figures": self.figures,
        }


_NEVER = ("gaps", "repeats", "reorders", "bad", "resets", "refused", "failed", "stale", "partial")


def wrongs(who: str, stats: Mapping[str, Any], *, upto: int | None = None, may: Sequence[str] = ()) -> list[str]:
    """What a load client saw that must not be. `upto`: the position that every dashboard must have reached."""
    found = [f"{who}: {stats[name]} {name}" for name in _NEVER if stats[name] and name not in may]
    if stats["closes"] and "closes" not in may:
        found.append(f"{who}: connections closed {stats['closes']}")
    if stats["live"] != stats["clients"] and "live" not in may:
        found.append(f"{who}: {stats['clients'] - stats['live']} of {stats['clients']} dashboards are not live")
    if upto is not None and stats["least_held"] < upto:
        found.append(f"{who}: a dashboard ends at {stats['least_held']}, the record at {upto}")
    return found


def table(rows: Sequence[Row]) -> str:
    """The rows as text for a terminal."""
    titles = ("measure", "bar", "baseline", "ours", "ratio", "")
    lines = [titles] + [
        (
            r.measure,
            r.bar,
            r.baseline,
            r.ours,
            "–" if r.ratio is None else f"{r.ratio:.2f}",
            r.verdict,
        )
        for r in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(titles))]
    text: list[str] = []
    for number, line in enumerate(lines):
        text.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            text.append("  ".join("-" * width for width in widths))
            continue
        row = rows[number - 1]
        text += [f"    WRONG: {wrong}" for wrong in row.wrong]
        text += [f"    {note}" for note in (row.method, *row.notes) if note]
    return "\n".join(text)
