"""Tables of sharing keys for the terminal: what each pays, who would gain by leaving, and what must be known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verband.cli.show import OutputFormat, dutch_number, show

if TYPE_CHECKING:
    from verband.analysis.sharing import KeyAnswer, SharingAnswer
    from verband.workspace.sharing import TaskSharingAnswer

_TODAY = "today"
_HEADINGS = {
    _TODAY: "Today",
    "equal": "Equal",
    "weight": "Weight",
    "stand-alone": "Stand-alone",
    "scrb": "SCRB",
    "shapley": "Shapley",
    "nucleolus": "Nucleolus",
    "prenucleolus": "Pre-nucleolus",
    "per-capita-nucleolus": "Per capita",
    "least-core": "Least core",
    "tau": "Tau",
}
_WIDTH = 80
_GAP = 3
_NAME = 24
"""Longer names are broken."""


def show_sharing(whose: str, found: SharingAnswer) -> None:
    """Print the tables of a game.

    Parameters
    ----------
    whose
        File or task, for the sentence under the shares.
    found
        The keys.
    """
    keys = [key for key, answer in found.methods.items() if answer.shares is not None]
    rounded = any(answer.shares_rounded is not None for answer in found.methods.values())
    verb = "gets" if found.benefit else "pays"
    parts = _beside(found, keys if found.today is None else [_TODAY, *keys])
    for part in parts:
        rows = []
        for name in found.members:
            row: dict[str, Any] = {"name": name, "alone": found.alone[name]}
            for key in part:
                if key == _TODAY:
                    row[key] = (found.today or {})[name]
                    continue
                answer = found.methods[key]
                row[key] = ((answer.shares_rounded if rounded else answer.shares) or {})[name]
            rows.append(row)
        show(
            rows,
            OutputFormat.table,
            columns={"name": "Member", "alone": "Alone", **{key: _HEADINGS[key] for key in part}},
            notes=[f"{whose}: what each {verb} of {_amount(found.total)}, by key; {found.kind}.", ""]
            if part is parts[-1]
            else [""],
        )
    show(
        [_row(key, answer) for key, answer in found.methods.items()],
        OutputFormat.table,
        columns={
            "key": "Key",
            "rational": "Nobody worse off than alone",
            "core": "Nobody gains by leaving",
            "coalition": "Strongest case for leaving",
            "excess": "Its gain",
        },
        notes=[*_notes(found), *notes_of_keys(found)],
    )


def _beside(found: SharingAnswer, keys: Sequence[str]) -> list[list[str]]:
    """Deal keys out over tables that fit a narrow screen."""
    widest = max((len(_amount(value)) for value in (*found.alone.values(), found.total)), default=0) + _GAP
    room = _WIDTH - min(_NAME, max(len(name) for name in ("Member", *found.members))) - widest
    parts: list[list[str]] = [[]]
    left = room
    for key in keys:
        needed = max(widest, len(_HEADINGS[key]) + _GAP)
        if needed > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(key)
        left -= needed
    return parts


def _row(key: str, answer: KeyAnswer) -> dict[str, Any]:
    exists = answer.shares is not None
    return {
        "key": _HEADINGS[key],
        "rational": answer.individually_rational if exists else "-",
        "core": answer.in_core if exists else "-",
        "coalition": "-" if answer.worst_coalition is None else _coalition(answer.worst_coalition),
        "excess": answer.worst_excess,
    }


def _coalition(names: Sequence[str]) -> str:
    return " + ".join(names) if len(names) <= 4 else f"{' + '.join(names[:3])} + {len(names) - 3} more"


def _amount(value: float) -> str:
    return dutch_number(value)


def _notes(found: SharingAnswer) -> list[str]:
    notes = []
    epsilon, subsidy = found.least_core_epsilon, found.minimum_subsidy
    if found.core_empty is None:
        notes.append(f"{found.reason}.")
    elif found.core_empty:
        notes.append(
            f"No key can keep everybody in: under any, some group gains {_amount(epsilon or 0.0)} or more by leaving "
            f"(the core is empty). {_amount(subsidy or 0.0)} from outside would mend that."
        )
    else:
        notes.append(
            f"Some keys leave no group better off by leaving (the core is not empty); at best every group is "
            f"{_amount(-(epsilon or 0.0))} better off by staying."
        )
    together = found.superadditive if found.benefit else found.subadditive
    if together is False and found.better_apart is not None:
        one, two, by = found.better_apart
        notes.append(
            f"Together is not always better: {_coalition(one)} and {_coalition(two)} do {_amount(by)} better apart."
        )
    elif together is None and found.core_empty is not None:
        notes.append("Whether two groups always do better together is not known: too many pairs.")
    notes.append("Its gain: what the group would gain by leaving; below 0 it loses.")
    return notes


def rows_of_keys(found: SharingAnswer) -> list[dict[str, Any]]:
    """A row per key: who would be worse off or would leave."""
    return [
        {
            "method": key,
            "individually_rational": answer.individually_rational,
            "in_core": answer.in_core,
            "worst_coalition": None if answer.worst_coalition is None else "+".join(answer.worst_coalition),
            "worst_excess": answer.worst_excess,
            "reason": answer.reason,
        }
        for key, answer in found.methods.items()
    ]


def notes_of_game(whose: str, found: SharingAnswer) -> list[str]:
    """Every sentence that belongs to the shares."""
    verb = "gets" if found.benefit else "pays"
    about = f"{whose}: what each {verb} of {_amount(found.total)}, by key; {found.kind}."
    return [about, *_notes(found), *notes_of_keys(found)]


def notes_of_keys(found: SharingAnswer) -> list[str]:
    """What must be said about single keys."""
    notes = list(found.remarks)
    reasons: dict[str, list[str]] = {}
    changes = []
    for key, answer in found.methods.items():
        heading = _HEADINGS[key]
        if answer.shares is None:
            reasons.setdefault(answer.reason or "", []).append(heading)
        elif answer.interval is not None:
            notes.append(f"{heading}: {_within(answer)}")
        elif answer.unique is False:
            notes.append(f"{heading}: {answer.reason}.")
        if answer.change_from_today is not None:
            name, most = max(answer.change_from_today.items(), key=lambda item: abs(item[1]))
            changes.append(f"{heading} {_amount(most)} ({name})")
    notes += [f"No shares by {', '.join(keys)}: {reason}." for reason, keys in reasons.items()]
    return notes + ([f"Largest change from today: {'; '.join(changes)}."] if changes else [])


def _within(answer: KeyAnswer) -> str:
    """How far shares that are not exact can be off."""
    reach = max((high - low) / 2 for low, high in (answer.interval or {}).values())
    if "draws" in answer.how:
        return f"with 95% certainty each share is within {_amount(reach)} or so, by the model."
    if answer.how["computed"] == "rounded":
        unit = _amount(answer.how["unit"])
        return f"weights were rounded to {unit}; no share is off by more than {_amount(reach)} (proven)."
    return (
        f"estimated from {_amount(answer.how['orders'])} random orders with all rotations, seed {answer.how['seed']}; "
        f"each share is within {_amount(reach)} with 95% certainty."
    )


def show_task(answer: TaskSharingAnswer) -> None:
    """Print the keys for the cost of a task, their uncertainty, and the same with size alone."""
    found = answer.result
    show_sharing(f"Task {answer.scale.task}, {found.year}, in euro", found.own)
    key = "shapley" if "shapley" in found.own.methods else next(iter(found.own.methods))
    own, alone = found.own.methods[key], found.size_only.methods[key]
    if own.shares is None or alone.shares is None:
        return
    rows = []
    for item in found.members:
        low, high = (None, None) if own.interval is None else own.interval[item.name]
        rows.append(
            {
                "name": item.name,
                "inhabitants": round(item.inhabitants),
                "level": item.level,
                "paid": own.shares[item.name],
                "low": low,
                "high": high,
                "size": alone.shares[item.name],
            }
        )
    notes = [
        "Own level: cost against a typical municipality of its size (1,00), by what it needs and what it is used to.",
        "Size only: the same key if all had level 1,00; it merely restates what size does to cost.",
    ]
    if own.interval is not None and "chance_in_core" in own.how:
        chance = round(100 * own.how["chance_in_core"])
        notes.append(f"Under this key nobody gains by leaving in {chance}% of {found.draws} draws of the model.")
    notes += [f"{flag}." for flag in answer.scale.flags]
    show(
        rows,
        OutputFormat.table,
        columns={
            "name": "Member",
            "inhabitants": "Inhabitants",
            "level": "Own level",
            "paid": _HEADINGS[key],
            "low": "Low",
            "high": "High",
            "size": "Size only",
        },
        notes=notes,
    )
