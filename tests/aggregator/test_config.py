"""config.toml is checked whole, and every mistake says where it is and how to mend it."""

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import load, read_config, shipped_text
from aggregator.errors import ConfigError

HERE = Path("/etc/communique/config.toml")


def read(text, **environ):
    return read_config(text, HERE, environ)


def mistakes(text, **environ):
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    return caught.value.mistakes


SOURCE = '[[sources]]\nid = "au-press"\nurl = "https://au.example/feed"\n'


def test_an_empty_file_is_a_configuration_of_defaults():
    config = read("")
    assert config.poll.every == timedelta(hours=1)
    assert config.publish.base_url == "http://127.0.0.1:8080/"
    assert config.sources == ()
    assert "drugs" in {topic.id for topic in config.topics}


def test_a_source_needs_only_an_id_and_a_url():
    (source,) = read(SOURCE).sources
    assert (source.name, source.kind, source.family, source.role, source.date_order) == ("au-press", "feed", "au-press", "outlet", "dmy")


def test_paths_are_relative_to_the_file():
    config = read('[publish]\ndirectory = "out"\n[store]\nurl = "sqlite:news.db"\n')
    assert config.publish.directory == Path("/etc/communique/out")
    assert config.store.url == "sqlite:/etc/communique/news.db"


def test_every_mistake_is_reported_at_once():
    found = mistakes(SOURCE + 'every = "60"\nlangauge = "en"\ncountry = "Atlantis"\n[poll]\npause = 3\n[[feeds]]\nid = "empty"\n')
    assert len(found) == 5


@pytest.mark.parametrize(("text", "words"), [
    (SOURCE + 'every = "60"', ['source "au-press"', 'every = "60"', "no unit", '"60m" or "60h"']),
    (SOURCE + 'langauge = "en"', ['unknown key "langauge"', 'did you mean "language"']),
    (SOURCE + 'country = "ZZ"', ['country = "ZZ"', "no country code", '"VN"']),
    (SOURCE + 'timezone = "Hanoi"', ['timezone = "Hanoi"', "Asia/Ho_Chi_Minh"]),
    (SOURCE + 'role = "agncy"', ["is not one of official, agency", "did you mean 'agency'"]),
    (SOURCE + 'kind = "page"', ["needs item"]),
    (SOURCE + 'item = "li"', ['item is for kind = "page"']),
    (SOURCE + 'kind = "page"\nitem = "li["', ['item = "li["', "is no CSS selector"]),
    (SOURCE + SOURCE, ['source "au-press" stands 2 times']),
    (SOURCE + SOURCE.replace("au-press", "b"), ['is that of source "au-press" too']),
    (SOURCE.replace("https", "ftp"), ["is no http or https address"]),
    (SOURCE.replace("au.example", "me:secret@au.example"), ["holds a password", "environment"]),
    ('[[sources]]\nid = "Au Press"\nurl = "https://a.example/"', ["must be 1 to 80 of a-z"]),
    ('[[sources]]\nurl = "https://a.example/"', ["source number 1", "id is missing"]),
    ('[sources]\nid = "x"', ["write [[sources]] before each"]),
    ("[publsh]\n", ['unknown key "publsh"', 'did you mean "publish"']),
    ('[publish]\nfeeds = ["all", "pair"]', ["which is not one of all, topics", "did you mean 'pairs'"]),
    ('[publish]\ncontact = "me"', ['contact = "me"', "e-mail"]),
    ('[store]\nurl = "mysql://x"', ["names no database we know"]),
    ('[server]\nlisten = "8080"', ['"127.0.0.1:8080"']),
    ('[poll]\nevery = "2d"', ["at_most is shorter than every"]),
    ('[poll]\nallow = ["http://127.0.0.1/"]', ["which must be", "host:port"]),
    ('[[feeds]]\nid = "x"\ntopics = ["drogs"]', ["which is not one of", "did you mean 'drugs'"]),
    ('[[topics]]\nid = "x"\niptc = "20000095"', ["medtop:"]),
    (SOURCE + 'tag.drogs = ["x"]', ["tag.drogs is no topic", 'did you mean "drugs"']),
    ("[poll\n", ["not valid TOML", "line 1"]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_names_the_place_the_value_and_the_remedy(text, words):
    (mistake, *others) = mistakes(text)
    assert not others
    for word in ["config.toml", *words]:
        assert word in mistake


def test_own_addresses_may_be_asked_at_any_pace():
    text = SOURCE.replace("https://au.example", "http://127.0.0.1:9000") + 'every = "1s"\n'
    assert "poll.allow" in mistakes(text)[0]
    assert read(text + '[poll]\nallow = ["127.0.0.1:9000"]').sources[0].every == timedelta(seconds=1)


def test_secrets_come_from_the_environment():
    text = SOURCE + 'headers = { Authorization = "Bearer ${TOKEN}" }\n'
    assert read(text, TOKEN="s3cret").sources[0].headers == (("Authorization", "Bearer s3cret"),)
    assert "environment variable TOKEN, which is not set" in mistakes(text)[0]


def test_a_mistake_in_headers_does_not_show_them():
    found = mistakes(SOURCE + 'headers = { "Bad Name" = "s3cret" }\n')
    assert "Bad Name" in found[0]
    assert "s3cret" not in found[0]


def test_a_topic_of_the_file_is_laid_over_the_shipped_one():
    config = read('[[topics]]\nid = "drugs"\ntitle = "Narcotics"\n[[topics]]\nid = "wildlife"\nwords.en = ["ivory"]\n')
    topics = {topic.id: topic for topic in config.topics}
    shipped = {topic.id: topic for topic in read("").topics}
    assert topics["drugs"].title == "Narcotics"
    assert topics["drugs"].words == shipped["drugs"].words
    assert topics["wildlife"].words == (("en", ("ivory",)),)


def test_the_shipped_configuration_is_without_mistakes_and_follows_many_sources():
    config = read(shipped_text())
    assert len(config.sources) >= 40
    assert len({source.country for source in config.sources}) >= 20
    assert all(source.timezone != "UTC" for source in config.sources)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="communique init"):
        load(tmp_path / "config.toml", {})


def test_people_come_from_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "people.tsv").write_text("# ours\njoan-field\tAU\tMinister of Internal Affairs\t2024-07\t\tJoan Field|Джоан Филд\n", encoding="utf-8")
    (official,) = read_config('[understand]\npeople = "people.tsv"\n', tmp_path / "config.toml", {}).people
    assert (official.id, official.country, official.spellings) == ("joan-field", "AU", ("Joan Field", "Джоан Филд"))


@pytest.mark.parametrize(("line", "words"), [
    ("joan-field\tAU\tMinister", "people.tsv: line 1: has 3 columns; needs 6"),
    ("joan-field\tAustralia\t\t\t\tJoan Field", 'people.tsv: line 1: country = "Australia" must be two capital letters'),
    ("joan-field\tAU\t\tlast year\t\tJoan Field", 'people.tsv: line 1: from = "last year" is no year or year-month'),
])
def test_a_wrong_line_in_the_file_of_people_is_a_mistake_of_the_configuration(tmp_path, line, words):
    (tmp_path / "people.tsv").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=words.replace("(", r"\(")):
        read_config('[understand]\npeople = "people.tsv"\n', tmp_path / "config.toml", {})


def test_a_file_of_people_that_is_not_there_is_named():
    (found,) = mistakes('[understand]\npeople = "gone.tsv"\n')
    assert 'config.toml: [understand]: people = "gone.tsv" is no file' in found
