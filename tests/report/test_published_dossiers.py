"""Dossiers on the published data: every kind of municipality gets a whole page with short answers."""

import re
from datetime import date

import html5lib
import pytest

from verband.report.context import Context
from verband.report.dossier import dossier
from verband.report.questions import MOST_WORDS, answers
from verband.report.said import how_carried, why_ended

ON = date(2026, 7, 1)
pytestmark = pytest.mark.published


@pytest.mark.parametrize(
    "name",
    ["Aalten", "Amsterdam", "Aalburg", "Vlissingen", "Dinkelland", "Vlieland", "Vijfheerenlanden", "Loon op Zand"],
)
def test_page_of_a_published_municipality(published_workspace, name):
    found = published_workspace.portrait(name, on=ON)
    for language in ("nl", "en"):
        page = dossier(found, language=language)
        html5lib.HTMLParser(strict=True).parse(page)
        assert "None" not in re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
        for answer in answers(Context(found, language)):
            assert len(answer.text.split()) <= MOST_WORDS, answer


def test_figures_of_aalten(published_workspace):
    found = published_workspace.portrait("GM0197", on=ON)
    page = dossier(found).replace("\xa0", " ")
    assert "In 2024 ging € 762 per inwoner naar regelingen, samen € 20,8 mln." in page
    assert "In 2024 gaf Aalten € 3.250 per inwoner uit" in page
    assert "Fictieve gemeente" not in page


def test_gaps_and_doubtful_zeros_of_vijfheerenlanden_are_named(published_workspace):
    page = dossier(published_workspace.portrait("Vijfheerenlanden", on=ON)).replace("\xa0", " ")
    assert "2018: geen jaarrekening ontvangen van Leerdam, Vianen en Zederik." in page
    assert "2023: geen jaarrekening ontvangen van Vijfheerenlanden." in page
    assert "De jaarrekening 2017 van Leerdam en Vianen boekt minder dan € 30 per inwoner naar regelingen." in page


def test_an_amount_that_cannot_be_all_is_shown_and_doubted(published_workspace):
    """Landsmeer books 0 in all years but 2023, when it books 11 thousand euro."""
    page = dossier(published_workspace.portrait("Landsmeer", on=ON)).replace("\xa0", " ")
    assert "2022, 2023 en 2024 van Landsmeer boeken elk minder dan € 30 per inwoner naar regelingen." in page
    assert "0,0%, twijfelachtig" in page
    assert "meer dan in 2023" not in page
    assert "minder dan in 2023" not in page


def test_outsourced_and_missing_accounts_are_not_compared(published_workspace):
    assert "Dinkelland heeft zijn organisatie uitbesteed" in dossier(published_workspace.portrait("Dinkelland", on=ON))
    page = dossier(published_workspace.portrait("Loon op Zand", on=ON))
    assert "De jaarrekening 2024 van Loon op Zand is niet ontvangen." in page


def test_every_reason_and_note_of_the_analysis_has_words_on_the_page(published_workspace):
    for municipality in published_workspace.municipalities()[::15]:
        found = published_workspace.portrait(municipality.code, on=ON)
        assert found.arrangements is not None
        context = Context(found, "nl")
        for _, reason in found.arrangements.ended:
            assert why_ended(context, reason) != reason
        for item in found.arrangements.items:
            assert how_carried(context, item.note) != (item.note,)
