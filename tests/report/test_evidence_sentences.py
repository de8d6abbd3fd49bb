"""Sentences about a claim: every verdict in every direction, honest about doubt, in both languages."""

import re
from dataclasses import replace

import pytest
from made_evidence import CASES, VERDICTS, bare, checked, claim, evidence, found, rule

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.result import Findings, VariantFinding
from verband.analysis.evidence.statements import statement, statements
from verband.domain.reference import reference
from verband.report.evidence.said import END, START, said
from verband.report.evidence.sentences import Told, case
from verband.report.evidence.shown import LEVELS, Shown, digits_for
from verband.report.numbers import Numbers
from verband.report.words import LANGUAGES, Words

YES = {"nl": r"steunt de bewering|gesteund", "en": r"supports the claim|: supported"}
NO = {"nl": r"spreekt|te klein|niet gesteund", "en": r"speaks against|too small|not supported"}
UNTOLD = {"nl": "niet te zeggen", "en": "cannot"}


def plain(item, language="nl"):
    return " ".join(Told(item, language).plain())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("direction", "name"), CASES)
def test_every_verdict_in_every_direction_reads_as_it_is(direction, name, language):
    item = evidence(direction, name)
    assert case(item.components[0]) == name
    assert item.verdict == VERDICTS[name]
    told = Told(item, language)
    text = plain(item, language)
    assert told.verdict_word in told.words(f"evidence.verdicts.{VERDICTS[name]}")
    wanted = {"supported": YES, "not_supported": NO, "inconclusive": UNTOLD}[item.verdict][language]
    assert re.search(wanted, text)
    if item.verdict == "inconclusive":
        assert not re.search(NO[language], text.replace("iets anders dan nee", ""))
        assert not re.search(YES[language], text)
    for sentence in (text, " ".join(told.exact(item.components[0])), told.heading):
        assert not re.search(r"[{}\[\]⟦]|None(?! of)|\bnan\b|\binf\b", sentence.replace(START, "").replace(END, ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(60.0, 90.0, "supported"), (5.0, 40.0, "not_supported"), (20.0, 90.0, "inconclusive")]
)
def test_a_level_is_held_against_its_limit_and_not_against_nothing(low, high, verdict, language):
    """Of a part of all functions "50% higher" means nothing, and above nothing is no direction."""
    item = judge(statement("M13"), checked(found(low, high, "conflict_under_own_key")))
    assert item.verdict == verdict
    text = plain(item, language)
    assert ("alleen meer dan 50% telt" if language == "nl" else "only more than 50% counts") in text
    assert not re.search(r"50% (hoger|higher)|richting|direction|te klein|too small", text)
    wanted = {"supported": YES, "not_supported": NO, "inconclusive": UNTOLD}[verdict][language]
    assert re.search(wanted, text)
    if verdict == "inconclusive":
        assert not re.search(YES[language], text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("mechanism", "measured", "assumed"),
    [
        (
            "M5",
            {"nl": "Personeelslijsten zijn geteld waar", "en": "Staff lists, where"},
            {"nl": "model", "en": "model"},
        ),
        ("M12", {"nl": "voor zover er data", "en": "as far as days"}, {"nl": "Alleen kosten", "en": "Only cost"}),
        ("M13", {"nl": "wat is ingevuld, waar", "en": "filled in where"}, {"nl": "aangenomen", "en": "assumed"}),
    ],
)
def test_what_does_not_follow_is_true_with_and_without_own_files(mechanism, measured, assumed, language):
    told = Told(judge(statement(mechanism), Findings(())), language)
    assert measured[language] in told.limits
    assert assumed[language] in told.limits


@pytest.mark.parametrize("kind", ["effect", "forecast", "structure"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", ["supported", "not_supported", "inconclusive", "mixed", "not_testable"])
def test_every_kind_of_claim_has_a_heading_for_every_verdict(kind, language, verdict):
    item = replace(evidence(kind=kind), verdict=verdict)
    assert Told(item, language).heading.startswith(item.statement.title.of(language) + ": ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_motive_never_gets_the_verdict_of_an_effect(language):
    item = evidence(kind="motive")
    assert item.verdict == "not_testable"
    forced = replace(item, verdict="supported")
    assert Told(forced, language).verdict == "not_testable"
    assert not re.search(YES[language], plain(forced, language))
    assert Told(forced, language).words("evidence.plain.untestable.motive") in plain(forced, language)


def test_too_few_agreeing_checks_make_it_mixed_and_the_text_says_why():
    item = evidence(agreeing=1, tried=3)
    assert item.verdict == "mixed"
    assert (item.components[0].agreeing, item.components[0].tried) == (1, 3)
    text = plain(item)
    assert "Hetzelfde oordeel komt uit één van de drie andere manieren" in text
    assert "minder dan twee derde" in text
    assert "Alles samen wijst het niet één kant op" in text
    assert "minder dan twee derde" not in plain(evidence(agreeing=2, tried=3))


def test_parts_that_contradict_each_other_are_told_as_such():
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    item = judge(claim(*rules), checked(found(60.0, 90.0), found(60.0, 90.0, "equity")))
    assert item.verdict == "mixed"
    text = plain(item)
    assert "steunt de bewering" in text
    assert "spreekt de bewering tegen" in text
    assert text.endswith("Alles samen wijst het niet één kant op.")


def test_a_part_that_lacks_is_told_with_its_reason():
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    item = judge(claim(*rules), Findings((found(60.0, 90.0),), not_found={"equity": "no task can be estimated"}))
    assert item.verdict == "inconclusive"
    assert "De reden: voor geen enkele taak is een schatting mogelijk." in plain(item)
    assert "Alles samen is het niet te zeggen." in plain(item)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mechanism", [item.mechanism for item in statements()])
def test_a_claim_about_which_nothing_was_found_says_which_data_would_do(mechanism, language):
    item = bare(mechanism)
    assert item.verdict == "not_testable"
    needed = item.statement.data_needed
    if needed is not None:
        assert needed.of(language)[1:].rstrip(".") in plain(item, language)


def test_amounts_are_written_the_dutch_and_the_english_way():
    item = evidence("higher", "supported")
    assert "naar schatting €\xa075 hoger. De onzekerheid loopt van €\xa060 tot €\xa090 hoger." in plain(item)
    assert "pas telt vanaf €\xa050 hoger" in plain(item)
    assert "an estimated €75 higher" in plain(item, "en")
    both = plain(evidence("lower", "around"))
    assert "naar schatting €\xa035 lager" in both
    assert "van €\xa090 lager tot €\xa020 hoger" in both
    below = plain(evidence("lower", "supported"))
    assert "van €\xa060 tot €\xa090 lager" in below
    exact = " ".join(Told(item, "nl").exact(item.components[0]))
    assert "1.294 waarnemingen, 362 gemeenten, 18 clusters, 2018–2020." in exact
    assert "75,0 EUR per inwoner (95%-interval 60,0 tot 90,0, standaardfout 10,0)" in exact
    assert "boven 50 EUR per inwoner" in exact


def test_an_elasticity_is_told_as_what_a_doubling_does():
    own = statement("M1")
    item = judge(own, Findings((found(-0.2, -0.1, "executive_tasks", standard_error=None),)))
    text = plain(item)
    # A municipality twice as large: 2 to the power of -0.15, -0.1 and -0.2, less one.
    assert "in een twee keer zo grote gemeente naar schatting 10% lager" in text
    assert "van 7% tot 13% lager" in text
    assert "vanaf 3,4% lager" in text
    assert Told(item, "nl").key_figure() == "−10% (−13% tot −7%)"
    assert "−0,150 elasticiteit min 1" in " ".join(Told(item, "nl").exact(item.components[0]))


def test_model_results_have_a_range_and_no_estimate():
    item = judge(statement("M13"), Findings((found(10.0, 30.0, "chance_that_some_leave", kind="assumed"),)))
    text = plain(item)
    assert "volgens het model 20%, met een bandbreedte van 10% tot 30%" in text
    assert "schatting" not in text


@pytest.mark.parametrize(
    ("values", "limits", "digits"),
    [
        ((191.2, 77.9, 304.4), (50.0,), 0),
        ((0.52, -0.15, 1.18), (1.0,), 1),
        # The upper end may not be written as nothing, nor as if it had reached the limit.
        ((-0.96, -1.87, -0.049), (1.0,), 2),
        ((0.9, 0.6, 1.04), (1.0,), 2),
        # One decimal more does not help: the end alone gets more.
        ((12.0, 4.0, 24.96), (-25.0, 25.0), 0),
        ((-0.54, -2.09, 1.0015), (1.0,), 1),
        ((0.005, 0.0, 89.5), (), 0),
    ],
)
def test_decimals_hide_no_end_and_no_limit(values, limits, digits):
    assert digits_for(values, limits) == digits


def test_less_than_the_last_decimal_is_not_written_as_nothing():
    own = statement("M12").rule("value_of_leaving")
    shown = Shown("M12", own, Words("nl"), Numbers("nl"))
    assert shown.amount(0.005, 0) == "0,005%"
    assert shown.bare(-0.02, 0) == "−0,02"
    assert shown.amount(0.00005, 0) == "minder dan 1%"
    assert shown.bare(0.00005, 0) == "< 1"
    assert shown.bare(-0.00005, 0) == "> −1"
    assert shown.bare(0.0, 0) == "0"


def test_an_end_that_has_not_reached_a_limit_gets_the_decimals_that_say_so():
    shown = Shown("M11", statement("M11").rule("net_cost"), Words("nl"), Numbers("nl"))
    digits = shown.digits(-0.543, -2.087, 1.0015)
    assert [shown.bare(value, digits) for value in (-0.543, -2.087, 1.0015)] == ["−0,5", "−2,1", "1,002"]


def test_p_values_stay_within_what_can_be_told():
    told = Told(evidence(), "nl")
    assert [told.p(value) for value in (0.0451, 0.0000004, 0.99999)] == ["= 0,045", "< 0,001", "> 0,999"]
    with_holm = replace(told.evidence, p_value=0.0451, p_value_holm=0.5)
    assert "p = 0,045; na correctie" in " ".join(Told(with_holm, "nl").exact(with_holm.components[0]))


def test_every_component_has_words_and_a_way_to_be_shown():
    rows = {(row["mechanism"], row["component"]): row for row in reference("evidence_words")}
    known = {"doubling", "percent", "percent_of_cost", "points", "euro", "change_number", *LEVELS}
    for item in statements():
        for own in item.rules:
            row = rows[item.mechanism, own.component]
            assert row["shown_as"] in known
            assert all(row[name].strip() for name in row if name not in ("valid_to",)), own.component
            # An elasticity is the only unit that is shown as another.
            assert (row["shown_as"] == "doubling") == ("elasticit" in own.unit), own.component
            assert (row["shown_as"] == "euro") == own.unit.startswith("EUR"), own.component


def test_a_component_without_words_of_its_own_is_told_by_its_name():
    new = replace(rule("higher"), component="new", title=replace(rule("higher").title, nl="Nieuw", en="New"))
    item = judge(claim(new), Findings((found(60.0, 90.0, "new"),)))
    assert "Nieuw is in de cijfers naar schatting 75 hoger" in plain(item)


def test_what_an_analysis_says_is_dutch_or_marked_as_english():
    assert said("without the four largest", "nl") == "zonder de vier grootste gemeenten"
    assert said("without the four largest", "en") == "without the four largest"
    assert said("mergers of 2021 and later", "nl") == "fusies van 2021 en later"
    assert said("27 tasks", "nl") == "27 taken"
    assert said("size not held constant; 27 tasks", "nl") == "omvang niet gelijkgehouden; 27 taken"
    assert said("something new", "nl") == f"{START}something new{END}"
    assert said("something new; 27 tasks", "nl") == f"{START}something new; 27 tasks{END}"


def test_municipalities_in_what_is_said_have_their_name():
    item = evidence()
    item = replace(item, variants=(replace(item.variants[0], name="without 2021 GM9901 (lowest of all)"),))
    told = Told(item, "nl", {"GM9901": "Hazelwoude"})
    assert told.said(item.variants[0].name) == "zonder één fusie (2021 Hazelwoude): de laagste uitkomst"


def test_a_variant_that_could_not_be_estimated_counts_for_nothing():
    unknown = VariantFinding("doubly robust", "spending", None, "no task can be estimated")
    findings = checked(found(60.0, 90.0))
    item = judge(claim(rule("higher")), replace(findings, variants=(*findings.variants, unknown)))
    assert item.components[0].tried == 2
    assert item.verdict == "supported"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_computed_in_one_way_only_cannot_be_told_and_the_text_says_why(language):
    item = judge(claim(rule("higher")), Findings((found(60.0, 90.0),)))
    assert item.verdict == "inconclusive"
    text = plain(item, language)
    assert {"nl": "minder dan twee andere manieren", "en": "Fewer than two other ways"}[language] in text
    assert {"nl": "minder dan twee derde", "en": "fewer than two thirds"}[language] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_that_is_supported_is_not_lost_where_the_whole_cannot_be_told(language):
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    item = judge(claim(*rules), checked(found(60.0, 90.0), found(-90.0, -20.0, "equity")))
    assert item.verdict == "inconclusive"
    told = Told(item, language)
    wanted = {
        "nl": "van de twee delen: één gesteund, één niet te zeggen",
        "en": "of the two parts: one supported, one cannot be told",
    }[language]
    assert told.parts == wanted
    assert wanted[1:] in plain(item, language)


def test_parts_are_told_apart_only_where_they_differ():
    assert Told(evidence(), "nl").parts == ""
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    same = judge(claim(*rules), Findings((found(-20.0, 90.0), found(-90.0, 20.0, "equity"))))
    assert Told(same, "nl").parts == ""
    assert "Alles samen is het niet te zeggen" in plain(same)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_says_what_does_not_follow_whatever_the_verdict(language):
    texts = [Told(bare(item.mechanism), language).limits for item in statements()]
    assert len(set(texts)) == len(texts)
    assert not any(re.search(r"\d", text) for text in texts)


def test_a_name_with_its_code_is_not_told_twice_and_thousands_are_dutch():
    told = Told(evidence(), "nl", {"GM9901": "Hazelwoude"})
    reason = "Duinzicht: Hazelwoude (GM9901) has no figures for this task in the model, so its own level is not known"
    assert told.said(reason).startswith("Duinzicht: Hazelwoude (GM9901) heeft geen cijfers")
    people = "Duinzicht: together they have 1,204,794 inhabitants, more than the data support: "
    people += "what the task would cost at that size cannot be told"
    assert "samen 1.204.794 inwoners" in told.said(people)
