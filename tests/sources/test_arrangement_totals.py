"""National totals of arrangements in millions of euro."""

import pytest
from reading_checks import check_any_bytes, published, read, store

from verband.errors import BadInputError

TASKS = "taakveld,jaar,status,baten_mln_eur,lasten_mln_eur,saldo_mln_eur\n"
BALANCE = "balanspost_code,balanspost,jaar,status,ultimo_mln_eur\n"
FUNCTIONS = (
    "functie,jaar,lasten_mln_eur,baten_mln_eur,overdrachten_rijk_mln_eur,overdrachten_gemeenten_mln_eur,"
    "verkopen_aan_gemeenten_mln_eur,overige_inkomsten_mln_eur\n"
)


def test_tasks_keep_millions_and_say_where_the_balance_does_not_fit(tmp_path):
    reading = read(store(tmp_path, TASKS + "Taak,2030,definitief,10,12,-3\nTaak,2031,voorlopig,10,12,5\n"))
    frame = reading.tables["arrangement_totals_by_task"]
    assert frame["status"].to_list() == ["final", "provisional"]
    assert frame["income_mln_eur"].to_list() == [10, 10]
    assert reading.report.remarks == ("line 3: income less cost is not the published balance",)


def test_unknown_status_is_a_fault(tmp_path):
    with pytest.raises(BadInputError, match="column 'status' holds 'geschat'"):
        read(store(tmp_path, BALANCE + "A1,Activa,2030,geschat,4\n"))


def test_functions_leave_missing_cells_missing(tmp_path):
    reading = read(store(tmp_path, FUNCTIONS + "Functie,2000,5,9,1,2,,6\nAndere,2000,5,9,1,2,3,9\n"))
    frame = reading.tables["arrangement_totals_by_function"]
    assert frame["sales_to_municipalities_mln_eur"].to_list() == [None, 3]
    assert len(reading.report.remarks) == 1
    assert "line 3" in reading.report.remarks[0]


def test_any_bytes(tmp_path):
    contents = [TASKS + "Taak,2030,definitief,10,12,-3\n", BALANCE + "A1,Activa,2030,definitief,4\n"]
    check_any_bytes(tmp_path, [*contents, FUNCTIONS + "Functie,2000,5,9,1,2,,6\n"])


@pytest.mark.published
def test_published():
    tasks = published("gr_financien/cbs_84665ned_gr_baten_lasten_per_taakveld.csv").tables["arrangement_totals_by_task"]
    assert tasks.height == 40
    assert tasks.filter(task_title="Overhead", year=2019)["cost_mln_eur"].to_list() == [1594]
    balance = published("gr_financien/cbs_82269ned_gr_balansposten.csv").tables["arrangement_totals_balance"]
    assert balance.filter(item="A")["closing_mln_eur"].to_list() == [7026, 7900, 8440, 8131, 9000]
    functions = published("gr_financien/cbs_37773grf_gr_exploitatie_per_functie.csv")
    assert functions.tables["arrangement_totals_by_function"].height == 28
    assert functions.report.remarks == ()
