"""Staff figures: monitor, sick leave, collective pay and BBV indicators."""

import datetime

import pytest
from reading_checks import check_any_bytes, published, read, store

from verband.errors import BadInputError

MONITOR = "jaar,indicator,groep,waarde,eenheid,bron_url,opmerking\n"
SICK = (
    "jaar,indicator,grootteklasse_inwoners,best_practice,onderste_kwartiel,gemiddelde,bovenste_kwartiel,"
    "aantal_gemeenten,bron_url,opmerking\n"
)
PAY = "ingangsdatum,procent,vast_bedrag_eur_per_maand,eenmalig_eur,bron_url,status,opmerking\n"
BBV = (
    "gm_code,naam,jaar,formatie_fte_per_1000_inw,bezetting_fte_per_1000_inw,apparaatskosten_eur_per_inw,"
    "externe_inhuur_procent,overhead_procent_lasten,ziekteverzuim_procent,bron_url,opmerking\n"
)


def test_monitor_keeps_units_apart(tmp_path):
    file = store(tmp_path, MONITOR + "2030,bezetting,nederland,10,fte,u,\n2030,bezetting,nederland,12,personen,u,x\n")
    assert read(file).tables["staff_monitor"]["value"].to_list() == [10, 12]


def test_two_values_for_one_figure_are_a_fault(tmp_path):
    file = store(tmp_path, MONITOR + "2030,verzuim,nederland,5,procent,u,\n2030,verzuim,nederland,6,procent,u,\n")
    with pytest.raises(BadInputError, match="a second, different row"):
        read(file)


def test_sick_leave_says_what_is_unverified_and_out_of_order(tmp_path):
    rows = "2013,v,<10,1,2,3,4,5,u,volgorde: unverified\n2013,v,>10,1,4,3,5,5,u,\n"
    remarks = read(store(tmp_path, SICK + rows)).report.remarks
    assert "1 rows are marked unverified" in remarks[0]
    assert "out of order, first on line 3" in remarks[1]


def test_pay_has_a_status_and_two_rises_on_one_day(tmp_path):
    rows = "2030-01-01,,240,,u,unverified,\n2030-01-01,2.0,,,u,bevestigd,\n2031-01-01,1,,,u,onderhandelingsresultaat,\n"
    reading = read(store(tmp_path, PAY + rows))
    frame = reading.tables["collective_pay"]
    assert frame["status"].to_list() == ["unverified", "confirmed", "negotiated"]
    assert frame["effective_date"][0] == datetime.date(2030, 1, 1)
    assert frame["rise_percent"].to_list() == [None, 2.0, 1.0]
    assert reading.report.remarks == ("2 of 3 rises are not confirmed",)


def test_empty_indicators_stay_missing(tmp_path):
    frame = read(store(tmp_path, BBV + "GM9901,Aastad,2030,7.2,,650,0,,,u,begroting\n")).tables["bbv_indicators"]
    row = frame.row(0, named=True)
    assert (row["occupied_fte_per_1000"], row["hired_staff_percent"], row["sick_leave_percent"]) == (None, 0.0, None)


def test_any_bytes(tmp_path):
    contents = [
        MONITOR + "2030,verzuim,nederland,5,procent,u,\n",
        SICK + "2013,v,<10,1,2,3,4,5,u,unverified\n",
        PAY + "2030-01-01,2.0,,,u,bevestigd,\n",
        BBV + "GM9901,Aastad,2030,7.2,,650,0,,,u,\n",
    ]
    check_any_bytes(tmp_path, contents)


@pytest.mark.published
def test_published():
    for path, table, rows in (
        ("personeelsmonitor_gemeenten", "staff_monitor", 82),
        ("verzuim_2013_per_grootteklasse", "sick_leave_2013", 12),
        ("cao_gemeenten_loon", "collective_pay", 9),
        ("bbv_indicatoren_voorbeelden", "bbv_indicators", 21),
    ):
        assert published(f"personeel/{path}.csv").tables[table].height == rows
