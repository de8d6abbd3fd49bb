"""Functions pooled over partners: holders add up, the requirement does not.

What one partner needs present is present for all, so the requirement is the largest of theirs. The work grows with the
volume, and is done by the holders that each brings; what travel and coordination take reduces their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from verband.analysis.continuity_periods import Bridging, HireDelay
from verband.analysis.continuity_question import DAYS_PER_YEAR, StaffedFunction, defaults
from verband.numerics.markov_chains.components import Component
from verband.numerics.markov_chains.shares import Redundant

_AWAY = (
    "short_absences_per_year",
    "short_absence_days",
    "long_absences_per_year",
    "long_absence_weeks",
    "leaving_per_year",
    "vacancy_days",
    "training_days",
)


@dataclass(frozen=True)
class Pool:
    """One function, of one partner or of several.

    Attributes
    ----------
    parts
        The function as each partner brings it.
    lost_share
        Part of the time present that is lost to travel and coordination.
    """

    parts: tuple[StaffedFunction, ...]
    lost_share: float = 0.0

    @property
    def function(self) -> str:
        """Name, as the first partner writes it."""
        return self.parts[0].function

    @property
    def holders(self) -> int:
        """Those of all partners."""
        return sum(part.holders for part in self.parts)

    @property
    def deputies(self) -> int:
        """Those of all partners."""
        return sum(part.deputies for part in self.parts)

    @property
    def required(self) -> int:
        """The largest of what the partners need present."""
        return max(part.required for part in self.parts)

    @property
    def defaulted(self) -> tuple[str, ...]:
        """Columns that took their default with some partner."""
        return tuple(dict.fromkeys(chain.from_iterable(part.defaulted for part in self.parts)))

    @property
    def unavailable(self) -> float:
        """Share of time that a holder is away while no shared shock runs: the mean over holders."""
        if len(set(self._components)) == 1:
            return self._components[0].down
        away = zip(self.parts, self._components, strict=True)
        return sum(part.holders * component.down for part, component in away) / self.holders

    def system(self, extra: int = 0) -> Redundant:
        """Everybody who can do the work, in days; a shared shock is the worst of the partners' and hits all at once.

        Parameters
        ----------
        extra
            Further persons, like those of the first partner.
        """
        groups = [(part, own.persons) for part, own in zip(self._components, self.parts, strict=True)]
        if extra:
            groups.append((groups[0][0], extra))
        worst = max(self.parts, key=lambda part: part.shared_shocks_per_year * part.shared_shock_days)
        return Redundant.of(
            groups,
            self.required,
            shock_rate=worst.shared_shocks_per_year / DAYS_PER_YEAR,
            shock_mean=worst.shared_shock_days,
        )

    def bridging(self, form: HireDelay) -> Bridging:
        """Hired staff: as late and as little effective as with any of the partners."""
        if not all(part.hired for part in self.parts):
            return Bridging(None, 0.0, form)
        return Bridging(
            max(part.hire_after_days or 0.0 for part in self.parts),
            min(part.hire_effectiveness for part in self.parts),
            form,
        )

    def at_end(self, *, favourable: bool) -> Pool | None:
        """The same with every default at one end of its range; ``None`` where no default has a range."""
        if not set(self.defaulted) & set(_AWAY):
            return None
        known = defaults()
        parts = []
        for part in self.parts:
            values = {
                column: known[column].low if favourable else known[column].high
                for column in part.defaulted
                if column in _AWAY
            }
            if part.hired and "hire_effectiveness" in part.defaulted:
                item = known["hire_effectiveness"]
                values["hire_effectiveness"] = item.high if favourable else item.low
            parts.append(replace(part, **values))  # type: ignore[arg-type]
        return replace(self, parts=tuple(parts))

    @cached_property
    def _components(self) -> tuple[Component, ...]:
        known: dict[StaffedFunction, Component] = {}
        for part in self.parts:
            if part not in known:
                known[part] = part.component(self.lost_share)
        return tuple(known[part] for part in self.parts)


def alone(functions: Sequence[StaffedFunction]) -> tuple[Pool, ...]:
    """Functions as they are."""
    return tuple(Pool((function,)) for function in functions)


def pooled(tables: Sequence[Sequence[StaffedFunction]], lost_share: float = 0.0) -> tuple[Pool, ...]:
    """Pool functions of the same name; those of one partner only stay as they are.

    Parameters
    ----------
    tables
        Functions per partner.
    lost_share
        Part of the time present that is lost to travel and coordination, in functions that are pooled.
    """
    by_name: dict[str, list[StaffedFunction]] = {}
    for table in tables:
        for function in table:
            by_name.setdefault(function.function.casefold(), []).append(function)
    return tuple(Pool(tuple(parts), lost_share if len(parts) > 1 else 0.0) for parts in by_name.values())
