"""Every page in a real browser: accessible, readable on any screen and on paper, and self-contained."""

import pytest
from checks import NARROWEST, PHONE, WIDE, assert_none


def test_axe_finds_nothing_on_a_wide_screen(tab):
    assert_none(tab.axe(WIDE, colours=True))


def test_axe_finds_nothing_on_a_phone(tab):
    assert_none(tab.axe(PHONE, colours=False))


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_words_in_drawings_are_dark_enough_apart_and_whole(tab, width):
    assert_none(tab.drawn_words(width))


@pytest.mark.parametrize("width", [PHONE, NARROWEST])
def test_the_page_does_not_scroll_sideways(tab, width):
    assert_none(tab.sideways(width))


@pytest.mark.parametrize("width", [PHONE, NARROWEST])
def test_boxes_that_scroll_can_be_reached_and_have_a_name(tab, width):
    assert_none(tab.boxes(width))


def test_nothing_is_cut_or_lost_on_paper(tab):
    assert_none(tab.on_paper())


def test_the_number_of_sheets_is_as_expected(tab, page):
    assert tab.sheets() in page.sheets


def test_nothing_is_asked_for_and_the_console_is_silent(tab):
    assert_none(tab.heard)
