"""Who a name in office is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from aggregator.understand.authority import Authority, extended, find, proposed, read_people, same_person, shipped
from aggregator.understand.packs import table
from storage.folding import fold_name
from storage.model import Person
from tests.factory import coverage, item, member, report, source

COUNTRIES, OFFICIALS = 60, 300      # the least the table must hold


def people(*rows: str) -> Authority:
    found, mistakes = read_people("\n".join("\t".join(cell.strip() for cell in row.split(";")) for row in rows))
    assert mistakes == ()
    return Authority(found)


def test_the_table_holds_enough_and_is_without_mistakes():
    text = files("aggregator.understand").joinpath("data", "authority.tsv").read_text(encoding="utf-8")
    officials, mistakes = read_people(text)
    assert mistakes == ()
    assert len({official.id for official in officials}) >= OFFICIALS
    assert len({official.country for official in officials if len(official.country) == 2}) >= COUNTRIES
    assert all(official.start <= official.end for official in officials if official.start and official.end)


def test_no_spelling_in_the_table_is_of_two_people():
    owners: dict[str, set[str]] = defaultdict(set)
    for official in shipped().officials:
        for spelling in official.spellings:
            owners[fold_name(spelling)].add(official.id)
    assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_every_post_in_the_table_is_one_that_texts_are_read_for():
    pack = table("en", "posts")
    known = {*pack["post"], *pack["portfolio"], *(f"Deputy {title}" for title in pack["portfolio"])}
    assert {official.post for official in shipped().officials if official.post} - known == set()


@pytest.mark.parametrize(("one", "other", "country"), [
    ("Tô Lâm", "苏林", "VN"), ("To Lam", "То Лам", "VN"), ("Lavrov Sergei Viktorovich", "拉夫罗夫", "RU"), ("Lukashenko Alexander", "Лукашэнка Аляксандр", "BY"),
    ("Chen Siyuan", "Trần Tư Nguyên", "CN"), ("고이즈미 신지로", "小泉進次郎", "JP"), ("Antonio Guterres", "古特雷斯", ""), ("Juergen Stock", "Юрген Шток", ""),
])
def test_spellings_of_one_official_are_one_person(one, other, country):
    if country or " " in other:
        assert same_person(one, other, country)
        assert same_person(other, one, country)


def test_a_spelling_nobody_used_before_is_found_by_its_sound_beside_the_country():
    assert find("Vla-đi-mia Cô-lô-côn-xép", "RU").name == "Vladimir Kolokoltsev"
    assert find("Vla-đi-mia Cô-lô-côn-xép") is None
    assert same_person("Wladimir Kolokolzeff", "科洛科利采夫", "RU") is False
    assert same_person("Wladimir Kolokolzev", "科洛科利采夫", "RU")


def test_a_surname_alone_tells_who_only_beside_a_country():
    table = people("xx-a ; RU ; Minister of Defence ; 2001 ; ; Anna Weberova|韦伯罗娃")
    assert table.find("韦伯罗娃", "RU") is not None
    assert table.find("韦伯罗娃") is None
    assert table.find("Weberova", "RU") is None


def test_a_name_in_another_country_is_somebody_else():
    assert find("Sergei Lavrov", "BG") is None
    assert not same_person("Sergei Lavrov", "Сергей Лавров", "BG")


def test_the_post_is_that_of_the_day_and_the_person_stays_the_same():
    assert find("Tô Lâm", "VN", date(2020, 1, 1)).post == "Minister of Public Security"
    assert find("Tô Lâm", "VN", date(2025, 1, 1)).post == "General Secretary of the Party"
    assert find("Tô Lâm", "VN", date(2010, 1, 1)).id == "vn-to-lam"


def test_of_two_people_of_one_name_the_day_decides_and_without_one_nobody_is_meant():
    table = people("ru-old ; RU ; Minister of Defence ; 2001 ; 2005 ; Ivan Petrov", "ru-young ; RU ; Minister of Defence ; 2015 ; ; Ivan Petrov|Иван Петров")
    assert table.find("Ivan Petrov", "RU", date(2003, 5, 1)).id == "ru-old"
    assert table.find("Ivan Petrov", "RU", date(2020, 5, 1)).id == "ru-young"
    assert table.find("Ivan Petrov", "RU", date(2010, 5, 1)) is None
    assert table.find("Ivan Petrov", "RU") is None


def test_two_persons_of_the_table_are_surely_two():
    assert shipped().two_persons("Kim Jong Un", "Choe Son Hui", "KP")
    assert not shipped().two_persons("Kim Jong Un", "Somebody Else", "KP")


def test_recognised_people_share_a_key_and_get_the_country_and_post_they_lack():
    (spelled, plain, stranger) = shipped().recognised(
        (Person("苏林", "苏林", country="VN"), Person("To Lam", "lam to"), Person("Anna Weber", "anna weber", "Minister of Trade", "CH")), date(2019, 5, 1)
    )
    assert spelled.key == plain.key == "lam to"
    assert (plain.country, plain.post) == ("VN", "Minister of Public Security")
    assert spelled.name == "苏林"
    assert stranger == Person("Anna Weber", "anna weber", "Minister of Trade", "CH")


def test_what_a_text_says_is_never_overruled():
    person = Person("To Lam", "lam to", "Deputy Minister of Public Security", "VN")
    assert shipped().recognised((person,), date(2019, 5, 1))[0].post == "Deputy Minister of Public Security"


def test_a_readers_own_table_adds_people_and_spellings():
    added, mistakes = read_people("# mine\nvn-to-lam\tVN\t\t\t\tTo Lam Tuong\nau-field\tAU\tMinister of Home Affairs\t2024\t\tJoan Field|Джоан Филд\n")
    assert mistakes == ()
    table = extended(added)
    assert table.find("To Lam Tuong", "VN").name == "Tô Lâm"
    assert table.same_person("Joan Field", "Джоан Филд", "AU")
    assert find("Joan Field", "AU") is None


def test_every_mistake_in_a_table_is_named_with_its_line():
    _, mistakes = read_people("a\tb\n\nvn-x\tVietnam\tMinister\t20\t\tX Y\n\tVN\tMinister\t2001\t2001-13\t\n")
    assert [mistake.split(":")[0] for mistake in mistakes] == ["line 1", "line 3", "line 4"]
    assert 'country = "Vietnam"' in mistakes[1] and 'from = "20"' in mistakes[1]
    assert "has no id" in mistakes[2] and "has no spelling" in mistakes[2] and 'to = "2001-13"' in mistakes[2]


def told(id: str, name: str, of: str, *, meeting: str = "m-1", score: float = 0.95, post: str = "Minister of Defence", family: str = ""):
    where = source(id=of, family=family or of)
    says = report(item_id=id, people=(Person(name, fold_name(name), post, "TH"), Person("Joan Field", "field joan", "Minister of Defence", "AU")))
    return member(where, item(id=id, source_id=of), says, coverage(item_id=id, meeting_id=meeting, score=score))


def test_merges_propose_spellings_that_neither_table_nor_ear_knows():
    (found,) = proposed([told("i-1", "Somchai Rattanakul", "one"), told("i-2", "颂猜", "two"), told("i-3", "Somchai Rattanakul", "three")])
    assert (found.country, found.post, set(found.spellings)) == ("TH", "Minister of Defence", {"Somchai Rattanakul", "颂猜"})
    assert found.origins == 3
    assert found.meetings == ("m-1",)
    officials, mistakes = read_people(found.as_row())
    assert mistakes == () and Authority(officials).same_person("Somchai Rattanakul", "颂猜", "TH")


@pytest.mark.parametrize("members", [
    [told("i-1", "Somchai Rattanakul", "one", family="f"), told("i-2", "颂猜", "two", family="f")],             # one origin
    [told("i-1", "Somchai Rattanakul", "one"), told("i-2", "颂猜", "two", meeting="m-2")],                       # two meetings
    [told("i-1", "Somchai Rattanakul", "one"), told("i-2", "颂猜", "two", score=0.7)],                           # not sure enough
    [told("i-1", "Somchai Rattanakul", "one"), told("i-2", "颂猜", "two", post="Minister of Trade")],            # another post
    [told("i-1", "Somchai Rattanakul", "one"), told("i-2", "Сомчай Раттанакул", "two")],                         # the ear knows
    [told("i-1", "Don Pramudwinai", "one"), told("i-2", "敦·巴穆威奈", "two")],                                  # the table knows
    [told("i-1", "Don Pramudwinai", "one"), told("i-2", "Anutin Charnvirakul", "two")],                          # the table knows better
    [],
])
def test_merges_propose_nothing_without_need_or_proof(members):
    assert proposed(members) == ()


def test_a_post_with_two_holders_in_one_report_teaches_nothing():
    one = told("i-1", "Somchai Rattanakul", "one")
    two = replace(one, report=replace(one.report, people=(*one.report.people, Person("Niran Suk", "niran suk", "Minister of Defence", "TH"))))
    assert proposed([two, told("i-2", "颂猜", "two")]) == ()


def test_cases_of_a_name_are_one_person():
    for name in ("Сергея Лаврова", "Сергеем Лавровым", "Сергею Викторовичу Лаврову"):
        assert find(name, "RU").key == find("Sergei Lavrov", "RU").key
    assert find("Сергея Лаврова").country == "RU"
    assert find("Лаврова") is None


def test_a_country_read_wrongly_is_put_right_by_the_whole_name_and_the_post_of_the_day():
    wrong = Person("Sergei Lavrov", "lavrov sergei", "Minister of Foreign Affairs", "CN")
    assert shipped().recognised([wrong], date(2024, 4, 9))[0].country == "RU"
    assert shipped().recognised([replace(wrong, post="Ambassador")], date(2024, 4, 9))[0].country == "CN"
    assert shipped().recognised([wrong], date(1999, 4, 9))[0].country == "CN"
