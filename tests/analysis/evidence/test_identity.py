"""M7: planted effects of unlikeness on shared arrangements are found, and none where none is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import jensenshannon

from verband.analysis.evidence.identity import (
    SHARED,
    effect_on_sharing,
    identity,
    jensen_shannon,
    pairs_of,
)
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.statements import statement

TASKS = ("5.1", "5.3", "6.1")


def country(seed, *, pull=0.0, provinces=8, each=20, status="unknown", boards=30):
    """Municipalities that join the arrangements of their province, those of a like mix of spending more where pulled.

    ``pull`` is how much less likely, on the logit scale, a standard deviation of distance to what an arrangement stands
    for makes a seat.
    """
    rng = np.random.default_rng(seed)
    n = provinces * each
    mix = rng.dirichlet(np.ones(3) * 6, size=n)
    levies = np.exp(rng.normal(0, 0.3, size=n))
    people = np.exp(rng.normal(10.3, 0.7, size=n)).round()
    place = rng.uniform(0, 40_000, size=(n, 2))
    codes = [f"GM{number:04d}" for number in range(n)]
    province = [f"P{number // each}" for number in range(n)]
    municipalities = pl.DataFrame(
        {
            "code": codes,
            "province": province,
            "listed": [True] * n,
            "inhabitants": people,
            "levies_keur": levies * people / 3,
            "tax_capacity": levies,
            "merged": (rng.random(n) < 0.2).tolist(),
            "x_m": place[:, 0],
            "y_m": place[:, 1],
        }
    )
    spending = pl.DataFrame(
        [
            (code, task, 100 * share)
            for code, row in zip(codes, mix, strict=True)
            for task, share in zip(TASKS, row, strict=True)
        ],
        schema=["code", "task", "cost_keur"],
        orient="row",
    )
    seats = []
    far = (
        jensen_shannon(mix) / jensen_shannon(mix).std()
        + np.abs(np.subtract.outer(np.log(levies), np.log(levies))) / np.log(levies).std()
    )
    for number in range(provinces):
        members = np.arange(number * each, (number + 1) * each)
        for board in range(boards):
            founder = rng.choice(members)
            chance = 1 / (1 + np.exp(1 + pull * (far[founder, members] - far.mean())))
            seats += [(codes[m], f"b{number}-{board}", status) for m in members[rng.random(each) < chance]]
    seats += [(code, "safety", "compulsory") for code in codes]
    apart = np.hypot(*(np.subtract.outer(place[:, axis], place[:, axis]) for axis in (0, 1)))
    near = [(codes[a], codes[b]) for a, b in np.argwhere(np.triu(apart < 9_000, 1)) if province[a] == province[b]]
    return {
        "municipalities": municipalities,
        "spending": spending,
        "tasks": TASKS,
        "seats": pl.DataFrame(seats, schema=["code", "arrangement_id", "status"], orient="row"),
        "neighbours": pl.DataFrame(near, schema=["code_a", "code_b"], orient="row"),
    }


def test_jensen_shannon_against_scipy_and_its_bounds():
    shares = np.random.default_rng(1).dirichlet(np.ones(4), size=6)
    shares[0] = [1, 0, 0, 0]
    shares[1] = [0, 1, 0, 0]
    found = jensen_shannon(shares)
    for row in range(6):
        for column in range(6):
            assert found[row, column] == pytest.approx(jensenshannon(shares[row], shares[column], base=2), abs=1e-7)
    assert found[0, 1] == pytest.approx(1)


def test_pairs_by_hand():
    data = country(2, provinces=2, each=3)
    data["municipalities"] = data["municipalities"].with_columns(
        pl.Series("listed", [True] * 5 + [False]), pl.Series("merged", [True, True, False, False, False, False])
    )
    data["spending"] = data["spending"].with_columns(
        pl.when((pl.col("code") == "GM0003") & (pl.col("task") == "5.3"))
        .then(-1.0)
        .otherwise(pl.col("cost_keur"))
        .alias("cost_keur")
    )
    data["seats"] = pl.DataFrame(
        [
            ("GM0000", "x", "voluntary"),
            ("GM0001", "x", "voluntary"),
            ("GM0000", "y", "unknown"),
            ("GM0001", "y", "unknown"),
            ("GM0002", "y", "unknown"),
            ("GM0000", "z", "compulsory"),
            ("GM0001", "z", "compulsory"),
        ],
        schema=["code", "arrangement_id", "status"],
        orient="row",
    )
    data["neighbours"] = pl.DataFrame([("GM0001", "GM0000")], schema=["code_a", "code_b"], orient="row")
    found = pairs_of(**data)
    rows = {(row["a"], row["b"]): row for row in found.rows.iter_rows(named=True)}
    assert set(rows) == {("GM0000", "GM0001"), ("GM0000", "GM0002"), ("GM0001", "GM0002")}, "no pair across provinces"
    first = rows["GM0000", "GM0001"]
    assert (first["known_voluntary"], first["unknown"], first["all"]) == (1, 1, 3)
    assert (first["contact"], first["mergers"], first["both_mergers"]) == (1, 2, 1)
    assert rows["GM0000", "GM0002"]["mergers"] == 1
    assert rows["GM0000", "GM0002"]["contact"] == 0
    place = data["municipalities"].select("x_m", "y_m").to_numpy()
    assert first["ln_distance"] == pytest.approx(np.log(np.linalg.norm(place[0] - place[1])))
    told = {item.code: item.reason for item in found.set_aside}
    assert set(told) == {"GM0003", "GM0005"}
    assert "below zero on task 5.3" in told["GM0003"]
    assert told["GM0005"] == "no list names it"


def test_unlike_municipalities_that_share_less_are_found():
    data = country(3, pull=0.9)
    evidence = judge(statement("M7"), identity(**data, sources=()))
    assert evidence.primary.finding.high < -10
    assert evidence.verdict == "supported"
    shared = {item.name: item for item in evidence.variants}
    assert shared["only those known to be voluntary"].finding is None
    assert "a source calls 0 of " in shared["only those known to be voluntary"].missing
    assert shared["Poisson"].finding.estimate < -10
    assert "not testable" in evidence.primary.finding.note
    assert "no source calls any" in evidence.primary.finding.note


def test_nothing_is_found_where_seats_do_not_go_with_preferences():
    evidence = judge(statement("M7"), identity(**country(4, pull=0.0), sources=()))
    assert evidence.primary.finding.low < 0 < evidence.primary.finding.high
    assert evidence.verdict == "not_supported"


def test_arrangements_that_a_source_calls_voluntary_are_those_that_count():
    data = country(5, pull=0.9, status="voluntary")
    noise = country(6, pull=0.0)["seats"].filter(pl.col("status") == "unknown")
    data["seats"] = pl.concat([data["seats"], noise.with_columns(pl.col("arrangement_id") + "n")])
    found = identity(**data, sources=())
    alone = effect_on_sharing(pairs_of(**data).rows, "known_voluntary")
    assert found.findings[0].estimate == alone.estimate
    both = next(item for item in found.variants if item.name == "status unknown counted as voluntary")
    assert 0 > both.finding.estimate > found.findings[0].estimate, "what is not chosen waters the percentage down"


def test_an_effect_is_in_per_cent_of_the_mean_per_standard_deviation():
    rows = pairs_of(**country(7)).rows
    parts = [(rows[name] - rows[name].mean()) / rows[name].std(ddof=0) for name in ("mix", "levies")]
    distance = (parts[0] + parts[1]) / 2
    distance = (distance - distance.mean()) / distance.std(ddof=0)
    planted = rows.with_columns((10 - 1.5 * distance + 2.0 * pl.col("contact")).alias("made"))
    exact = effect_on_sharing(planted, "made")
    mean = planted["made"].mean()
    assert exact.estimate == pytest.approx(-150 / mean)
    assert effect_on_sharing(planted, "made", component="contact").estimate == pytest.approx(200 / mean)
    many = rows.with_columns((1000 * (0.8**distance)).alias("made"))
    assert effect_on_sharing(many, "made", poisson=True).estimate == pytest.approx(-20)


def test_the_same_bytes_and_any_order_of_rows():
    data = country(8, pull=0.5)
    one = identity(**data, sources=())
    data["seats"] = data["seats"].sample(fraction=1.0, shuffle=True, seed=1)
    data["municipalities"] = data["municipalities"].sample(fraction=1.0, shuffle=True, seed=1)
    assert identity(**data, sources=()) == one


def test_what_cannot_be_told_says_why():
    data = country(9)
    none = identity(**{**data, "seats": data["seats"].clear()}, sources=())
    assert not none.findings
    assert "does not vary" in none.not_found[SHARED]
    nobody = data["municipalities"].with_columns(pl.lit(value=False).alias("listed"))
    unlisted = identity(**{**data, "municipalities": nobody}, sources=())
    assert "no two municipalities" in unlisted.not_found[SHARED]
    assert len(unlisted.set_aside) == data["municipalities"].height
    rows = pairs_of(**data).rows
    with pytest.raises(CannotEstimateError, match="levies does not vary"):
        effect_on_sharing(rows.with_columns(pl.lit(1.0).alias("levies")), "unknown")
    with pytest.raises(CannotEstimateError, match="neighbours"):
        effect_on_sharing(rows.with_columns(pl.lit(0.0).alias("contact")), "unknown", component="contact")


def test_what_one_user_says_of_a_few_arrangements_does_not_say_which_are_voluntary_in_the_country():
    """The break: one arrangement that a user's own file calls voluntary made it the only one that was counted."""
    data = country(1)
    one = data["seats"]["arrangement_id"][0]
    said_so = data["seats"].with_columns(
        pl.when(pl.col("arrangement_id") == one).then(pl.lit("voluntary")).otherwise("status").alias("status")
    )
    before, after = (identity(**{**data, "seats": seats}, sources=()) for seats in (data["seats"], said_so))
    for old, new in zip(before.findings, after.findings, strict=True):
        assert (new.estimate, new.low, new.high) == (old.estimate, old.low, old.high)
        assert "counted are those that the law is not known to compel" in new.note
    most = data["seats"].with_columns(pl.lit("voluntary").alias("status"))
    assert (
        "arrangements that a source calls voluntary" in identity(**{**data, "seats": most}, sources=()).findings[0].note
    )
