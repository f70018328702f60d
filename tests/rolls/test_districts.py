"""Which district somebody means, however they write it; and never a wrong one in silence."""

import pytest

from dialog.rolls.district import LONGEST, Found, Kind, find, place

NAMES = (
    "Landkreis München", "Landeshauptstadt München", "Landkreis Landshut", "Stadt Landshut",
    "Landkreis Erding", "Kreisfreie Stadt Hof", "Landkreis Hof", "Mühldorf a. Inn",
    "Neustadt a.d. Aisch-Bad Windsheim", "Neustadt an der Waldnaab", "Landkreis Rosenheim",
    "Dillingen an der Donau", "Weiden i.d.OPf.", "Lkr. Fürth", "Fürth, Stadt",
    "Berchtesgadener Land", "Landkreis Neumarkt in der Oberpfalz", "Pfaffenhofen a.d.Ilm",
    "Stadt und Landkreis Bamberg",
)  # fmt: skip


@pytest.mark.parametrize(
    "asked, meant",
    [
        ("Landkreis Erding", ["Landkreis Erding"]),
        ("erding", ["Landkreis Erding"]),
        ("  LKR.   ERDING ", ["Landkreis Erding"]),
        ("Lkr Erding", ["Landkreis Erding"]),
        ("Erding (Landkreis)", ["Landkreis Erding"]),
        ("Große Kreisstadt Erding", ["Landkreis Erding"]),
        ("Landratsamt Erding", ["Landkreis Erding"]),
        ("district of Erding", ["Landkreis Erding"]),
        ("Landkreis München", ["Landkreis München"]),
        ("Lkr. Muenchen", ["Landkreis München"]),
        ("lk Munchen", ["Landkreis München"]),
        ("Mu\u0308nchen, Stadt", ["Landeshauptstadt München"]),
        ("kreisfreie Stadt München", ["Landeshauptstadt München"]),
        ("München-Land", ["Landkreis München"]),
        ("München", ["Landkreis München", "Landeshauptstadt München"]),
        ("Hof", ["Kreisfreie Stadt Hof", "Landkreis Hof"]),
        ("Stadt Hof", ["Kreisfreie Stadt Hof"]),
        ("Mühldorf am Inn", ["Mühldorf a. Inn"]),
        ("Neustadt a.d.Waldnaab", ["Neustadt an der Waldnaab"]),
        ("Weiden in der Oberpfalz", ["Weiden i.d.OPf."]),
        ("Neumarkt i.d.OPf.", ["Landkreis Neumarkt in der Oberpfalz"]),
        ("pfaffenhofen a. d. ilm", ["Pfaffenhofen a.d.Ilm"]),
        ("furth", ["Lkr. Fürth", "Fürth, Stadt"]),
        ("berchtesgadener land", ["Berchtesgadener Land"]),
        ("Bamberg", ["Stadt und Landkreis Bamberg"]),
        ("Stadt Bamberg", ["Stadt und Landkreis Bamberg"]),
        ("Landkreis Bamberg", ["Stadt und Landkreis Bamberg"]),
    ],
)
def test_a_district_is_found_however_it_is_written(asked, meant):
    assert list(find(asked, NAMES).meant) == meant


@pytest.mark.parametrize(
    "asked, alike",
    [
        ("Landkreis Mühldorf", ["Mühldorf a. Inn"]),
        ("Neustadt", ["Neustadt a.d. Aisch-Bad Windsheim", "Neustadt an der Waldnaab"]),
        ("Dillingen", ["Dillingen an der Donau"]),
        ("Stadt Rosenheim", ["Landkreis Rosenheim"]),
        ("Windsheim", ["Neustadt a.d. Aisch-Bad Windsheim"]),
        ("Berchtesgaden", ["Berchtesgadener Land"]),
        ("Rosen", ["Landkreis Rosenheim"]),
        ("Landkreis Passau", []),
        ("", []),
        ("Stadt", []),
        ("...", []),
        ("Ho", []),
        ("Bad", []),
    ],
)
def test_what_only_looks_like_it_is_never_named_as_the_one(asked, alike):
    assert find(asked, NAMES) == Found((), tuple(alike))


def test_whoever_means_the_city_is_offered_the_county_as_another_one():
    assert find("Stadt Landshut", NAMES) == Found(("Stadt Landshut",), ("Landkreis Landshut",))


def test_a_name_that_is_only_a_kind_stays_a_name():
    assert place("Stadt").words == ("stadt",)
    assert place("Land").kind is Kind.ANY


def test_endless_names_cost_nothing():
    assert find("ä" * 100_000, NAMES) == Found()


def test_a_sign_that_stands_for_many_makes_no_endless_name():
    """Each of its words is held against the whole directory, on the loop that serves everybody."""
    assert sum(map(len, place("\ufdfa" * LONGEST).words)) <= LONGEST
