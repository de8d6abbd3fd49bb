"""The wide tables of the general grant made long: volumes, weights, special payments and results."""

from __future__ import annotations

import re
from pathlib import PurePath

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from benchmarks.pandas_peer.contract import (
    NATIONAL_ROW,
    Aside,
    FaultyFileError,
    Read,
    apply_contract,
    first_row,
    mapped,
    split,
    text_of,
)
from verband.domain.schema import schema


def wide_table(names: set[str]) -> str | None:
    """Return which of the wide tables of the general grant a header belongs to."""
    if {"Naam", "Prov", "inwo", "vast nieuw"} <= names:
        return "grant_volumes"
    if {"Naam", "Prov", "Beschermd wonen", "Participatie"} <= names:
        return "grant_special_payments"
    if {"Codering maatstaf", "Naam maatstaf", "Totaal"} <= names:
        return "grant_weights"
    results = {"Gemeenten", "Bestuur en ondersteuning", "Onroerendezaakbelasting", "Totaal"}
    return "grant_results" if results <= names else None


_WIDE = {
    "grant_volumes": (["CBS", "Naam"], "measure", "volume", ""),
    "grant_special_payments": (["CBS", "Naam"], "payment", "amount_eur", ""),
    "grant_weights": (["Codering maatstaf", "Naam maatstaf"], "cluster", "weight_eur", "total_weight_eur"),
    "grant_results": (["Gemeenten"], "cluster", "amount_eur", "total_eur"),
}


def _edition(name: str) -> tuple[str, int]:
    said = re.search(r"(?<![a-z0-9])([a-z])(\d{4})_(\d{4})(?!\d)", PurePath(name).name, re.IGNORECASE)
    if said is None:
        raise FaultyFileError(f"{name}: the name does not say which circular and year this is")
    return f"{said[1].upper()}{said[2]}", int(said[3])


def _dutch(text: pd.Series) -> pd.Series:
    """Comma for decimals, dot for thousands only, a lone dash is 0."""
    stripped = text.str.strip()
    written = stripped.str.fullmatch(
        r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?|-?[0-9]+(,[0-9]+)?([eE][+-]?[0-9]{1,3})?"
    )
    bare = stripped.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    value = pd.to_numeric(bare.where(written), errors="coerce")
    return value.where(np.isfinite(value)).mask(stripped == "-", 0.0)


def read_wide(table: str, mark: str, name: str, content: bytes) -> Read:
    identity, variable, value, total = _WIDE[table]
    circular, year = _edition(name)
    names = [item.strip() for item in first_row(content.removeprefix(b"\xef\xbb\xbf"), mark)]
    names[0] = names[0] or "(row number)"
    if names.count("CBS") == 2:
        names[names.index("CBS", names.index("CBS") + 1)] = "CBS (again)"
    present = [item for item in identity if item in names]
    apart = {*present, "Prov", "(row number)", "CBS (again)"}
    cells = [item for item in names if item not in apart]
    raw = split(content[content.index(b"\n") + 1 :], mark, name, header=names, text=cells)
    if "CBS (again)" in names and (text_of(raw["CBS"]) != text_of(raw["CBS (again)"])).any():
        raise FaultyFileError(f"{name}: column CBS stands there twice, with different values")
    wide = raw[[*present, *cells]].assign(_row=np.arange(len(raw)))
    long = wide.melt(id_vars=[*present, "_row"], value_vars=cells, var_name=variable, value_name=value)
    codes, texts = pd.factorize(long[value])  # every distinct cell is converted once
    distinct = pd.Series(texts, dtype="str")
    known = (_point if table == "grant_results" else _dutch)(distinct)
    if (known.isna() & (distinct.str.strip() != "")).any():
        raise FaultyFileError(f"{name}: a cell is no number")
    long[value] = known.array.take(codes, allow_fill=True)
    if total:
        is_total = long[variable] == "Totaal"
        totals, long = long.loc[is_total, value].to_numpy(), long[~is_total].reset_index(drop=True)
        sums = long.groupby("_row")[value].sum().to_numpy()
        rounding = 0.005 * (len(cells) + 1)
        if table == "grant_results":
            rounding = rounding + 1e-6 * long[value].abs().groupby(long["_row"]).sum().to_numpy()
        if not (np.abs(sums - totals) <= rounding).all():
            raise FaultyFileError(f"{name}: column 'Totaal' is not the sum of the other columns")
        long["Totaal"] = totals[long["_row"]]
    contract = schema(table)
    ready = {
        variable: long[variable].astype("category"), value: long[value],
        "circular": pd.Series(pd.Categorical([circular]).repeat(len(long))),
        "year": pd.Series(year, index=long.index, dtype="Int64"),
    }  # fmt: skip
    if total:
        ready[total] = long["Totaal"]
    if "CBS" in present:
        ready["code"] = mapped(long["CBS"], lambda text: "GM" + text.strip().zfill(4)).astype("category")
    frame, _ = apply_contract(long, contract, name, ready=ready)
    read = Read({table: frame}, len(raw), f"{circular} {year}")
    if table == "grant_results":
        national = frame["name"] == "Nederland"
        sums = frame[~national].groupby("cluster", observed=True)["amount_eur"].sum()
        gap = (sums - frame[national].set_index("cluster")["amount_eur"].reindex(sums.index)).abs()
        read.remarks.append(f"the row 'Nederland' differs in {int((gap > 0.005 * (len(raw) + 1)).sum())} clusters")
        read.aside.extend((int(row) + 2, NATIONAL_ROW, "Nederland") for row in long.loc[national, "_row"].unique())
        read.tables[table] = frame[~national]
    return read


def _point(text: pd.Series) -> pd.Series:
    value = pd.to_numeric(text.str.strip(), errors="coerce").astype("float64")
    return value.where(np.isfinite(value))


def read_no_results(name: str, content: bytes) -> Read:
    circular, year = _edition(name)
    lines = [line for line in content.decode("utf-8").splitlines()[1:] if line.strip()]
    reason = "a name without figures: the published file holds no results"
    empty = pd.DataFrame({item.name: pd.Series(dtype="str") for item in schema("grant_results").columns})
    aside: list[Aside] = [(row + 2, reason, line) for row, line in enumerate(lines)]
    return Read({"grant_results": empty}, len(lines), f"{circular} {year}", aside)
