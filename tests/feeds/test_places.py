from __future__ import annotations

import pytest

from feeds.places import COUNTRIES, REGIONS, country, direction, language_name, organisation, regions_of


def test_every_country_has_a_name_and_lies_in_a_region_but_for_the_antarctic():
    assert all(country(code) != code for code in COUNTRIES)
    assert [code for code in COUNTRIES if not regions_of(code)] == ["AQ"]
    assert len(COUNTRIES) == 250


@pytest.mark.parametrize(
    "code, regions",
    [("VN", ["035", "142"]), ("TW", ["030", "142"]), ("XK", ["039", "150"]), ("KE", ["002", "014", "202"]), ("MX", ["013", "019", "419"]), ("QQ", [])],
)
def test_regions_are_those_of_the_united_nations_with_what_it_leaves_out(code, regions):
    assert [region.code for region in regions_of(code)] == regions


def test_the_continents_part_the_world():
    continents = [region.members for region in REGIONS if region.code in ("002", "009", "019", "142", "150")]
    assert len(frozenset().union(*continents)) == sum(map(len, continents))


@pytest.mark.parametrize(
    "code, language, name",
    [("VN", "en", "Vietnam"), ("RU", "vi", "Nga"), ("CN", "ru", "Китай"), ("DE", "fr", "Allemagne"), ("JP", "sw", "Japan"), ("DE", "zh-hant", "德国")],
)
def test_countries_are_named_in_the_language_or_in_english(code, language, name):
    assert country(code, language) == name


def test_what_has_no_name_is_shown_by_its_code():
    assert (country("QQ"), organisation("XYZ"), language_name("qqq"), language_name("")) == ("QQ", "XYZ", "qqq", "")


@pytest.mark.parametrize("tag, way", [("ar", "rtl"), ("fa-IR", "rtl"), ("uz", "ltr"), ("ks-latn", "ltr"), ("", "auto"), ("he", "rtl")])
def test_how_a_language_is_written(tag, way):
    assert direction(tag) == way
