"""Gathering what users loaded for claims about own organisations: staff lists (M5) and keys in use (M13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from verband.analysis.evidence.own_comparison import plain
from verband.analysis.evidence.own_keys import OwnKey, OwnKeys
from verband.analysis.evidence.partnership_games import Partnership
from verband.analysis.evidence.result import SetAside
from verband.analysis.evidence.staff_lists import StaffLists
from verband.errors import UnknownNameError
from verband.workspace.arrangements import municipality_code, own_identifier
from verband.workspace.evidence.tables import EvidenceTables

_ROUNDING = 0.01
"""Shares that are written in whole percent can be off by half a percent each."""


def staff_lists(tables: EvidenceTables) -> StaffLists | None:
    """The newest own staff list of every municipality of the latest list; ``None`` where none are loaded.

    A list is what one file holds of one municipality; files with the same newest day count together, and within them
    the newest row of a function. Of municipalities that merged since the newest list counts: one list each.
    """
    if not tables.warehouse.has("own_staff"):
        return None
    rows = tables.warehouse.query("own_staff_rows")
    names = tables.names
    codes: dict[str, str] = {}
    written: dict[str, str] = {}
    aside = []
    for text in rows["municipality"].unique().sort():
        then = municipality_code(names, text)
        try:
            codes[text] = names.resolve(text).code
            written[text] = then or codes[text]
        except UnknownNameError as error:
            # Names that are no municipality at all were told when the file was loaded.
            if then is not None:
                aside.append(SetAside(text, f"no municipality of the latest list: {error.what}"))
    named = rows.filter(pl.col("municipality").is_in(list(codes))).with_columns(
        pl.col("municipality").replace_strict(codes, default=None, return_dtype=pl.String).alias("code"),
        pl.col("municipality").replace_strict(written, default=None, return_dtype=pl.String).alias("then"),
        pl.col("function").str.strip_chars(),
        plain("function").alias("plain"),
    )
    # The newest; of predecessors with lists of one day the longest, so that it does not depend on the order of files.
    place = ["code", "then"]
    by_list = named.group_by(*place, "file").agg(pl.col("as_of").max().alias("day"), pl.col("plain").n_unique())
    newest_files = by_list.filter(pl.col("day") == pl.col("day").max().over(place))
    chosen = (
        newest_files.group_by(*place, "day")
        .agg(pl.col("plain").sum())
        .sort("day", "plain", "then", descending=[True, True, False])
        .unique("code", keep="first", maintain_order=True)
    )
    lists = newest_files.join(chosen, on=place, how="semi")
    people = tables.facts.inhabitants.drop_nulls("inhabitants").sort("year").group_by("code", maintain_order=True)
    newest = (
        named.join(lists, on=[*place, "file"], how="semi")
        .sort("as_of", "holders", "required", "deputies", "function")
        .unique(["code", "plain"], keep="last", maintain_order=True)
        .select("code", "function", "holders", "required", "deputies", "as_of")
        .join(people.agg(pl.col("inhabitants").last()), on="code", how="left")
        .sort("code", "function")
    )
    source = tables.warehouse.source_of("own_staff")
    return StaffLists(newest, source, by_list.height - lists.height, tuple(aside)) if newest.height else None


def keys_in_use(tables: EvidenceTables, partnerships: Sequence[Partnership]) -> OwnKeys:
    """Shares and contributions of own files, of arrangements whose cost at other sizes can be told.

    Parameters
    ----------
    tables
        Of the workspace.
    partnerships
        Arrangements of three to eight municipalities, not compulsory, with tasks whose cost can be told.
    """
    if not tables.warehouse.has("own_arrangements"):
        return OwnKeys()
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    paid: dict[str, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    # Newest first: what an older row says of the same does not count.
    for row in tables.warehouse.query("own_participants").iter_rows(named=True):
        identifier = own_identifier(row["arrangement"])
        code = municipality_code(tables.names, row["participant"]) or row["participant"]
        if row["share"] is not None:
            shares[identifier].setdefault(code, row["share"])
        if row["contribution_eur_per_year"] is not None and row["contribution_year"] is not None:
            paid[identifier][row["contribution_year"]].setdefault(code, row["contribution_eur_per_year"])
    keys, aside = [], []
    for item in partnerships:
        if item.arrangement_id not in shares and item.arrangement_id not in paid:
            continue
        stated, why = _stated(item, shares[item.arrangement_id])
        contributed = _contributed(item, paid[item.arrangement_id])
        if stated or contributed:
            keys.append(OwnKey(item, stated, contributed))
        else:
            aside.append(SetAside(item.arrangement_id, f"{item.name}: {why}"))
    return OwnKeys(tuple(keys), len(shares.keys() | paid.keys()), tuple(aside))


def _stated(item: Partnership, shares: dict[str, float]) -> tuple[tuple[float, ...] | None, str]:
    """Stated shares of all members, and why not."""
    known = [shares[code] for code in item.members if code in shares]
    if len(known) < len(item.members):
        return None, "neither shares of all members nor their contributions of one year are filled in"
    total = sum(known)
    if abs(total - 1) > _ROUNDING:
        return None, f"the shares of its members add up to {total:.1%}, not to 100%"
    return tuple(share / total for share in known), ""


def _contributed(item: Partnership, paid: dict[int, dict[str, float]]) -> tuple[float, ...] | None:
    """Parts of the contributions of the newest year in which those of all members are known."""
    for year in sorted(paid, reverse=True):
        known = [paid[year][code] for code in item.members if code in paid[year]]
        if len(known) == len(item.members) and sum(known) > 0:
            return tuple(amount / sum(known) for amount in known)
    return None
