"""M11: what position adds is found where it is planted, and nothing where position is useless."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from verband.analysis.evidence.ledger import SAME, judge
from verband.analysis.evidence.statements import statement
from verband.analysis.evidence.switching_connecting import (
    POSITION,
    far_out,
    gain,
    switching_connecting,
    within_province,
)


def country(seed, *, effect=0.0, n=342, years=(2021, 2022, 2023)):
    """Outcomes that go with size and need and, with ``effect``, with betweenness within the province."""
    rng = np.random.default_rng(seed)
    codes = [f"GM{number:04d}" for number in range(n)]
    province = [f"P{number % 12}" for number in range(n)]
    positions = pl.DataFrame(
        {
            "code": codes,
            "province": province,
            "listed": [True] * n,
            # Each province has a list of its own: some name twice as many boards.
            "boards": rng.poisson(8, size=n) * (1.0 + np.arange(n) % 12 % 2),
            "betweenness": rng.gamma(1.0, size=n) * (1.0 + np.arange(n) % 12),
            "constraint": rng.uniform(0.1, 0.4, size=n),
            "congruence": rng.uniform(0, 1, size=n),
        }
    )
    standard = within_province(positions)["betweenness"].to_numpy()
    size, need, driver = rng.normal(10.3, 0.8, size=n), rng.normal(7.2, 0.1, size=n), rng.normal(size=n)
    rows = []
    for year in years:
        cost = 1 - 0.05 * size + 0.8 * need + 0.02 * driver + effect * 0.1 * standard + rng.normal(0, 0.1, size=n)
        balance = 0.02 + 0.005 * (size - 10.3) + effect * 0.03 * standard + rng.normal(0, 0.03, size=n)
        rows.append(
            pl.DataFrame(
                {
                    "code": codes,
                    "year": year,
                    "inhabitants": np.exp(size),
                    "net_cost_eur_per_inhabitant": np.exp(cost),
                    "structural_balance": balance,
                    "need_eur_per_inhabitant": np.exp(need),
                    "driver": driver,
                }
            )
        )
    return {"outcomes": pl.concat(rows), "positions": positions, "drivers": ("driver",), "largest": codes[:4]}


def test_a_position_that_tells_is_found_in_both_outcomes():
    evidence = judge(statement("M11"), switching_connecting(**country(1, effect=0.8), sources=()))
    assert {item.finding.component: item.verdict for item in evidence.components[:2]} == {
        "net_cost": "supported",
        "structural_balance": "supported",
    }
    assert evidence.verdict == "supported"
    # Half of the noise is position: 1 / sqrt(1 + 0.64) is 22% smaller.
    assert evidence.primary.finding.estimate == pytest.approx(100 * (1 - 1 / np.sqrt(1.64)), abs=5)
    assert {item.component for item in evidence.variants} == {"net_cost", "structural_balance"}
    assert {item.missing for item in evidence.variants if item.finding is None} <= {SAME}


def test_a_useless_position_is_not_above_zero():
    found = switching_connecting(**country(2), sources=())
    for item in found.findings[:2]:
        assert item.low < 0
        assert item.estimate < 1
    assert judge(statement("M11"), found).verdict in ("not_supported", "inconclusive")


def test_what_each_list_names_more_or_less_is_no_position():
    """The same positions on a list that names ten times as many boards give the same answer."""
    data = country(3, effect=0.3)
    more = pl.when(pl.col("province") == "P3").then(10 * pl.col("boards") + 5).otherwise(pl.col("boards"))
    other = {**data, "positions": data["positions"].with_columns(more.alias("boards"))}
    one, two = switching_connecting(**data, sources=()), switching_connecting(**other, sources=())
    assert one.findings[0].estimate == pytest.approx(two.findings[0].estimate)


def test_position_within_the_province_by_hand():
    rows = pl.DataFrame(
        {
            "code": list("abcde"),
            "province": ["x", "x", "x", "y", "y"],
            "boards": [1.0, 2.0, 3.0, 7.0, 7.0],
            **{name: [0.0] * 5 for name in POSITION[1:]},
        }
    )
    assert within_province(rows)["boards"].to_list() == [-1, 0, 1, 0, 0]
    assert within_province(rows, ranks=True)["boards"].to_list() == pytest.approx([-1 / 3, 0, 1 / 3, 0, 0])


def test_without_position_or_with_a_balance_far_out_is_set_aside_by_name():
    data = country(4)
    positions = data["positions"].with_columns(
        pl.when(pl.col("code") == "GM0007").then(None).otherwise(pl.col("congruence")).alias("congruence"),
        (pl.col("code") != "GM0008").alias("listed"),
    )
    wrong = (pl.col("code") == "GM0009") & (pl.col("year") == 2023)
    outcomes = data["outcomes"].with_columns(
        pl.when(wrong).then(2.8).otherwise(pl.col("structural_balance")).alias("structural_balance")
    )
    found = switching_connecting(
        **{**data, "positions": positions, "outcomes": outcomes, "drivers": ("driver",)}, sources=()
    )
    told = {item.code: item.reason for item in found.set_aside}
    assert "no congruence" in told["GM0007"]
    assert told["GM0008"] == "no list names it"
    assert "2.80 of income" in told["GM0009"]
    assert found.findings[0].n_observations == 340
    assert found.findings[1].n_observations == 339


def test_outer_fences_by_hand():
    """Tukey (1977): quartiles 2 and 4 give fences at -4 and 10."""
    values = pl.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    assert not far_out(values).any()
    assert far_out(pl.Series([1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 11.0, None])).to_list()[-2:] == [True, None]
    assert far_out(pl.Series([None, None], dtype=pl.Float64)).to_list() == [None, None]


def test_who_lacks_an_outcome_is_named():
    data = country(8)
    gone = (pl.col("code") == "GM0011") & (pl.col("year") == 2023)
    outcomes = data["outcomes"].with_columns(
        pl.when(~gone).then(pl.col("net_cost_eur_per_inhabitant")).alias("net_cost_eur_per_inhabitant"),
        pl.when(pl.col("year") < 2023).then(pl.col("structural_balance")).alias("structural_balance"),
    )
    found = switching_connecting(**{**data, "outcomes": outcomes}, sources=())
    assert [(item.code, item.reason) for item in found.set_aside if "net cost" in item.reason] == [
        ("GM0011", "no net cost of 2023, or not all that is held constant beside it")
    ]
    assert [item.years for item in found.findings] == [(2023,), (2022,), (2023,)]


def test_seeds_and_order_of_rows():
    data = country(5, effect=0.3)
    shuffled = {**data, "outcomes": data["outcomes"].sample(fraction=1.0, shuffle=True, seed=2)}
    assert switching_connecting(**data, sources=()) == switching_connecting(**data, sources=())
    one, other = (switching_connecting(**item, sources=()).findings[0] for item in (data, shuffled))
    assert one.estimate == pytest.approx(other.estimate, abs=1e-9)
    assert switching_connecting(**data, sources=(), seed=2).findings[0].estimate != one.estimate


def test_what_is_not_loaded_is_named():
    data = country(6)
    empty = data["outcomes"].with_columns(pl.lit(None, dtype=pl.Float64).alias("structural_balance"))
    found = switching_connecting(**{**data, "outcomes": empty}, sources=())
    assert found.not_found == {"structural_balance": "no structural balance is loaded"}
    few = data["outcomes"].filter(pl.col("code") < "GM0008")
    found = switching_connecting(**{**data, "outcomes": few}, sources=())
    assert "too few" in found.not_found["net_cost"]
    assert not found.findings


def test_the_years_of_a_finding_are_those_of_its_rows():
    data = country(7)
    rows = data["outcomes"].with_columns(pl.col("inhabitants").log().alias("ln_size"))
    found = gain(rows, "structural_balance", ["ln_size"], ["driver"], component="structural_balance")
    assert found.years == (2021, 2022, 2023)
