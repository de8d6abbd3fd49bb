"""Texts and number formats: the same keys and values in both languages, Dutch and English ways of writing."""

import re
from datetime import date

import pytest
from invented import portrait

from verband.report.context import Context
from verband.report.numbers import Numbers, significant
from verband.report.words import LANGUAGES, Words, placeholders, texts


def test_both_languages_have_the_same_keys_with_the_same_values():
    dutch, english = texts("nl"), texts("en")
    assert dutch.keys() == english.keys()
    for key, text in dutch.items():
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_left_untranslated(language):
    assert all(texts(language).values())
    same = {key for key, text in texts("nl").items() if texts("en")[key] == text and re.search(r"[a-z]{4,}", text)}
    assert same <= {"arrangements.source", "glossary.iv3_term", "sources.entry", "sources.foreign", "terminal.title"}


def test_an_unknown_key_is_a_fault_and_not_an_empty_text():
    with pytest.raises(KeyError):
        Words("nl")("no.such.text")
    with pytest.raises(KeyError):
        Words("fr")


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (762.0113, "€\xa0762", "€762"),
        (3247.73, "€\xa03.250", "€3,250"),
        (20_809_000, "€\xa020,8\xa0mln", "€20.8\xa0million"),
        (999_600, "€\xa01\xa0mln", "€1\xa0million"),
        (8_220_000_000, "€\xa08,22\xa0mld", "€8.22\xa0billion"),
        (-120_000, "€\xa0−120.000", "−€120,000"),
        (4.25, "€\xa04,25", "€4.25"),
        (0, "€\xa00", "€0"),
    ],
)
def test_amounts_in_text(value, dutch, english):
    assert Numbers("nl").short_euro(value) == dutch
    assert Numbers("en").short_euro(value) == english


@pytest.mark.parametrize(
    ("fraction", "dutch"), [(0.2346, "23,5%"), (0.0651, "6,5%"), (0.0041, "0,41%"), (1.108, "111%"), (0.0, "0%")]
)
def test_shares_in_text(fraction, dutch):
    assert Numbers("nl").short_percent(fraction) == dutch


def test_exact_numbers_and_days():
    numbers = Numbers("nl")
    assert numbers.exact(12345.6) == "12.346"
    assert numbers.exact(-0.0) == "0"
    assert numbers.exact(-0.4) == "0"
    assert numbers.percent(0.065) == "6,5%"
    assert numbers.date(date(2016, 1, 1)) == "1\xa0januari\xa02016"
    assert Numbers("en").date(date(2016, 1, 1)) == "1\xa0January\xa02016"
    assert significant(0.0) == 0.0


def test_lists_in_words():
    words = Words("nl")
    assert words.join(["a", "b", "c"]) == "a, b en c"
    assert words.join(["a"]) == "a"
    assert words.join([]) == ""
    assert (words.cardinal(12), words.cardinal(13)) == ("twaalf", "13")


def test_numbers_that_are_read_together_have_the_same_decimals():
    numbers = Numbers("nl")
    assert numbers.short_euros((7.13, 19.2)) == ("€\xa07", "€\xa019")
    assert numbers.short_euros((3.1, 7.13)) == ("€\xa03,10", "€\xa07,13")
    assert numbers.short_euros((900_000, 1_200_000)) == ("€\xa0900.000", "€\xa01,20\xa0mln")
    assert numbers.short_euros((0.0, 0.0)) == ("€\xa00", "€\xa00")
    assert numbers.percents((0.0651, 1.2)) == ("7%", "120%")
    assert numbers.percents((0.0003, 0.168)) == ("0,0%", "16,8%")
    assert [numbers.about(number) for number in (1.0, 0.95, 0.9, 0.1, 1.4, 2.0)] == ["1", "1", "0,9", "0,1", "1", "2"]


def test_an_end_that_is_not_zero_is_never_written_as_zero():
    context = Context(portrait(), "nl")
    assert context.between(0.0003, 0.168, "percent") == "tussen nauwelijks meer dan 0 en 16,8%"
    assert context.between(0.0, 0.168, "percent") == "tussen 0,0% en 16,8%"
    assert context.between(0.3, 19, "euro") == "tussen nauwelijks meer dan 0 en €\xa019"
    assert context.between(0.004, 0.17, "percent", 0) == "tussen nauwelijks meer dan 0 en 17%"


def test_the_minus_is_the_same_in_text_and_on_axes():
    assert Numbers("nl").signed_percent(-0.093) == "−9,3%"
    assert Numbers("nl").signed_percent(0.103) == "+10,3%"
    assert Numbers("en").euro(-5) == "−€5"
