"""Names of one body in two ways of writing are alike; names of two bodies that differ by a word are not."""

import pytest

from verband.domain.arrangement_names import alike, one_alike
from verband.domain.reference import reference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Regio X-stad", "Regio-X stad"),
        ("GGD Vlierstreek", "Gemeentelijke Gezondheidsdienst (GGD) Vlierstreek"),
        ("RUD Vlierstreek", "Regionale Uitvoeringsdienst Vlierstreek"),
        ("GR Omgevingsdienst Vlierstreek", "Omgevingsdienst regio Vlierstreek (ODVS)"),
        ("ODVS", "Omgevingsdienst regio Vlierstreek (ODVS)"),
        ("Veiligheids regio Vlierstreek", "Veiligheidsregio Vlierstreek"),
        ("Vlierstreek Erfgoedcentrum", "Erfgoedcentrum Vlierstreek"),
        ("Parkschap de Biesbosch", "Parkschap Bieschbosch"),
        ("Werkvoorzieningsschap Vlierstreek", "Werkvoorzieningschap Vlierstreek"),
        ("Coöperatie Vlierstreek", "Cooperatie Vlierstreek"),
    ],
)
def test_the_same_body_in_another_way_of_writing(one, other):
    assert alike(one, other)
    assert alike(other, one)
    assert one_alike(one, ["Afvalschap Elders", other]) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GGD Regio A", "GGD Regio B"),
        ("Belastingsamenwerking Oost-Brabant (BSOB)", "Belastingsamenwerking West-Brabant (BWB)"),
        ("Werkvoorzieningschap De Betho", "Werkvoorzieningschap Dethon"),
        ("Veiligheidsregio Drenthe", "Veiligheidsregio Twente"),
        ("Veiligheidsregio Groningen", "Veiligheidshuis Groningen"),
        ("Veiligheidsregio Limburg-Noord", "Veiligheidsregio Zuid-Limburg"),
        ("Regio Gooi en Vechtstreek", "Veiligheidsregio Gooi en Vechtstreek"),
        ("Omgevingsdienst Regio Arnhem (ODRA)", "Omgevingsdienst Regio Nijmegen (ODRN)"),
        ("Gemeenschappelijke Regeling Beheer 2019", "Gemeenschappelijke Regeling Beheer 2018"),
        ("Gemeenschappelijke regeling", "GR Vlierstreek"),
        ("", "GR Vlierstreek"),
        ("(GGD)", "(RUD)"),
    ],
)
def test_two_bodies_that_differ_by_a_word(one, other):
    assert not alike(one, other)
    assert one_alike(one, [other]) is None


def test_the_nearest_in_writing_is_named():
    listed = ["Regio Vlierstreek Oost", "Oost Vlierstreek", "Vlierstreek-Oost"]
    assert one_alike("Vlierstreek Oost", listed) == "Vlierstreek-Oost"


def test_bounds_stand_between_real_names():
    bounds = {row["rule"]: float(row["value"]) for row in reference("name_rules")}
    assert 0.73 < bounds["nearly_the_same_word"] < 0.9
    assert len("dethon") <= bounds["least_letters"]


@pytest.mark.published
def test_among_all_listed_names_only_six_pairs_are_alike(published_workspace):
    """Five of them are one body under two names; the sixth has two bodies of one name, in two places."""
    names = published_workspace.table("arrangement_participants")["arrangement"].unique().sort().to_list()
    assert len(names) > 400
    found = {(one, other) for index, one in enumerate(names) for other in names[index + 1 :] if alike(one, other)}
    assert len(found) == 6
    assert ("Gemeenschappelijke regeling Samenwerking Sociale Zaken", "Samenwerking Sociale Zaken") in found
    assert ("Parkschap Nationaal Park de Biesbosch", "Parkschap Nationaal Park de Bieschbosch") in found
