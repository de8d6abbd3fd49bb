"""Consumer prices: certainty per row, gaps said."""

import pytest
from reading_checks import check_any_bytes, published, read, store

HEADER = "jaar,mutatie_procent,bron,zekerheid\n"


def test_certainty_is_kept_and_counted(tmp_path):
    reading = read(store(tmp_path, HEADER + "2030,1.5,CBS,uit het hoofd\n2032,-0.5,CBS,nagetrokken\n"))
    frame = reading.tables["consumer_prices"]
    assert frame["change_percent"].to_list() == [1.5, -0.5]
    assert frame["certainty"].to_list() == ["uit het hoofd", "nagetrokken"]
    assert "1 of 2 figures were written down from memory" in reading.report.remarks[0]
    assert "no figure for 2031" in reading.report.remarks[1]


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [HEADER + "2030,1.5,CBS,uit het hoofd\n2032,-0.5,CBS,nagetrokken\n"])


@pytest.mark.published
def test_published():
    reading = published("prijzen/cpi_jaarmutatie.csv")
    assert reading.tables["consumer_prices"].height == 9
    assert "9 of 9" in reading.report.remarks[0]
