"""The least-cost way to a target: further holders, deputies, hired staff that bridge gaps, pooling.

Every combination is looked at, and computed only where it can still be cheaper than the best so far. Further holders
and deputies do the same for continuity; what they cost differs, and so does how many can be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verband.analysis.continuity_periods import Bridging, Gaps, HireDelay
from verband.analysis.continuity_pooling import Pool
from verband.analysis.continuity_question import DAYS_PER_YEAR, StaffedFunction, defaults
from verband.domain.reference import in_force, reference
from verband.errors import BadInputError

_MONEY = ("holder", "deputy", "pool", "hired_day")


def _rows() -> dict[str, dict[str, str]]:
    return {row["lever"]: row for row in reference("continuity_costs") if in_force(row)}


@dataclass(frozen=True, slots=True)
class Prices:
    """What the ways to a target cost; ``None`` takes the value of the reference table.

    Attributes
    ----------
    holder, deputy
        Euro per year for one more.
    pool
        Euro per year for pooling one function, per partner.
    hired_day
        Euro per calendar day that one hired person bridges.
    hired_delay
        Days until hired staff come where a function has none yet.
    """

    holder: float | None = None
    deputy: float | None = None
    pool: float | None = None
    hired_day: float | None = None
    hired_delay: float | None = None

    def __post_init__(self) -> None:
        """Refuse negative prices."""
        for name in (*_MONEY, "hired_delay"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1e12:
                raise BadInputError(f"{value:g} is no price of {name}", todo="Give 0 or more")

    def of(self, lever: str) -> float:
        """The price of one."""
        given: float | None = getattr(self, lever, None)
        return float(_rows()[lever]["value"]) if given is None else given

    def as_records(self) -> list[dict[str, Any]]:
        """Every price with its kind and source."""
        found = []
        for lever, row in _rows().items():
            given = getattr(self, lever, None)
            record: dict[str, Any] = {"lever": lever, "value": self.of(lever), "unit": row["unit"]}
            if given is None:
                record |= {"low": _number(row["low"]), "high": _number(row["high"]), "kind": row["kind"]}
                record |= {"source": row["source"], "certainty": row["certainty"], "as_of": row["valid_from"]}
            else:
                record |= {"low": None, "high": None, "kind": "assumed", "source": "given by the user"}
                record |= {"certainty": "", "as_of": ""}
            found.append({**record, "meaning": row["meaning"]})
        return found


def _number(text: str) -> float | None:
    return float(text) if text else None


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a target.

    Attributes
    ----------
    holders, deputies
        How many more.
    hire, pool
        Whether hired staff bridge gaps, and whether the function is pooled.
    gap_share
        What it comes to.
    cost_eur_per_year
        On top of what there is.
    """

    holders: int
    deputies: int
    hire: bool
    pool: bool
    gap_share: float
    cost_eur_per_year: float

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "holders": self.holders,
            "deputies": self.deputies,
            "hire": self.hire,
            "pool": self.pool,
            "gap_share": self.gap_share,
            "cost_eur_per_year": self.cost_eur_per_year,
        }


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """The way of one function.

    Attributes
    ----------
    function, gap_share
        Its name and where it stands.
    way
        The cheapest; ``None`` where none reaches the target.
    by_lever
        The cheapest with one lever alone: ``holder``, ``deputy``, ``hire``, ``pool``; ``None`` where it does not reach.
    reason
        Why there is no way; ``None`` if there is.
    """

    function: str
    gap_share: float
    way: Way | None
    by_lever: dict[str, Way | None]
    reason: str | None

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "function": self.function,
            "gap_share_now": self.gap_share,
            "way": None if self.way is None else self.way.as_record(),
            "by_lever": {lever: None if way is None else way.as_record() for lever, way in self.by_lever.items()},
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class LeastCost:
    """The least-cost way of all functions.

    Attributes
    ----------
    target
        Share of time below what is required, for each function.
    functions
        In the order given.
    prices
        With kind and source.
    """

    target: float
    functions: tuple[FunctionTarget, ...]
    prices: tuple[dict[str, Any], ...]

    @property
    def cost_eur_per_year(self) -> float:
        """Of all ways that exist."""
        return sum(item.way.cost_eur_per_year for item in self.functions if item.way is not None)

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "gap_share": self.target,
            "functions": [item.as_record() for item in self.functions],
            "cost_eur_per_year": self.cost_eur_per_year,
            "not_reached": [item.function for item in self.functions if item.way is None],
            "costs": list(self.prices),
            "kind": "assumed",
        }


def least_cost(
    own: Sequence[StaffedFunction],
    pools: Sequence[Pool],
    partners: int,
    target: float,
    prices: Prices,
    form: HireDelay,
) -> LeastCost:
    """Find the cheapest way to a target, for each function.

    Parameters
    ----------
    own
        The functions.
    pools
        The same pooled with partners; empty without.
    partners
        Number of them.
    target
        Share of time below what is required.
    prices, form
        What the ways cost, and the form of the delay of hired staff.
    """
    together = {pool.function.casefold(): pool for pool in pools if len(pool.parts) > 1}
    search = _Search(target, prices, form)
    found = []
    for function in own:
        joint = together.get(function.function.casefold()) if partners else None
        found.append(search.of(Pool((function,)), joint))
    return LeastCost(target, tuple(found), tuple(prices.as_records()))


class _Search:
    def __init__(self, target: float, prices: Prices, form: HireDelay) -> None:
        self._target, self._prices, self._form = target, prices, form
        self._most = int(prices.of("most_holders")), int(prices.of("most_deputies"))

    def of(self, alone: Pool, joint: Pool | None) -> FunctionTarget:
        """The way of one function."""
        now = self._gaps(alone, 0, hire=False)
        if now.share <= self._target:
            way = Way(0, 0, hire=False, pool=False, gap_share=now.share, cost_eur_per_year=0.0)
            return FunctionTarget(alone.function, now.share, way, {}, None)
        holders, deputies = self._most
        single = {
            "holder": self._first(alone, [(number, 0) for number in range(1, holders + 1)]),
            "deputy": self._first(alone, [(0, number) for number in range(1, deputies + 1)]),
            "hire": None if alone.parts[0].hired else self._first(alone, [(0, 0)], hire=True),
            "pool": None if joint is None else self._first(joint, [(0, 0)], pool=True),
        }
        best = min((way for way in single.values() if way), key=lambda way: way.cost_eur_per_year, default=None)
        mixes = sorted(
            ((number, more) for number in range(holders + 1) for more in range(deputies + 1)), key=self._staff_cost
        )
        for pool, parts in ((False, alone), (True, joint)):
            for hire in (False, True):
                if parts is None or (hire and parts.bridging(self._form).delay is not None):
                    continue
                best = self._first(parts, mixes, hire=hire, pool=pool, below=best) or best
        reason = None
        if best is None:
            shock = alone.system().shocked
            reason = f"no way looked at reaches {self._target:g}"
            if shock > self._target:
                reason = f"shared shocks alone take {shock:.2%} of the time, and no staff helps against them"
        return FunctionTarget(alone.function, now.share, best, single, reason)

    def _staff_cost(self, mix: tuple[int, int]) -> float:
        return mix[0] * self._prices.of("holder") + mix[1] * self._prices.of("deputy")

    def _first(
        self,
        parts: Pool,
        mixes: Sequence[tuple[int, int]],
        *,
        hire: bool = False,
        pool: bool = False,
        below: Way | None = None,
    ) -> Way | None:
        """The cheapest mix that reaches the target, if it costs less than ``below``."""
        best = below
        shares: dict[int, tuple[float, float]] = {}
        base = (len(parts.parts)) * self._prices.of("pool") if pool else 0.0
        for holders, deputies in mixes:
            cost = base + self._staff_cost((holders, deputies))
            if best is not None and cost >= best.cost_eur_per_year:
                break
            extra = holders + deputies
            if extra not in shares:
                gaps = self._gaps(parts, extra, hire=hire)
                without = self._gaps(parts, extra, hire=False).share if hire else gaps.share
                effective = gaps.bridging.effectiveness
                days = DAYS_PER_YEAR * (without - gaps.share) / effective if hire and effective else 0.0
                shares[extra] = gaps.share, days * self._prices.of("hired_day")
            share, bridging = shares[extra]
            cost += bridging
            if share <= self._target and (best is None or cost < best.cost_eur_per_year):
                best = Way(holders, deputies, hire, pool, share, cost)
                if not hire:
                    break
        return best if best is not below else None

    def _gaps(self, pool: Pool, extra: int, *, hire: bool) -> Gaps:
        bridging = pool.bridging(self._form)
        if hire:
            effectiveness = defaults()["hire_effectiveness"].value or 0.0
            bridging = Bridging(self._prices.of("hired_delay"), effectiveness, self._form)
        return Gaps(pool.system(extra), bridging)
