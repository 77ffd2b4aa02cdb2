"""How often the 80 % interval of deaths holds: `python -m tests.benches.interval_coverage [--halves N] [--json]`; exit code 1 outside 70–90 %.

313 Chinese earthquakes of USGS EXPO-CAT (1969–2007, CC0), exposure by intensity as catalogued, so that what is tested is the step from shaken
people to deaths. Split without leakage: 1969–1989 for fitting, 1990–2007 for testing, no sequence across the border; and by random halves
of whole sequences. `inside`: the count lies in [⌊p10⌋, ⌊p90⌋]. `share`: the part of the count's own probability between 10 % and 90 %,
which averages 0.80 for a perfect model even where most counts are zero (Czado, Gneiting & Held 2009, Biometrics 65).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from gis.hazards.pager import CHINA, interval
from gis.hazards.shaking_toll import DEAD, INJURED, Toll
from tests.benches.toll_fit import FORM_DEAD, FORM_INJURED, Events, Floats, Form, Mask, halves, held, read_events

BAR = (0.70, 0.90)
CLASSES = ((0.0, 5.0), (5.0, 5.5), (5.5, 6.0), (6.0, 6.5), (6.5, 10.0))


def _row(name: str, inside: Mask, share: Floats, below: Mask, above: Mask, take: Mask) -> dict[str, Any]:
    count = int(take.sum())
    told: dict[str, Any] = {"what": name, "events": count}
    if count:
        told |= {
            "inside": round(float(inside[take].mean()), 3),
            "share": round(float(share[take].mean()), 3),
            "below": round(float(below[take].mean()), 3),
            "above": round(float(above[take].mean()), 3),
        }
    return told


def rows_of(
    toll: Toll, events: Events, form: Form, part: Mask, name: str, *, by_class: bool = True
) -> list[dict[str, Any]]:
    """Coverage of `toll` on the events of `part`: known tolls, these by magnitude, and with the unknown of isolated events as zero."""
    known = np.isfinite(form.known(events))
    found = held(toll, events.people, np.nan_to_num(form.known(events)))
    parts: list[tuple[str, Mask]] = [(f"{name}, known", part & known)]
    if by_class:
        parts += [
            (f"  Ms {low:g}–{high:g}", part & known & (events.magnitude >= low) & (events.magnitude < high))
            for low, high in CLASSES
        ]
        parts.append(
            (
                "  at least one known dead" if form.which == "dead" else "  at least one",
                part & known & (form.known(events) >= 1),
            )
        )
        parts.append(("  and no entry as zero", part & form.usable(events)))
    return [_row(what, found.inside, found.share, found.below, found.above, take) for what, take in parts]


def pager_row(events: Events, part: Mask, name: str) -> dict[str, Any]:
    """PAGER's own China parameters and G on the same events."""
    known = part & np.isfinite(events.dead)
    ends = [interval(people, CHINA) for people in events.people]
    low, high = (np.floor([end[i] for end in ends]) for i in (0, 1))
    inside = (events.dead >= low) & (events.dead <= high)
    return _row(name, inside, inside.astype(np.float64), events.dead < low, events.dead > high, known)


def measure(number_of_halves: int) -> dict[str, Any]:
    """Everything the table shows. `bar`: the figure that the bar is about, and the same over random halves."""
    events = read_events()
    early, late = events.development, ~events.development
    crossing = set(events.sequence[early].tolist()) & set(events.sequence[late].tolist())
    rows = rows_of(DEAD, events, FORM_DEAD, late, "dead, kept apart (1990–2007)")
    rows += rows_of(DEAD, events, FORM_DEAD, early, "dead, fitted to (1969–1989)", by_class=False)
    again, turned = FORM_DEAD.fit(events, early), FORM_DEAD.fit(events, late)
    rows += rows_of(
        turned,
        events,
        FORM_DEAD,
        early,
        "dead, the other way round: fitted to 1990–2007, tested on 1969–1989",
        by_class=False,
    )
    random_rows: list[dict[str, Any]] = []
    for number in range(number_of_halves):
        half = halves(events, number)
        toll = FORM_DEAD.fit(events, half)
        random_rows += rows_of(toll, events, FORM_DEAD, ~half, f"half {number}", by_class=False)
    rows.append(pager_row(events, late, "PAGER's own China θ, β, G, 1990–2007"))
    rows += rows_of(INJURED, events, FORM_INJURED, late, "injured, kept apart (1990–2007)", by_class=False)
    rows += rows_of(INJURED, events, FORM_INJURED, early, "injured, fitted to (1969–1989)", by_class=False)
    over = [row["inside"] for row in random_rows]
    return {
        "events": len(events.name),
        "sequences": len(np.unique(events.sequence)),
        "sequences_across_the_border": len(crossing),
        "bar": BAR,
        "inside": rows[0]["inside"],
        "share": rows[0]["share"],
        "halves": {
            "number": number_of_halves,
            "inside_mean": round(float(np.mean(over)), 3) if over else None,
            "inside_sd": round(float(np.std(over)), 3) if over else None,
            "share_mean": round(float(np.mean([row["share"] for row in random_rows])), 3) if over else None,
        },
        "fitted_again": {
            "theta": again.theta, "beta": again.beta, "floor": again.floor, "sigma_small": again.sigma_small,
            "sigma_large": again.sigma_large, "left_out_inside": FORM_DEAD.left_out(events, early),
        },
        "rows": rows,
    }  # fmt: skip


def met(told: dict[str, Any]) -> bool:
    return BAR[0] <= told["inside"] <= BAR[1]


def _print(told: dict[str, Any]) -> None:
    print(
        f"{told['events']} events, {told['sequences']} sequences, {told['sequences_across_the_border']} across the border"
    )
    print(f"{'':72} {'events':>6} {'inside':>7} {'share':>7} {'below':>7} {'above':>7}")
    for row in told["rows"]:
        figures = " ".join(f"{row[key]:7.3f}" for key in ("inside", "share", "below", "above")) if row["events"] else ""
        print(f"{row['what']:72} {row['events']:6d} {figures}")
    half = told["halves"]
    if half["number"]:
        print(
            f"{half['number']} random halves of sequences: inside {half['inside_mean']} ± {half['inside_sd']}, share {half['share_mean']}"
        )
    print("fitted again:", ", ".join(f"{key} {value:.5g}" for key, value in told["fitted_again"].items()))
    print(f"bar {BAR[0]:.0%}–{BAR[1]:.0%}: {'met' if met(told) else 'NOT MET'}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--halves", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    told = measure(asked.halves)
    if asked.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _print(told)
    return 0 if met(told) else 1


if __name__ == "__main__":
    sys.exit(main())
