"""Gaps of one function: how long they last and how likely a long one is, with hired staff and the method that was used.

Hired staff do not change when a gap begins. With effectiveness ``e`` they close a share ``e`` of the gaps that last as
long as their delay; the share of time below what is required is the same if they take over a part ``e`` of the work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from verband.analysis.continuity_answer import Within
from verband.analysis.continuity_question import DAYS_PER_YEAR
from verband.numerics.markov_chains.bounds import BoundedPeriods
from verband.numerics.markov_chains.down_periods import DownPeriods, quantile, quantile_on_grid
from verband.numerics.markov_chains.long_periods import LongPeriodQuestion
from verband.numerics.markov_chains.populations import Chain, chain_of, states_of
from verband.numerics.markov_chains.shares import Redundant, Shares, shares
from verband.numerics.markov_chains.simulation import Simulated, simulate

HireDelay = Literal["fixed", "exponential"]
HIRE_DELAYS: tuple[HireDelay, ...] = ("fixed", "exponential")
EXACT = "exact"
MOST_STATES = 30_000
"""Above it lengths come from bounds: a chain would take seconds."""
MOST_STATES_FOR_CHANCE = 2_000
MOST_STEPS_FOR_CHANCE = 20_000
MOST_UP_FOR_CHANCE = 500
"""Above so many states of enough people their equations take too long."""
FEW_STATES = 600
MOST_REQUIRED = 20
"""Above it bounds take too long."""
RARE = 1e-6
"""Chances smaller than this are told by their bounds where the chain is not small."""
SIMULATED_FROM = 0.01
"""From this number of long gaps a year on, a simulation tells more than bounds where there is no chain."""
_PER_STATE, _PER_STEP, _MOST_SECONDS = 8e-9, 3e-6, 1.0
"""Seconds that a step of uniformization takes per state, and at least; and how many are spent."""
_YEARS = 50_000
_MOST_EVENTS = 3_000_000
_SEED = 1
_TWO_SIDED = 1.959963984540054
"""Normal quantile of a 95% interval."""
_WIDE = 1.05
"""Bounds this many times apart say too little."""
_NEGLIGIBLE = 1e-9
"""States that take a smaller part of the time of all gaps are left out of a chain."""


@dataclass(frozen=True)
class Bridging:
    """Hired staff.

    Attributes
    ----------
    delay
        Days until they come; ``None`` for never.
    effectiveness
        Share of the gaps that they close.
    form
        Whether the delay is fixed or exponential.
    """

    delay: float | None
    effectiveness: float
    form: HireDelay = "fixed"

    @property
    def at_once(self) -> float:
        """Share of the gaps that never are one."""
        return self.effectiveness if self.delay == 0 else 0.0

    def closed(self, days: float) -> float:
        """Share of the gaps of this many days or more that are closed by then."""
        if self.delay is None:
            return 0.0
        if self.form == "exponential" and self.delay > 0:
            return self.effectiveness * -math.expm1(-days / self.delay)
        return self.effectiveness if days >= self.delay else 0.0


class Gaps:
    """Gaps of one function, in days.

    Parameters
    ----------
    system
        Everybody who can do the work.
    bridging
        Hired staff.
    """

    def __init__(self, system: Redundant, bridging: Bridging) -> None:
        self.system, self.bridging = system, bridging
        self.found: Shares = shares(system)
        negligible = _NEGLIGIBLE * self.found.unshocked_too_few
        self._states = states_of(system, negligible)
        self._negligible = negligible
        self._bounded = BoundedPeriods(system, self.found)
        self._by_chain = not self._bounded.exact and self._states <= MOST_STATES and self._affordable()

    def _affordable(self) -> bool:
        """Whether the chain can be followed as long as a gap, or the delay of hired staff, may last."""
        if self.found.begins <= 0:
            return True
        longest = max((sum(means) for component, _ in self.system.groups for means in component.stages), default=0.0)
        days = 3 * max(self.found.mean or 0.0, self.bridging.delay or 0.0, min(longest, 20 * (self.found.mean or 0.0)))
        return self._steps(days) * max(self._states * _PER_STATE, _PER_STEP) <= _MOST_SECONDS

    def _steps(self, days: float) -> float:
        """Steps in which uniformization follows the chain for so many days."""
        pace = 0.0
        for component, count in self.system.groups:
            shortest = min((mean for means in component.stages for mean in means), default=float("inf"))
            pace += count * max(component.rate, 1 / shortest)
        if self.system.shock_rate:
            pace += max(self.system.shock_rate, 1 / self.system.shock_mean)
        return pace * days

    @cached_property
    def chain(self) -> Chain:
        """The chain, where it is not too large."""
        return chain_of(self.system, self._negligible)

    @cached_property
    def _periods(self) -> DownPeriods:
        return DownPeriods(self.chain)

    @cached_property
    def _question(self) -> LongPeriodQuestion:
        return LongPeriodQuestion(self.chain)

    @property
    def begins(self) -> float:
        """Gaps per day."""
        return self.found.begins * (1 - self.bridging.at_once)

    @cached_property
    def share(self) -> float:
        """Share of time below what is required."""
        bridged = self.bridging.effectiveness * self.found.begins * self._bridged_days()
        return min(1.0, max(0.0, self.found.too_few - bridged))

    @cached_property
    def nobody(self) -> float:
        """Share of time that nobody is there."""
        if self.system.required == 1:
            return self.share
        bridged = self.bridging.effectiveness * self.found.begins * self._bridged_nobody_days()
        return min(self.share, max(0.0, self.found.nobody - bridged))

    @property
    def share_is_bound(self) -> bool:
        """Whether the share is an upper bound: hired staff, and lengths that are known between bounds only."""
        hired = self.bridging.delay is not None and self.bridging.effectiveness > 0 and self.bridging.delay > 0
        return hired and not self._by_chain and not self._bounded.exact

    def ninetieth(self) -> Within:
        """Length that one gap in ten exceeds."""
        if self.found.begins <= 0 or self.begins <= 0:
            return Within(None, None, None, EXACT)
        mean = self.found.mean or 1.0
        if self._by_chain:
            value = self._quantile(self._periods.lasts, mean)
            return Within(value, value, value, EXACT)
        if self.system.required > MOST_REQUIRED:
            often = DAYS_PER_YEAR * self.begins >= SIMULATED_FROM
            return self._simulated_quantile() if often else Within(None, None, None, "not known: too rare to simulate")
        low = self._bounded_quantile(0.0, mean)
        if self._bounded.exact:
            return Within(low, low, low, EXACT)
        # The upper bound exceeds the lower by no more than this; where it stays above one in ten it says nothing.
        far = 64 * low
        apart = self._high(far) - self._low(far)
        high = self._bounded_quantile(apart, mean) if apart < 0.09 else None
        if (high is None or high > _WIDE * low) and DAYS_PER_YEAR * self.begins >= SIMULATED_FROM:
            return self._simulated_quantile()
        return Within(low, low, high, "lower bound: nobody else goes away during a gap")

    def chance_over(self, days: float) -> Within:
        """Chance that at least one gap longer than so many days begins within a year."""
        if self.found.begins <= 0 or self.begins <= 0:
            return Within(0.0, 0.0, 0.0, EXACT)
        stays = 1 - self.bridging.closed(days)
        lasts = self._periods.lasts(days) if self._by_chain else self._low(days)
        expected = DAYS_PER_YEAR * self.found.begins * stays * lasts
        rare = self._states > FEW_STATES and expected < RARE
        chained = self._states <= MOST_STATES_FOR_CHANCE and self._steps(days) <= MOST_STEPS_FOR_CHANCE
        chained = chained and not rare and int((~self.chain.few).sum()) <= MOST_UP_FOR_CHANCE
        if chained:
            found = self._question.ask(days, DAYS_PER_YEAR, 1 - stays)
            low, high = max(0.0, found.chance - found.error), min(1.0, found.chance + found.error)
            return Within(found.chance, low, high, f"{EXACT}, with the error of numerical inversion")
        if not rare and expected >= SIMULATED_FROM:
            return self._simulated_chance(days)
        every = DAYS_PER_YEAR * self.found.begins * stays
        most = expected if self._by_chain else every if every < RARE else every * self._high(days)
        return Within(-math.expm1(-expected), 0.0, min(1.0, most), "Poisson: long gaps come independently")

    @cached_property
    def _simulated(self) -> Simulated:
        """A long run, its gaps cut where hired staff close them."""
        going = sum(count * component.rate * component.up for component, count in self.system.groups)
        events = DAYS_PER_YEAR * (going + self.system.shock_rate)
        years = max(1, min(_YEARS, int(_MOST_EVENTS / events)))
        run = simulate(self.system, float(years * DAYS_PER_YEAR), seed=_SEED)
        rng = np.random.default_rng(_SEED + 1)
        delay, form = self.bridging.delay, self.bridging.form
        if delay is None:
            return run
        closed = rng.random(len(run.lengths)) < self.bridging.effectiveness
        until = np.full(len(run.lengths), delay) if form == "fixed" else rng.exponential(delay, len(run.lengths))
        return replace(run, lengths=np.where(closed, np.minimum(run.lengths, until), run.lengths))

    def _simulated_chance(self, days: float) -> Within:
        """Share of simulated years in which a longer gap begins, with Wilson's interval."""
        run = self._simulated
        years = round(run.time / DAYS_PER_YEAR)
        hits = len(np.unique(run.starts[run.lengths > days] // DAYS_PER_YEAR))
        share, z = hits / years, _TWO_SIDED
        middle = (share + z * z / (2 * years)) / (1 + z * z / years)
        half = z / (1 + z * z / years) * math.sqrt(share * (1 - share) / years + z * z / (4 * years * years))
        words = f"simulated, {years} years, seed {_SEED}, 95% interval"
        return Within(share, max(0.0, middle - half), min(1.0, middle + half), words)

    def _simulated_quantile(self) -> Within:
        """Quantile of simulated gaps, with the order statistics of a 95% interval."""
        lengths = np.sort(self._simulated.lengths[self._simulated.lengths > 0])
        count = len(lengths)
        half = _TWO_SIDED * math.sqrt(0.09 * count)
        places = [int(np.clip(round(0.9 * count + shift), 0, count - 1)) for shift in (0.0, -half, half)]
        value, low, high = (float(lengths[place]) for place in places)
        return Within(value, low, high, f"simulated, {count} gaps, seed {_SEED}, 95% interval")

    def _bounded_quantile(self, apart: float, scale: float) -> float:
        """The same quantile where the chance of lasting longer is the lower bound and a distance to it."""
        if self.bridging.delay is None or self.bridging.effectiveness == 0:
            return quantile_on_grid(lambda days: self._bounded.low(days) + apart, 0.9, scale)
        return self._quantile(lambda days: self._low(days) + apart, scale)

    def _low(self, days: float) -> float:
        if self.system.required > MOST_REQUIRED:
            return 1.0
        return float(self._bounded.low(np.asarray(days)))

    def _high(self, days: float) -> float:
        if self.system.required > MOST_REQUIRED:
            return 1.0
        return float(self._bounded.high(np.asarray(days)))

    def _quantile(self, lasts: Callable[[float], float], scale: float) -> float:
        present = 1 - self.bridging.at_once

        def left(days: float) -> float:
            return (1 - self.bridging.closed(days)) * lasts(days) / present

        delay, form = self.bridging.delay, self.bridging.form
        if delay and form == "fixed" and left(delay) <= 0.1 < lasts(delay):
            return delay
        return quantile(left, 0.9, scale)

    def _bridged_days(self) -> float:
        """Mean number of days of a gap after hired staff came."""
        delay, mean = self.bridging.delay, self.found.mean
        if delay is None or self.bridging.effectiveness == 0 or mean is None:
            return 0.0
        if delay == 0:
            return mean
        if not self._by_chain and self.system.required > MOST_REQUIRED:
            before = min(delay, mean)
        elif self.bridging.form == "fixed":
            before = self._periods.up_to(delay) if self._by_chain else float(self._bounded.high_up_to(delay))
        elif self._by_chain:
            before = self._periods.discounted(1 / delay)
        else:
            before = self._bounded.high_discounted(1 / delay)
        return max(0.0, mean - before)

    def _bridged_nobody_days(self) -> float:
        delay, effectiveness = self.bridging.delay, self.bridging.effectiveness
        if delay is None or effectiveness == 0 or self.found.begins <= 0 or not self._by_chain:
            return 0.0
        whole = self.found.nobody / self.found.begins
        if delay == 0:
            return whole
        periods = self._periods
        before = periods.nobody_up_to(delay) if self.bridging.form == "fixed" else periods.nobody_discounted(1 / delay)
        return max(0.0, whole - before)


def day_keys(days: Sequence[float]) -> list[tuple[str, float]]:
    """Numbers of days with the words they have in the answer."""
    return [(f"{number:g}", float(number)) for number in days]
