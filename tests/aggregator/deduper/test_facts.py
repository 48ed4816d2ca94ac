"""Two reports side by side: who is in both, and who is missed."""

from __future__ import annotations

import pytest

from aggregator.deduper.facts import facts, kinds_of_post, named_in, one_person, pair
from storage.model import Person
from tests import factory as make


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Lương Tam Quang", "Секретарь Совбеза беседовал с министром Лыонг Там Куанг в Ханое", True),
        ("Phạm Minh Chính", "Секретарь Совбеза беседовал с министром Лыонг Там Куанг в Ханое", False),
        ("Сергей Шойгу", "Sergei Shoigu was received in Hanoi", True),
        ("Николай Патрушев", "Переговоры с Патрушевым прошли в Ханое", True),
        ("Joan Field", "The minister met Ms Fielding", False),
        ("Nguyen Van Thanh", "Deputy Minister Nguyen Van Thinh took part", False),
        ("神崎", "Haruto Kanzaki met his counterpart", None),
    ],
)
def test_a_name_is_found_in_a_text_of_its_own_or_another_script(name, text, there):
    assert named_in(name, text) is there


def test_a_surname_alone_is_a_person_when_post_and_country_bear_it_out():
    full = Person("Sergei Shoigu", "sergei shoigu", "Secretary of the Security Council", "RU")
    assert one_person(Person("Shoigu", "shoigu", "", "RU"), full)
    assert not one_person(Person("Shoigu", "shoigu", "", "KZ"), full)
    assert not one_person(Person("Shoigu", "shoigu", "Ambassador", "RU"), full)
    assert not one_person(Person("Lam", "lam", "", "VN"), Person("To Lam", "lam to", "", "VN"))


def test_a_wrong_country_does_not_part_a_full_name_from_itself():
    assert one_person(Person("Joan Field", "field joan", "", "FJ"), Person("Joan Field", "field joan", "", "AU"))


def test_posts_are_one_kind_whatever_a_country_calls_them():
    assert kinds_of_post("Minister of Public Security") == kinds_of_post("Minister of Internal Affairs")
    assert kinds_of_post("Deputy Minister of Public Security") != kinds_of_post("Minister of Public Security")
    assert kinds_of_post("Minister") == frozenset()


def test_the_first_who_is_in_one_report_only_is_alone():
    field, ravu, tuki = Person("Joan Field", "field joan"), Person("Pio Ravu", "pio ravu"), Person("Anaru Tuki", "anaru tuki")
    one, other = make.member(says=make.report(people=(field, ravu))), make.member(says=make.report(people=(tuki, field)))
    side = pair(facts(one), facts(other))
    assert [mine.name for mine, _ in side.people] == ["Joan Field"]
    assert side.alone == (ravu, tuki)
