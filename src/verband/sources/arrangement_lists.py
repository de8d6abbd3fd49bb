"""Lists of inter-municipal arrangements, their participants and documents, collected in 2015 and 2016.

The provinces supplied the main list, each in its own way: it is not complete, names are damaged in places
(UTF-8 read as Windows-1252), and it carries no date; the date taken for it stands in
``arrangement_list_vintages``. A name is repaired only where ftfy finds such damage, and the row says so.
An arrangement is identified by its repaired name without capitals, accents and signs, so that two suppliers of
one arrangement name the same thing; no other likeness of names is used.
Source: Open State Foundation, openstate/datasets (opengr, dsta); CBS, Iv3 dimension tables.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Callable, Sequence

import ftfy
import polars as pl

from verband.domain.reference import reference
from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.files import Head, SourceFile
from verband.sources.formats import Format, delimiter_of, table_format
from verband.sources.json_files import load_json
from verband.sources.json_records import record_lines, texts
from verband.sources.reading import Reading, ReadingReport, SetAside
from verband.sources.tabular import LINE, apply_schema, read_raw

SOURCE = "arrangement_lists"
PARTICIPANTS = "arrangement_participants"
OTHER_SUPPLIER = "participant and arrangement already listed, by another supplier; the first is kept"
OTHER_ADDRESS = "participant and arrangement already listed, with another address; the first is kept"
SAME_ROW = "repeats an earlier row"
_PARTICIPANT, _ARRANGEMENT, _SUPPLIER = "Deelnemer", "Gemeenschappelijke regeling", "Provincie"
_LETTERS_WITHOUT_ACCENT = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})

SORTS = {
    "gemeente": "municipality",
    "gemeente_andere_jaren": "earlier_municipality",
    "gemeente_opgeheven_voor_2010": "dissolved",
    "waterschap": "water_board",
    "provincie": "province",
    "buitenland": "foreign",
    "overig": "other",
    "onduidelijk": "unclear",
}
LINK_METHODS = {"naam": "name", "handmatig": "manual"}


def repair(name: str) -> str:
    """Undo text that was decoded with the wrong encoding, and outer and repeated spaces; touch nothing else.

    Only ftfy's repair of encodings is used: its other corrections (quotes, ligatures) would change names that
    are as their owner writes them.
    """
    return " ".join(ftfy.fix_encoding(name).split())


def damaged(name: str) -> bool:
    """Whether a name holds text that was decoded with the wrong encoding."""
    return ftfy.fix_encoding(name) != name


def arrangement_id(name: str) -> str:
    """Return the stable identifier of an arrangement by its name.

    The repaired name in small letters, accents removed, every run of other signs one hyphen:
    ``"Coöperatie Gastvrij (CG) "`` is ``"cooperatie-gastvrij-cg"``. Empty where the name holds no letter or digit.
    """
    small = repair(name).casefold().translate(_LETTERS_WITHOUT_ACCENT)
    plain = unicodedata.normalize("NFKD", small).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _mapped(frame: pl.DataFrame, column: str, function: Callable[[str], str | bool], dtype: pl.DataType) -> pl.Expr:
    """Apply a function to every different value of a text column; null stays null."""
    known = {value: function(value) for value in frame[column].drop_nulls().unique().to_list()}
    if not known:
        return pl.lit(None, dtype=dtype).alias(column)
    return pl.col(column).replace_strict(known, default=None, return_dtype=dtype)


def _supplier(name: str) -> str:
    repaired = repair(name)
    for row in reference("list_name_repairs"):
        if (row["table"], row["column"], row["published"]) == (PARTICIPANTS, "supplier", repaired):
            repaired = row["repaired"]
    return repaired.removeprefix("Provincie ")


def _supplier_repaired(name: str) -> bool:
    return _supplier(name) != " ".join(name.split()).removeprefix("Provincie ")


def _as_of() -> datetime.date:
    row = next(row for row in reference("arrangement_list_vintages") if row["list"] == PARTICIPANTS)
    return datetime.date.fromisoformat(row["as_of"])


def _with_repairs(raw: pl.DataFrame) -> pl.DataFrame:
    text, truth = pl.String(), pl.Boolean()
    frame = raw.with_columns(
        _mapped(raw, _PARTICIPANT, repair, text).alias("participant"),
        _mapped(raw, _ARRANGEMENT, repair, text).alias("arrangement"),
        _mapped(raw, _ARRANGEMENT, arrangement_id, text).alias("arrangement_id"),
        _mapped(raw, _SUPPLIER, _supplier, text).alias("supplier"),
        _mapped(raw, _SUPPLIER, _supplier_repaired, truth).fill_null(value=False).alias("supplier_repaired"),
        pl.any_horizontal(
            _mapped(raw, name, damaged, truth).fill_null(value=False) for name in (_PARTICIPANT, _ARRANGEMENT)
        ).alias("repaired"),
        _mapped(raw, "Postcode", repair, text),
        pl.lit(_as_of()).alias("as_of"),
    )
    several = pl.col("Postcode").drop_nulls().n_unique().over("arrangement_id") > 1
    return frame.with_columns(several.alias("postcode_doubtful"))


def _duplicates(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[SetAside]]:
    """Keep the first row per participant and arrangement; say of the others how they differ."""
    key = ["participant", "arrangement_id"]
    whole = pl.all_horizontal(pl.col(key).is_not_null())
    later = ~pl.struct(key).is_first_distinct() & whole
    published = [_PARTICIPANT, _ARRANGEMENT, "Postcode", "Plaats", _SUPPLIER]
    first = frame.filter(~later).select(*key, *(pl.col(name).alias(f"{name}:first") for name in published))
    aside = []
    repeated = frame.filter(later).join(first, on=key, how="left", maintain_order="left")
    for row in repeated.iter_rows(named=True):
        if row["supplier"] != _supplier(row[f"{_SUPPLIER}:first"] or ""):
            reason = OTHER_SUPPLIER
        else:
            reason = SAME_ROW if all(row[name] == row[f"{name}:first"] for name in published) else OTHER_ADDRESS
        aside.append(SetAside(row[LINE], reason, " | ".join(str(row[name] or "") for name in published)[:200]))
    return frame.filter(~later), aside


def _participant_remarks(frame: pl.DataFrame) -> tuple[str, ...]:
    remarks = [f"the list carries no date and is taken as that of {_as_of()}; provinces answered differently"]
    if count := frame.filter("repaired").height:
        remarks.append(f"{count} rows have a name whose encoding was repaired")
    if count := frame.filter("supplier_repaired").height:
        remarks.append(f"{count} rows have a supplier whose name was repaired")
    if count := frame.filter("postcode_doubtful")["arrangement_id"].n_unique():
        remarks.append(
            f"{count} arrangements are listed under several postcodes, in part counting up by one per row as a "
            "spreadsheet does; their postcodes are marked doubtful"
        )
    several = frame.group_by("arrangement_id").agg(pl.col("supplier").n_unique()).filter(pl.col("supplier") > 1).height
    if several:
        remarks.append(f"{several} arrangements are listed by two suppliers and have one identifier")
    return tuple(remarks)


def _participants(
    raw: pl.DataFrame, rows_read: int, aside: Sequence[SetAside], file: SourceFile, *, strict: bool
) -> Reading:
    single, repeated = _duplicates(_with_repairs(raw))
    as_published = {"participant_published": pl.col(_PARTICIPANT), "arrangement_published": pl.col(_ARRANGEMENT)}
    typed = apply_schema(single, schema(PARTICIPANTS), where=file.name, strict=strict, converters=as_published)
    report = ReadingReport(
        rows_read,
        typed.frame.height,
        (*aside, *repeated, *typed.set_aside),
        _participant_remarks(typed.frame),
    )
    return Reading({PARTICIPANTS: typed.frame.drop(LINE)}, report)


def _read_participants_csv(file: SourceFile, strict: bool) -> Reading:
    published = schema(PARTICIPANTS).published
    raw = read_raw(file, delimiter=delimiter_of(file.head, published) or ",", strict=strict)
    return _participants(raw.frame, raw.rows_read, raw.set_aside, file, strict=strict)


def _json_frame(records: Sequence[object], lines: Sequence[int], names: Sequence[str], where: str) -> pl.DataFrame:
    rows = [texts(record, tuple(names), f"{where}, line {line}") for record, line in zip(records, lines, strict=True)]
    columns = {name: pl.Series(name, [row[name] or None for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame({**columns, LINE: pl.Series(LINE, lines, dtype=pl.Int64)})


def _read_participants_json(file: SourceFile, strict: bool) -> Reading:
    records = load_json(file)
    if not isinstance(records, list):
        raise BadInputError("a list of rows was expected", where=file.name, todo="Fetch the file again as published")
    frame = _json_frame(records, record_lines(file, len(records)), schema(PARTICIPANTS).published, file.name)
    return _participants(frame, frame.height, (), file, strict=strict)


def _recognise_participants_json(head: Head) -> bool:
    return (
        head.kind == "json"
        and head.text.lstrip().startswith("[")
        and all(f'"{name}"' in head.text for name in (_PARTICIPANT, _ARRANGEMENT))
    )


def _read_documents(file: SourceFile, strict: bool) -> Reading:
    table = "arrangement_documents"
    index = load_json(file)
    records = index.get("documents") if isinstance(index, dict) else None
    if not isinstance(records, list):
        raise BadInputError("the index holds no list of documents", where=file.name, todo="Fetch the file again")
    frame = _json_frame(records, range(1, len(records) + 1), schema(table).published, file.name)
    created = pl.col("created_at").str.to_datetime("%a, %d %b %Y %H:%M:%S %z", strict=False).dt.date()
    typed = apply_schema(frame, schema(table), where=file.name, strict=strict, converters={"created": created})
    remarks = ["the links date from 2016 and may no longer work"]
    total = index.get("total") if isinstance(index, dict) else None
    if isinstance(total, int) and total != len(records):
        remarks.append(f"the index says it holds {total} documents; {len(records)} are in it")
    report = ReadingReport(frame.height, typed.frame.height, typed.set_aside, tuple(remarks))
    return Reading({table: typed.frame.drop(LINE)}, report)


def _recognise_documents(head: Head) -> bool:
    return head.kind == "json" and all(
        name in head.text for name in ('"documents"', '"canonical_url"', '"created_at"', '"file_hash"')
    )


def _read_data_package(file: SourceFile, strict: bool) -> Reading:
    table = "data_packages"
    package = load_json(file)
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(package, dict) or not isinstance(resources, list):
        raise BadInputError("the description names no resources", where=file.name, todo="Fetch the file again")
    named = texts(package, schema(table).published, file.name)
    first = texts(resources[0], ("name",), file.name)["name"] if resources else None
    frame = pl.DataFrame(
        {name: pl.Series(name, [value], dtype=pl.String) for name, value in named.items()}
    ).with_columns(
        pl.lit(first or "none", dtype=pl.String).alias("first_resource"),
        pl.lit(len(resources), dtype=pl.Int64).alias("resources"),
        pl.lit(json.dumps(package, ensure_ascii=False, sort_keys=True)).alias("document"),
        pl.lit(1, dtype=pl.Int64).alias(LINE),
    )
    typed = apply_schema(frame, schema(table), where=file.name, strict=strict)
    report = ReadingReport(1, typed.frame.height, typed.set_aside)
    return Reading({table: typed.frame.drop(LINE)}, report, scope=f"{named['name']}: {first or 'none'}")


def _recognise_data_package(head: Head) -> bool:
    return (
        head.kind == "json"
        and head.text.lstrip().startswith("{")
        and all(name in head.text for name in ('"resources"', '"path"', '"mediatype"'))
        and not _recognise_documents(head)
    )


_WEBSITE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_ENOUGH_WEBSITES = 5


def _recognise_websites(head: Head) -> bool:
    """A list of nothing but web addresses; the last line of the head may be cut off."""
    lines = head.text.splitlines()
    whole = lines[:-1] if not head.text.endswith(("\n", "\r")) else lines
    return head.kind == "table" and len(whole) >= _ENOUGH_WEBSITES and all(_WEBSITE.fullmatch(line) for line in whole)


def _read_websites(file: SourceFile, strict: bool) -> Reading:
    table = "arrangement_websites"
    raw = read_raw(file, delimiter=",", strict=strict, header=("website",))
    typed = apply_schema(raw.frame, schema(table), where=file.name, strict=strict)
    report = ReadingReport(
        raw.rows_read,
        typed.frame.height,
        (*raw.set_aside, *typed.set_aside),
        ("the list does not say which arrangement a web address belongs to",),
    )
    return Reading({table: typed.frame.drop(LINE)}, report)


def _kind_of_body() -> pl.Expr:
    kind = pl.lit("unknown")
    for row in reference("iv3_entity_kinds"):
        kind = (
            pl.when(pl.col("cbsId").str.contains(f"^(?:{row['pattern']})$"))
            .then(pl.lit(row["kind_of_body"]))
            .otherwise(kind)
        )
    return kind


def _finish_entities(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    unknown = frame.filter(pl.col("kind_of_body") == "unknown")["code"].to_list()
    words = f"codes of an unknown form: {', '.join(unknown[:10])}"
    return frame, (), (words,) if unknown else ()


def _finish_links(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]:
    unclear = frame.filter(pl.col("sort") == "unclear").height
    remarks = [f"{unclear} names cannot be told and have no code"] if unclear else []
    if early := frame.filter(pl.col("sort") == "earlier_municipality").height:
        remarks.append(f"{early} names are of municipalities found in an earlier list only")
    return frame, (), remarks


_BY_HEADER = table_format(PARTICIPANTS, source=SOURCE)
FORMATS: tuple[Format, ...] = (
    Format(_BY_HEADER.name, SOURCE, (PARTICIPANTS,), _BY_HEADER.recognise, _read_participants_csv, _BY_HEADER.header),
    Format(f"{_BY_HEADER.name} (JSON)", SOURCE, (PARTICIPANTS,), _recognise_participants_json, _read_participants_json),
    table_format(
        "participant_links",
        source=SOURCE,
        translate={"sort": SORTS},
        converters={
            "participant_published": pl.col("deelnemer_bron"),
            "link_method": pl.col("koppeling").str.strip_chars().replace(LINK_METHODS),
        },
        finish=_finish_links,
    ),
    Format("Index of arrangement documents", SOURCE, ("arrangement_documents",), _recognise_documents, _read_documents),
    table_format("treasury_arrangements", source=SOURCE),
    table_format(
        "iv3_entities_2016", source=SOURCE, converters={"kind_of_body": _kind_of_body()}, finish=_finish_entities
    ),
    table_format("environment_services", source=SOURCE),
    Format("Web addresses of arrangements", SOURCE, ("arrangement_websites",), _recognise_websites, _read_websites),
    Format("Data package description", SOURCE, ("data_packages",), _recognise_data_package, _read_data_package),
)
