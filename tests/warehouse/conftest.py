"""A handful of municipalities of the fictional province: enough to load many times over."""

import pytest
from states import edit, part

FEW = {"GM9001", "GM9002", "GM9003", "GM9013", "GM9019", "GM9027"}


@pytest.fixture(scope="session")
def few_folder(sample_folder, tmp_path_factory):
    """Accounts, boundary changes, own files and prices of a few municipalities; copy it to change it."""
    folder = part(sample_folder, tmp_path_factory.mktemp("few"), "iv3", "herindelingen", "own", "prijzen")
    names = set()

    def few(row):
        names.add(row.get("naam") if row["gm_code"] in FEW else None)
        return row if row["gm_code"] in FEW else None

    for path in sorted((folder / "iv3").glob("*.csv*")):
        if path.name == "gemeenten.csv":  # own files name the others too: the list has to know them
            edit(path, lambda row: few(row) or row)
        elif path.name != "taakvelden.csv":
            edit(path, few)
    for path in (folder / "iv3" / "begrotingsanalysetool").iterdir():
        edit(path, lambda row: row if row["Gemeenten"] in names else None, delimiter=";")
    return folder
