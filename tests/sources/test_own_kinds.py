"""Which own file a header is of: no kind is taken for another, prices and quality keep their contract."""

import random
from itertools import combinations

import pytest
from reading_checks import read, store

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources.own_files import KINDS, _best
from verband.sources.own_sheets import rows_of_text

PRICES = "gemeente;inkoop;eenheid;jaar;volume;prijs_eur_per_eenheid;regeling;peildatum"
QUALITY = "gemeente;taak;indicator;eenheid;richting;jaar;waarde;regeling;peildatum"


def table_of(header):
    found = _best(rows_of_text(";".join(header), ";", where=""))
    return found and found[0].contract.name


@pytest.mark.parametrize("table", KINDS.values())
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_header_with_all_that_is_required_is_of_its_own_kind(table, language):
    """In any order, with any of the other columns, with three columns of the user's own."""
    rng = random.Random(1)
    columns = schema(table).columns
    name = {column.name: column.published if language == "nl" else column.name for column in columns}
    needed = [name[column.name] for column in columns if column.required]
    others = [name[column.name] for column in columns if not column.required]
    chosen = [part for size in range(len(others) + 1) for part in combinations(others, size)]
    for part in rng.sample(chosen, min(len(chosen), 200)):
        header = [*needed, *part, "opmerking", "bron", "afdeling"]
        rng.shuffle(header)
        assert table_of(header) == table, header


@pytest.mark.parametrize(("table", "header"), [("own_prices", PRICES), ("own_quality", QUALITY)])
def test_a_header_that_lacks_one_column_names_that_column(tmp_path, table, header):
    names = header.split(";")
    for column in schema(table).columns:
        if column.required:
            short = [name for name in names if name != column.published]
            with pytest.raises(BadInputError, match=f"column '{column.published}'"):
                read(store(tmp_path, ";".join(short) + "\n" + ";".join("1" for _ in short) + "\n"))


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (PRICES, "A;papier;pak;2024;0;4,25;;31-12-2024", "column 'volume' holds 0, expected more than 0"),
        (PRICES, "A;papier;pak;2024;5;0,00;;31-12-2024", "'prijs_eur_per_eenheid' holds 0, expected more than 0"),
        (PRICES, "A;papier;pak;2024;-5;4;;31-12-2024", "column 'volume' holds -5, expected more than 0"),
        (PRICES, "A;papier;pak;2024;;4;;31-12-2024", "column 'volume' is empty"),
        (PRICES, "A;papier;pak;2024;10;1.234;;31-12-2024", "which can be 1234 or 1.234"),
        (PRICES, ";papier;pak;2024;10;1;;31-12-2024", "column 'gemeente' is empty"),
        (QUALITY, "A;7,3;rest;kg;lager;2024;120;;31-12-2024", "column 'taak' holds '7,3'"),
        (QUALITY, "A;7.3;rest;kg;beter;2024;120;;31-12-2024", "column 'richting' holds 'beter', expected one of"),
        (QUALITY, "A;7.3;rest;kg;;2024;120;;31-12-2024", "column 'richting' is empty"),
        (QUALITY, "A;7.3;rest;kg;lager;2024;veel;;31-12-2024", "column 'waarde' holds 'veel', expected a number"),
        (QUALITY, "A;7.3;rest;kg;lager;2024;;;31-12-2024", "column 'waarde' is empty"),
    ],
)
def test_bad_values_are_told_plainly_and_can_be_set_aside(tmp_path, header, row, message):
    file = store(tmp_path, f"{header}\n{row}\n")
    with pytest.raises(BadInputError, match=message):
        read(file)
    reading = read(file, strict=False)
    assert (reading.report.rows_read, reading.report.rows_kept) == (1, 0)


def test_empty_means_alone_and_one_municipality_may_buy_both_ways(tmp_path):
    rows = "A;papier;pak;2024;10;4,25;;31-12-2024\nA;papier;pak;2024;90;4,00;Regio;31-12-2024\n"
    found = read(store(tmp_path, f"{PRICES}\n{rows}")).tables["own_prices"]
    assert found["arrangement"].to_list() == [None, "Regio"]
    twice = "A;7.3;rest;kg;lager;2024;120;{};31-12-2024\n"
    with pytest.raises(BadInputError, match="a second, different row"):
        read(store(tmp_path, f"{QUALITY}\n{twice.format('')}{twice.format('Regio')}"))
