"""Tables of ``verband continuity`` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.continuity import Continuity, ContinuityAnswer, FunctionContinuity
    from verband.analysis.continuity_target import LeastCost

_WORDS = {
    "blocking": "Chance that all servers are busy, calls lost",
    "carried_load": "Load carried (erlang)",
    "lost_load": "Load lost (erlang)",
    "waiting": "Chance of waiting",
    "utilisation": "Part of the time that a server is busy",
    "L": "Mean number down, or in the system (L)",
    "Lq": "Mean number waiting (Lq)",
    "W": "Mean time down, or in the system (W)",
    "Wq": "Mean time waiting (Wq)",
    "throughput": "Failures per unit of time",
    "availability_per_unit": "Part of the time that one machine is up",
    "prob_none_up": "Part of the time that none is up",
    "availability": "Part of the time that enough are up",
    "unavailability": "Part of the time that too few are up",
    "failures_per_time": "Failures of the whole per unit of time",
    "mean_up_time": "Mean time that the whole works",
    "mean_down_time": "Mean time that the whole is down",
    "mean_time_to_first_failure": "Mean time to the first failure, all up at first",
}
_KEPT = frozenset({"model"})
_SHARES = (
    "One away: part of the time that one holder is. Gap share: part of the time below what is required. Range: with "
    "all defaults at their favourable and unfavourable ends; no interval of chance."
)
_LENGTHS = (
    "1 in 10 over: one gap in ten lasts longer than so many days. Over d: chance in a year that at least one gap "
    "longer than that begins."
)
_CERTAINTY = "Certainty: V seen in a primary source, S in a secondary one, M from memory, A a choice of this project."


def flat(item: FunctionContinuity) -> dict[str, Any]:
    """A function as one row."""
    record = item.as_record()
    chances = record.pop("chance_gap_over_days")
    methods = record.pop("chance_gap_over_days_method")
    record["p90_gap_days_method"] = record["p90_gap_days_method"]["method"]
    for days, chance in chances.items():
        record[f"chance_gap_over_{days}_days"] = chance
        record[f"chance_gap_over_{days}_days_method"] = methods[days]["method"]
    return record


def model_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A special case as rows of words and values."""
    rows = []
    for name, value in found.items():
        if name in _KEPT:
            continue
        if isinstance(value, list):
            rows += [
                {"what": f"Part of the time with {at} down", "value": _six(share)} for at, share in enumerate(value)
            ]
        else:
            rows.append({"what": _WORDS.get(name, name), "value": _six(value)})
    return rows


def _six(value: float) -> str:
    text = f"{value:.6g}" if value == 0 or 1e-9 <= abs(value) < 1e9 else f"{value:.3e}"
    if "e" in text and 1e-9 <= abs(value) < 1:
        text = f"{value:.12f}".rstrip("0")
    return text.replace(".", ",")


def show_answer(found: ContinuityAnswer, files: Sequence[str]) -> None:
    """Show the functions, the pool, the way to a target and the defaults."""
    _functions(found.own, files[0])
    if found.together is not None:
        _together(found, found.together, files)
    if found.target is not None:
        _target(found.target)
    if found.defaults:
        _defaults(found)
    for remark in found.remarks:
        _note(remark)


def _functions(found: Continuity, file: str) -> None:
    days = list(found.functions[0].chance_gap_over_days)
    rows = [_row(item) for item in found.functions]
    columns = {
        "function": "Function",
        "people": "People",
        "away": "One away",
        "gap": "Gap share",
        "range": "Range",
        "nobody": "Nobody there",
    }
    if not any(item.gap_share_low is not None for item in found.functions):
        columns.pop("range")
    show(
        rows,
        OutputFormat.table,
        columns=columns,
        notes=[
            _about(found, file),
            f"People: holders/required, and deputies after +. {_SHARES}",
            "",
        ],
    )
    notes = [_LENGTHS]
    if not all(chance.exact for item in found.functions for chance in item.chance_gap_over_days.values()):
        notes.append("~ is approximate: --format json says how, and between which bounds.")
    lengths = {"function": "Function", "gaps": "Gaps a year", "mean": "Mean days", "long": "1 in 10 over"}
    lengths |= {f"over {name}": f"Over {name} d" for name in days}
    show(rows, OutputFormat.table, columns=lengths, notes=[*notes, ""])


def notes_of(found: ContinuityAnswer, files: Sequence[str]) -> list[str]:
    """Every sentence that belongs to the figures, with the defaults and where they come from."""
    defaults = [item.default for item in found.defaults]
    return [
        _about(found.own, files[0]),
        _SHARES,
        _LENGTHS,
        *found.remarks,
        *(
            f"Default {item.column}: {'none' if item.value is None else f'{item.value:g}'} {item.unit} ({item.kind}, "
            f"certainty {item.certainty}; {item.source})."
            for item in defaults
        ),
        _CERTAINTY,
    ]


def _about(found: Continuity, file: str) -> str:
    ones = sum(item.one_person for item in found.functions)
    twos = sum(item.two_person for item in found.functions)
    return (
        f"{file}: {len(found.functions)} functions; {ones} rest on one holder, {twos} on two. Together "
        f"{_gap_days(found)} gap days a year: days on which a function has fewer people than it needs."
    )


def _gap_days(found: Continuity) -> str:
    """Gap days a year with their range."""
    ends = found.expected_gap_days_range
    shown = "" if ends is None else f" ({' to '.join(dutch_number(end, digits=1) for end in ends)})"
    return dutch_number(found.expected_gap_days_per_year, digits=1) + shown


def _row(item: FunctionContinuity) -> dict[str, Any]:
    low, high = item.gap_share_low, item.gap_share_high
    ninetieth = item.p90_gap_days
    row = {
        "function": item.function,
        "people": f"{item.holders}/{item.required}" + (f"+{item.deputies}" if item.deputies else ""),
        "away": percent(item.holder_unavailable_share),
        "gap": percent(item.gap_share),
        "nobody": percent(item.chance_nobody),
        "range": "-" if low is None or high is None else f"{percent(low)}-{percent(high)}",
        "gaps": _small(item.gaps_per_year),
        "mean": "-" if item.mean_gap_days is None else dutch_number(item.mean_gap_days, digits=1),
        "long": "-"
        if ninetieth.value is None
        else ("" if ninetieth.exact else "~") + dutch_number(ninetieth.value, digits=1),
    }
    for name, chance in item.chance_gap_over_days.items():
        row[f"over {name}"] = ("" if chance.exact else "~") + percent(chance.value or 0.0)
    return row


def percent(value: float) -> str:
    """A share as a percentage that never hides a small one."""
    if value == 0:
        return "0%"
    if value < 0.00005:
        return "<0,01%"
    return f"{value * 100:.{1 if value >= 0.0995 else 2}f}%".replace(".", ",")


def _small(value: float) -> str:
    if value == 0:
        return "0"
    return "<0,001" if value < 0.0005 else dutch_number(value, digits=2 if value >= 0.1 else 3)


def _together(found: ContinuityAnswer, together: Continuity, files: Sequence[str]) -> None:
    ours = {item.function.casefold(): item for item in found.own.functions}
    shared = [
        (item, change)
        for item, change in zip(together.functions, found.difference, strict=True)
        if change["partners"] > 1
    ]
    rows = []
    for item, change in shared:
        mine = ours.get(item.function.casefold())
        rows.append(
            {
                "function": item.function,
                "partners": str(change["partners"]),
                "people": f"{item.holders}/{item.required}" + (f"+{item.deputies}" if item.deputies else ""),
                "before": "-" if mine is None else percent(mine.gap_share),
                "after": percent(item.gap_share),
                "gaps": _small(item.gaps_per_year),
                "mean": "-" if item.mean_gap_days is None else dutch_number(item.mean_gap_days, digits=1),
            }
        )
    own = {item.function.casefold() for item in found.own.functions}
    days = sum(item.gap_share for item in together.functions if item.function.casefold() in own) * 365
    before = found.own.expected_gap_days_per_year
    notes = [
        f"Pooled with {', '.join(files[1:])}: {len(shared)} functions. The functions of {files[0]} go from "
        f"{dutch_number(before, digits=1)} to {dutch_number(days, digits=1)} gap days a year. Functions that nobody "
        "else has stay as they are. This counts presence; whether the work of all fits in the time of all is another "
        "question.",
        "",
    ]
    columns = {
        "function": "Pooled",
        "partners": "Partners",
        "people": "People",
        "before": "Gap share alone",
        "after": "Pooled",
        "gaps": "Gaps a year",
        "mean": "Mean days",
    }
    show(rows, OutputFormat.table, columns=columns, notes=notes)


def _target(found: LeastCost) -> None:
    rows = []
    for item in found.functions:
        way = item.way
        parts = []
        if way is not None:
            parts += [f"{way.holders} more holder{'s' * (way.holders > 1)}"] if way.holders else []
            parts += [f"{way.deputies} more deput{'ies' if way.deputies > 1 else 'y'}"] if way.deputies else []
            parts += ["pool"] if way.pool else []
            parts += ["hired staff"] if way.hire else []
        rows.append(
            {
                "function": item.function,
                "now": percent(item.gap_share),
                "way": " + ".join(parts) or "nothing needed" if way is not None else f"none: {item.reason}",
                "then": "-" if way is None else percent(way.gap_share),
                "cost": "-" if way is None else dutch_number(round(way.cost_eur_per_year), digits=0),
            }
        )
    total = dutch_number(round(found.cost_eur_per_year), digits=0)
    prices = "; ".join(_price(item) for item in found.prices)
    show(
        rows,
        OutputFormat.table,
        columns={"function": "Function", "now": "Now", "way": "Least-cost way", "then": "Then", "cost": "Euro a year"},
        notes=[
            f"To a gap share of at most {percent(found.target)}: {total} euro a year. Assumed prices and limits: "
            f"{prices}. Put your own in their place (--holder-cost and others); sources: --format json.",
            "",
        ],
    )


def _price(item: Mapping[str, Any]) -> str:
    low, high = item["low"], item["high"]
    ends = "" if low is None or high is None else f" ({dutch_number(low)}-{dutch_number(high)})"
    yours = ", yours" if not item["certainty"] else ""
    return f"{item['lever'].replace('_', ' ')} {dutch_number(item['value'])}{ends} {item['unit']}{yours}"


def _defaults(found: ContinuityAnswer) -> None:
    rows = [
        {
            "column": item.default.column,
            "value": "none" if item.default.value is None else f"{item.default.value:g}".replace(".", ","),
            "range": "-"
            if item.default.low is None or item.default.high is None
            else f"{item.default.low:g}-{item.default.high:g}".replace(".", ","),
            "unit": item.default.unit.removeprefix("calendar ").removesuffix(" present"),
            "kind": f"{item.default.kind}, {item.default.certainty}",
        }
        for item in found.defaults
    ]
    show(
        rows,
        OutputFormat.table,
        columns={
            "column": "Default for",
            "value": "Value",
            "range": "Range",
            "unit": "Unit",
            "kind": "Kind",
        },
        notes=[
            f"{_CERTAINTY} Sources, and which functions took which default: --format json.",
            "",
        ],
    )


def _note(text: str) -> None:
    from rich.console import Console  # noqa: PLC0415

    Console(highlight=False, markup=False, emoji=False).print(text, style="dim", soft_wrap=False)
