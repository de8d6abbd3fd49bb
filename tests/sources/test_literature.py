"""Outcomes of research: text kept, number beside it where it is one."""

import pytest
from reading_checks import check_any_bytes, published, read, store

HEADER = "onderwerp,jaar,grootheid,waarde,eenheid,onderzoek,bron_url,opmerking\n"


def test_numbers_stand_beside_the_text(tmp_path):
    rows = (
        "s,2030,a,geen effect,tekst,X,u,\ns,2030,b,1.8,mld,X,u,\ns,2030,c,-5,procent,X,u,\ns,2030,d,bijna 8,mld,X,u,\n"
    )
    frame = read(store(tmp_path, HEADER + rows)).tables["research_outcomes"]
    assert frame["value"].to_list() == ["geen effect", "1.8", "-5", "bijna 8"]
    assert frame["value_number"].to_list() == [None, 1.8, -5.0, None]


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [HEADER + "s,2030,a,geen effect,tekst,X,u,\ns,2030,b,1.8,mld,X,u,\n"])


@pytest.mark.published
def test_published():
    frame = published("literatuur/uitkomsten_onderzoek.csv").tables["research_outcomes"]
    assert frame.height == 14
    assert frame["value_number"].null_count() == 2
