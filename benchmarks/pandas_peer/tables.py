"""The delimited tables: which contract a header belongs to, and what is particular to each table."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePath

import ftfy
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
from benchmarks.pandas_peer.grants import read_no_results, read_wide, wide_table
from verband.domain.reference import reference
from verband.domain.schema import Schema, schema

DELIMITERS = (",", ";", "\t")
FIRST_KEPT = "the first is kept"
REPORT = {"report": {"begroting": "budget", "jaarrekening": "accounts"}}
NOT_FILED = "not filed: every amount is 0 in the published table"
NO_BALANCE = "no balance sheet filed: equity and balance total are 0 in the published table"
STATUS = {"status": {"definitief": "final", "voorlopig": "provisional"}}
TRANSLATE: dict[str, dict[str, dict[str, str]]] = {
    **dict.fromkeys(
        ("key_totals", "cost_per_task", "cost_per_main_task_category", "cost_per_main_task", "cost_per_category",
         "reserve_additions_per_category", "staff_cost_per_main_task", "specific_grants_per_main_task",
         "levies_per_category", "other_income_per_category", "reserve_withdrawals_per_category"),
        REPORT,
    ),
    "municipality_list": {}, "inhabitants": {}, "task_titles": {}, "balance_items": {}, "task_accounts": {},
    "financial_ratios": {
        "ratio": {
            "Netto schuldquote": "net_debt_ratio",
            "Netto schuldquote gecorrigeerd voor alle verstrekte leningen": "net_debt_ratio_corrected_for_loans",
            "Solvabiliteitsratio": "solvency_ratio",
            "Grondexploitatie": "land_development_ratio",
            "Structurele exploitatieruimte": "structural_operating_margin",
            "Belastingcapaciteit": "tax_capacity",
        },
        "report_type": {"Rekening": "accounts", "Begroting": "budget", "Meerjarenraming": "estimate"},
    },
    "grant_factor": {}, "municipality_classes": {}, "grant_social_structure": {}, "grant_names": {},
    "boundary_changes": {
        "type": {"samenvoeging": "merger", "splitsing": "split", "naamswijziging": "renaming",
                 "grenscorrectie": "boundary_correction", "voortzetting": "continuation"},
    },
    "arrangement_participants": {}, "treasury_arrangements": {}, "iv3_entities_2016": {}, "environment_services": {},
    "participant_links": {
        "sort": {"gemeente": "municipality", "gemeente_andere_jaren": "earlier_municipality",
                 "gemeente_opgeheven_voor_2010": "dissolved", "waterschap": "water_board", "provincie": "province",
                 "buitenland": "foreign", "overig": "other", "onduidelijk": "unclear"},
        "link_method": {"naam": "name", "handmatig": "manual"},
    },
    "staff_2014": {},
    "staff_2014_links": {
        "sort": {"gemeente": "municipality", "overig": "other", "provincie": "province", "waterschap": "water_board",
                 "rijk_of_politie": "state_or_police"},
    },
    "staff_monitor": {}, "sick_leave_2013": {}, "bbv_indicators": {},
    "collective_pay": {"status": {"bevestigd": "confirmed", "unverified": "unverified",
                                  "onderhandelingsresultaat": "negotiated"}},
    "council_seat_rule": {}, "council_members_national": {},
    "neighbours": {"contact": {"grens": "border", "punt": "point", "nabij": "near"}}, "centroids": {},
    "arrangement_totals_by_task": STATUS, "arrangement_totals_balance": STATUS, "arrangement_totals_by_function": {},
    "research_outcomes": {}, "consumer_prices": {},
    "cbs_tables": {
        "layer": {"gemeenten": "municipalities", "provincies": "provinces", "waterschappen": "water_boards",
                  "gemeenschappelijke_regelingen": "arrangements"},
        "status": {"bevestigd": "confirmed", "afgeleid": "derived", "onbekend": "unknown"},
    },
}  # fmt: skip
"""Tables that are recognised by their header, with the words to translate."""

Reader = Callable[[str, bytes], Read]


@functools.cache
def _contracts() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((name, frozenset(schema(name).published)) for name in TRANSLATE)


def recognise(head: bytes) -> Reader | None:  # noqa: PLR0911  one way out per kind of table
    """Return the reader for a delimited file by the first 64 kB of its content, ``None`` for any other file."""
    content = head.removeprefix(b"\xef\xbb\xbf")
    if not content.strip() or b"\0" in content or content.lstrip()[:1] in b"{[<":
        return None
    headers = {mark: [name.strip() for name in first_row(content, mark)] for mark in DELIMITERS}
    for mark, names in headers.items():
        if wide := wide_table(set(names)):
            return functools.partial(read_wide, wide, mark)
    if 3 <= len(headers[";"]) <= 5 and headers[";"][:2] == ["Gemeente", "CBS"]:
        return _read_region
    lines = content.decode("utf-8", errors="replace").splitlines()
    if lines[0].strip() == '""' and not any(mark in content for mark in (b",", b";", b"\t")):
        return read_no_results
    if len(lines) >= 5 and all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", line) for line in lines[:-1]):
        return _read_websites
    for mark, names in headers.items():
        present = set(names)
        fitting = [(len(columns), name) for name, columns in _contracts() if columns <= present]
        if fitting:
            best = max(size for size, _ in fitting)
            tables = [name for size, name in fitting if size == best]
            table = tables[0] if len(tables) == 1 else _by_category(tables, lines, names, mark)
            return functools.partial(_read_table, table, mark)
    return None


def _by_category(tables: list[str], lines: list[str], names: list[str], mark: str) -> str:
    """Two tables have one header; reserve mutations stand almost wholly on category 7."""
    category, amount = names.index("hoofdcategorie"), len(names) - 1
    total = reserves = 0.0
    for line in lines[1:-1]:
        cells = line.split(mark)
        size = abs(float(cells[amount] or 0))
        total += size
        reserves += size if cells[category] == "7" else 0.0
    is_reserves = bool(total) and reserves / total > 0.9
    return next(table for table in tables if table.startswith("reserve") == is_reserves)


def _read_table(table: str, mark: str, name: str, content: bytes) -> Read:
    contract = schema(table)
    exact = {"Aantal FTE Totaal", "fte_bron", "jaar", "begroting", "waarde"}
    numbers = [item.published for item in contract.columns if item.type == "number" and item.published not in exact]
    raw = split(content, mark, name, numbers=numbers)
    ready, rows = BEFORE[table](raw, name) if table in BEFORE else ({}, raw)
    frame, repeated = apply_contract(rows, contract, name, translate=TRANSLATE[table], ready=ready)
    read = Read({table: frame}, len(raw))
    read.aside = [(int(row) + 2, "repeats an earlier row", None) for row in np.flatnonzero(repeated)]
    if table in AFTER:
        AFTER[table](read, contract, name)
    if table == "arrangement_participants":
        read.aside.extend(raw.attrs["aside"])
    return read


def _blank_unfiled(read: Read, contract: Schema, _name: str) -> None:
    frame = read.tables[contract.name]
    amounts = [name for name in contract.names if name.endswith("_keur")]
    size = frame[amounts].abs().sum(axis=1)
    total = size.groupby([frame["code"], frame["year"], frame["report"]], observed=True, sort=False).transform("sum")
    unfiled = total == 0
    if unfiled.any():
        read.tables[contract.name] = frame.assign(**{name: frame[name].mask(unfiled) for name in amounts})
        reports = frame.loc[unfiled, ["code", "year", "report"]].drop_duplicates()
        read.remarks.append(f"{len(reports)} reports hold only zeros and were read as missing")


def _key_totals(read: Read, contract: Schema, _name: str) -> None:
    frame = read.tables[contract.name]
    amounts = [name for name in contract.names if name.endswith("_keur")]
    balance = ["equity_keur", "balance_total_keur"]
    unfiled = frame["cost_keur"].fillna(0) == 0
    no_balance = (frame["report"] == "budget") | (frame[balance].fillna(0) == 0).all(axis=1)
    missing = pd.Series(index=frame.index, dtype="str")
    missing = missing.mask((frame["report"] == "accounts") & no_balance, NO_BALANCE).mask(unfiled, NOT_FILED)
    frame = frame.assign(missing=missing)
    frame.loc[no_balance, balance] = np.nan
    frame.loc[unfiled, amounts] = np.nan
    read.tables[contract.name] = frame
    read.remarks.append(f"{int(unfiled.sum())} reports hold only zeros and were read as missing")


def _task_accounts_before(raw: pd.DataFrame, name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    codes = pd.Series(raw["Taakveld"].cat.categories).astype("str")
    task = codes.str.extract(r"^\s*([0-9]\.[0-9]{1,3}[a-z]?)(?:\s|$)")[0].fillna(codes)
    values = pd.Series(raw["Taakveld"].map(dict(zip(codes, task, strict=True))), index=raw.index).astype("category")
    said = re.search(r"(20\d\d)[_ -]?(begroting|jaarrekening)", PurePath(name).name)
    if said is None:
        raise FaultyFileError(f"{name}: the name does not say which year and report this is")
    year = pd.Series(int(said[1]), index=raw.index, dtype="Int64")
    report = pd.Series(pd.Categorical([REPORT["report"][said[2]]]).repeat(len(raw)), index=raw.index)
    return {"task": values, "year": year, "report": report}, raw


def _task_accounts(read: Read, contract: Schema, _name: str) -> None:
    frame = read.tables[contract.name]
    amounts = ["wages_keur", "income_keur", "cost_keur"]
    national = frame["name"] == "Nederland"
    rows = frame[~national]
    sums = rows.groupby("task_published", observed=True)[amounts].sum()
    published = frame[national].set_index("task_published")[amounts].fillna(0)
    for amount in amounts:
        gap = (sums[amount] - published[amount].reindex(sums.index).fillna(0)).abs() > 1e-6
        read.remarks.append(f"the row 'Nederland' differs for {amount} on {int(gap.sum())} tasks")
    unfiled = rows[amounts].abs().sum(axis=1).groupby(rows["name"], observed=True).transform("sum") == 0
    rows = rows.assign(missing=pd.Series(index=rows.index, dtype="str").mask(
        unfiled, "not filed: every amount of the municipality is 0 or empty in the published table"))  # fmt: skip
    rows.loc[unfiled, amounts] = np.nan
    read.tables[contract.name] = rows
    read.aside.extend((int(line) + 2, NATIONAL_ROW, "Nederland") for line in frame.index[national])
    read.scope = f"{rows['year'].iloc[0]} {rows['report'].iloc[0]}"


def _ratios_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    shifts = {int(row["budget_year"]): int(row["shift_years"]) for row in reference("financial_ratio_shifts")}
    vintage = pd.to_numeric(text_of(raw["begroting"]), errors="coerce")
    shift = vintage.map(shifts).fillna(0)
    text = text_of(raw["waarde"]).str.strip()
    missing = pd.Series(index=raw.index, dtype="str")
    missing = missing.mask(text == "A", "published as 'A', which is no number")
    missing = missing.mask(raw["waarde"].isna() | (text == ""), "empty in the published file")
    kind = pd.Series(np.where(shift != 0, "derived", "measured"), index=raw.index).astype("category")
    value = text.where(missing.isna())
    number = pd.to_numeric(value, errors="coerce")
    if (number.isna() & value.notna()).any():
        raise FaultyFileError("waarde: no number")
    ready = {
        "year": (pd.to_numeric(text_of(raw["jaar"]), errors="coerce") + shift).astype("Int64"),
        "shifted": (shift != 0).astype("boolean"), "kind": kind, "missing": missing, "value": number,
    }  # fmt: skip
    return ready, raw


def _ratios(read: Read, contract: Schema, _name: str) -> None:
    frame = read.tables[contract.name]
    given = frame["value"].notna()
    zero = (frame["value"].fillna(0) == 0).groupby([frame["code"], frame["budget_year"], frame["year"]], observed=True)
    reasons = [(zero.transform("all") & given, "every published ratio of this municipality, budget year and year is 0")]
    for row in reference("financial_ratio_doubts"):
        applies = given.copy()
        if row["budget_year"]:
            applies &= frame["budget_year"] == int(row["budget_year"])
        if row["ratio"]:
            applies &= frame["ratio"] == row["ratio"]
        if row["low"]:
            applies &= ~frame["value"].between(float(row["low"]), float(row["high"]))
        reasons.append((applies, row["doubt"]))
    doubt = pd.Series(index=frame.index, dtype="str")
    for applies, words in reversed(reasons):
        doubt = doubt.mask(applies.astype("bool"), words)
    read.tables[contract.name] = frame.assign(doubt=doubt)


def _repair(name: str) -> str:
    return " ".join(ftfy.fix_encoding(name).split())


def _arrangement_id(name: str) -> str:
    letters = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})
    plain = (
        unicodedata.normalize("NFKD", _repair(name).casefold().translate(letters)).encode("ascii", "ignore").decode()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _supplier(name: str) -> str:
    repaired = _repair(name)
    for row in reference("list_name_repairs"):
        if (row["table"], row["column"], row["published"]) == ("arrangement_participants", "supplier", repaired):
            repaired = row["repaired"]
    return repaired.removeprefix("Provincie ")


def _participants_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    who, what, by = "Deelnemer", "Gemeenschappelijke regeling", "Provincie"
    as_of = next(row["as_of"] for row in reference("arrangement_list_vintages"))
    damage = [mapped(raw[name], lambda text: ftfy.fix_encoding(text) != text) for name in (who, what)]
    frame = pd.DataFrame({
        "participant_published": raw[who], "participant": mapped(raw[who], _repair),
        "arrangement_published": raw[what], "arrangement": mapped(raw[what], _repair),
        "arrangement_id": mapped(raw[what], _arrangement_id), "postcode": mapped(raw["Postcode"], _repair),
        "place": mapped(raw["Plaats"], str.strip), "supplier_published": raw[by],
        "supplier": mapped(raw[by], _supplier),
        "repaired": (damage[0] | damage[1]).astype("boolean"),
        "supplier_repaired": mapped(
            raw[by], lambda text: _supplier(text) != " ".join(text.split()).removeprefix("Provincie ")
        ).astype("boolean"),
    })  # fmt: skip
    frame["as_of"] = pd.Series(pd.Timestamp(as_of), index=frame.index).astype("datetime64[s]")
    frame["postcode_doubtful"] = (
        frame.groupby("arrangement_id")["postcode"].transform("nunique").gt(1).astype("boolean")
    )
    key, published = ["participant", "arrangement_id"], ["postcode", "place", "supplier_published"]
    published += ["participant_published", "arrangement_published"]
    later, whole = frame.duplicated(subset=key), frame.duplicated(subset=published)
    first = frame[~later].set_index(key)["supplier"]
    aside = []
    for row in frame[later].itertuples():
        reason = f"participant and arrangement already listed, with another address; {FIRST_KEPT}"
        if row.supplier != first[(row.participant, row.arrangement_id)]:
            reason = f"participant and arrangement already listed, by another supplier; {FIRST_KEPT}"
        elif whole[row.Index]:
            reason = "repeats an earlier row"
        aside.append((int(row.Index) + 2, reason, None))
    raw.attrs["aside"] = aside
    kept = frame[~later]
    ready = {
        name: kept[name].astype("category") if kept[name].dtype in ("object", "str") else kept[name]
        for name in kept.columns
    }
    return ready, raw[~later]


def _entities_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    patterns = [(re.compile(row["pattern"]), row["kind_of_body"]) for row in reversed(reference("iv3_entity_kinds"))]
    kind = mapped(raw["cbsId"], lambda code: next((word for one, word in patterns if one.fullmatch(code)), "unknown"))
    return {"kind_of_body": kind.astype("category")}, raw


def _boundaries_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    verified = text_of(raw["geverifieerd"]).fillna("").str.lower()
    return {"unverified": verified.str.contains("unverified", regex=False).astype("boolean")}, raw


def _boundaries(read: Read, contract: Schema, name: str) -> None:
    frame = read.tables[contract.name]
    parts = frame[frame["type"] != "boundary_correction"].groupby(["effective_date", "old_code"], observed=True)[
        "share"
    ]
    total, unknown = parts.sum(), parts.apply(lambda share: share.isna().any())
    if ((total > 1.005) | (~unknown & (total < 0.995))).any():
        raise FaultyFileError(f"{name}: shares of an old municipality do not add up to 1")


def _fte(published: pd.Series) -> pd.Series:
    text = text_of(published).str.strip()
    last = text.str.extract(r"\.([0-9]{1,3})$")[0]
    whole = text.str.replace(r"\.[0-9]{1,3}$", "", regex=True).str.replace(".", "", regex=False)
    digits = text.where(last.isna(), whole + last.fillna("").str.pad(3, side="right", fillchar="0"))
    return pd.to_numeric(digits, errors="coerce")


def _mac_name(text: str) -> str:
    for _ in range(3):
        if "√" not in text and "‚" not in text:
            break
        try:
            text = text.encode("mac_roman").decode("utf-8")
        except UnicodeError:
            break
    return text


def _staff_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    dotted = text_of(raw["Aantal FTE Totaal"]).str.contains(".", regex=False).astype("boolean")
    return {"fte": _fte(raw["Aantal FTE Totaal"]), "repaired": dotted}, raw


def _staff(read: Read, contract: Schema, _name: str) -> None:
    frame = read.tables[contract.name]
    mended = {name: mapped(frame[name], _mac_name).astype("category") for name in ("organisation", "place")}
    read.tables[contract.name] = frame.assign(**mended)


def _links_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    return {"participant_published": raw["deelnemer_bron"]}, raw


def _outcomes_before(raw: pd.DataFrame, _name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    text = text_of(raw["waarde"]).str.strip()
    plain = text.str.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]+)?").fillna(value=False).astype("bool")
    return {"value_number": pd.to_numeric(text.where(plain), errors="coerce")}, raw


def _classes_before(raw: pd.DataFrame, name: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    said = set(re.findall(r"(?<!\d)(20\d\d)(?!\d)", PurePath(name).name))
    if len(said) != 1:
        raise FaultyFileError(f"{name}: the name does not say the year")
    return {"year": pd.Series(int(said.pop()), index=raw.index, dtype="Int64")}, raw


def _classes(read: Read, contract: Schema, _name: str) -> None:
    read.scope = str(read.tables[contract.name]["year"].iloc[0])


def _seats(read: Read, contract: Schema, name: str) -> None:
    rule = read.tables[contract.name].sort_values("inhabitants_from")
    joins = rule["inhabitants_from"].iloc[1:].to_numpy() == rule["inhabitants_to"].iloc[:-1].to_numpy() + 1
    if not bool(joins.all()) or rule["inhabitants_from"].iloc[0] != 0 or rule["inhabitants_to"].iloc[-1] is not pd.NA:
        raise FaultyFileError(f"{name}: the size classes do not join")


BEFORE: dict[str, Callable[[pd.DataFrame, str], tuple[dict[str, pd.Series], pd.DataFrame]]] = {
    "task_accounts": _task_accounts_before, "financial_ratios": _ratios_before,
    "arrangement_participants": _participants_before, "iv3_entities_2016": _entities_before,
    "boundary_changes": _boundaries_before, "staff_2014": _staff_before,
    "participant_links": _links_before, "research_outcomes": _outcomes_before,
    "municipality_classes": _classes_before,
}  # fmt: skip
AFTER: dict[str, Callable[[Read, Schema, str], None]] = {
    **dict.fromkeys(
        ("cost_per_task", "cost_per_main_task_category", "cost_per_main_task", "staff_cost_per_main_task"),
        _blank_unfiled,
    ),
    "key_totals": _key_totals, "task_accounts": _task_accounts, "financial_ratios": _ratios,
    "boundary_changes": _boundaries, "staff_2014": _staff, "staff_2014_links": _staff,
    "municipality_classes": _classes, "council_seat_rule": _seats,
}  # fmt: skip


def _read_websites(name: str, content: bytes) -> Read:
    raw = split(content, ",", name, header=["website"])
    frame, repeated = apply_contract(raw, schema("arrangement_websites"), name, ready={"website": raw["website"]})
    aside: list[Aside] = [(int(row) + 1, "repeats an earlier row", None) for row in np.flatnonzero(repeated)]
    return Read({"arrangement_websites": frame}, len(raw), aside=aside)


def _read_region(name: str, content: bytes) -> Read:
    raw = split(content, ";", name)
    division = raw.columns[2]
    if (*raw.columns[:2], *raw.columns[3:]) != ("Gemeente", "CBS", "Inwoneraantal van regio"):
        raise FaultyFileError(f"{name}: not the columns of a regional division")
    plain = unicodedata.normalize("NFKD", division).encode("ascii", "ignore").decode().lower()
    other = "other_" + re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    known = {row["header_published"]: row["region_type"] for row in reference("region_types")}
    kind = known.get(division, other)
    count = pd.to_numeric(text_of(raw["Inwoneraantal van regio"]), errors="coerce")
    ready = {
        "region_type": pd.Series(pd.Categorical([kind]).repeat(len(raw))),
        "code": mapped(raw["CBS"], lambda text: "GM" + text.strip()).astype("category"),
        "region": mapped(raw[division], str.strip).astype("category"),
        "region_inhabitants": count.mask(count == 0).astype("Int64"),
    }
    frame, _ = apply_contract(raw, schema("region_membership"), name, ready=ready)
    if (frame.groupby("region", observed=True)["region_inhabitants"].nunique() > 1).any():
        raise FaultyFileError(f"{name}: a region has several numbers of inhabitants")
    marks = [row for row in reference("municipality_list_markers") if row["code"] in set(frame["code"])]
    first = max((int(row["first_list"]) for row in marks if row["first_list"]), default=None)
    last = min((int(row["last_list"]) for row in marks if row["last_list"]), default=None)
    year = first if first is not None and first == last else pd.NA
    frame = frame.assign(list_year=pd.Series(year, index=frame.index, dtype="Int64"))
    return Read({"region_membership": frame}, len(raw), kind)
