"""Sources come and go in config.toml without harm to the rest of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from aggregator.commands import subscriptions
from aggregator.config import read_config
from aggregator.parse.opml import read_opml, write_opml

CONFIG = '''# my news
[publish]
contact = "desk@news.example"   # who to write to

[[sources]]
id = "au-press"
url = "https://au.example/feed"   # the wire
'''


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return file


def ids(path):
    return [source.id for source in read_config(path.read_text(encoding="utf-8"), path, {}).sources]


def test_a_source_is_added_and_every_comment_stays(path):
    added = subscriptions.add(path, [{"url": "https://ke.example/feed", "name": "Kenya Wire", "language": "sw"}], {})
    assert added == subscriptions.Added(("kenya-wire",))
    assert ids(path) == ["au-press", "kenya-wire"]
    assert path.read_text(encoding="utf-8").startswith(CONFIG)


def test_an_address_followed_already_is_passed_over(path):
    before = path.read_bytes()
    assert subscriptions.add(path, [{"url": "https://au.example/feed"}], {}) == subscriptions.Added(followed=("https://au.example/feed",))
    assert path.read_bytes() == before


def test_sources_of_one_name_get_ids_that_differ(path):
    added = subscriptions.add(path, [{"url": f"https://ke.example/{n}", "name": "Wire"} for n in range(3)], {})
    assert added.ids == ("wire", "wire-2", "wire-3")


def test_an_id_is_made_of_the_host_where_there_is_no_name(path):
    added = subscriptions.add(path, [{"url": "https://www.ke.example/feed"}], {})
    assert added.ids == ("ke-example",)


def test_a_wrong_source_leaves_the_file_as_it_was(path):
    before = path.read_bytes()
    (line,) = subscriptions.add(path, [{"url": "https://ke.example/feed", "language": "not a language"}], {}).refused
    assert line.startswith('source "ke-example": language = "not a language"')
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_a_source_is_removed(path):
    subscriptions.remove(path, "au-press", {})
    assert ids(path) == []
    with pytest.raises(subscriptions.SubscriptionError, match='no source "au-press"'):
        subscriptions.remove(path, "au-press", {})


def test_a_list_in_csv_comes_back_as_it_went(path):
    sources = read_config(CONFIG, path, {}).sources
    (row,) = subscriptions.read_csv(subscriptions.write_csv(sources), "list.csv")
    assert row["url"] == "https://au.example/feed"
    assert row["id"] == "au-press"


FULL = CONFIG + '''
[[sources]]
id = "ministry"
name = "Ministry"
url = "https://vn.example/news"
kind = "page"
item = "ul > li"
title = "a.title, a.head"
content = "div.text"
language = "vi"
country = "VN"
timezone = "Asia/Ho_Chi_Minh"
date_order = "mdy"
role = "official"
every = "90m"
max_silence = "14d"
robots = false
keep = ["visa", "biên giới"]
block = ["football"]
'''


@pytest.mark.parametrize("form", ["csv", "opml"])
def test_every_setting_of_a_source_survives_a_list(path, form):
    path.write_text(FULL, encoding="utf-8")
    before = read_config(FULL, path, {}).sources
    if form == "csv":
        rows = subscriptions.read_csv(subscriptions.write_csv(before), "list.csv")
    else:
        opml = write_opml(before, title="Mine", settings={source.id: subscriptions.texts_of(source) for source in before})
        rows = [subscriptions.typed({"url": one.url, "name": one.title, **dict(one.settings)}) for one in read_opml(opml)]
    for source in before:
        subscriptions.remove(path, source.id, {})
    assert sorted(subscriptions.add(path, rows, {}).ids) == ["au-press", "ministry"]
    after = read_config(path.read_text(encoding="utf-8"), path, {}).sources
    assert {source.id: source for source in after} == {source.id: source for source in before}


def test_a_wrong_row_costs_no_other(path):
    rows = [{"url": "https://ke.example/feed"}, {"url": "ftp://x.example/"}, {"url": "https://tz.example/feed", "timezone": "Mars/Base"}, {"url": "https://ug.example/feed"}]
    added = subscriptions.add(path, rows, {})
    assert added.ids == ("ke-example", "ug-example")
    assert len(added.refused) == 2
    assert ids(path) == ["au-press", "ke-example", "ug-example"]


def test_a_list_of_another_program_that_calls_the_name_title_is_read(path):
    (row,) = subscriptions.read_csv("Title,URL\nKenya Wire,https://ke.example/feed\n", "list.csv")
    assert row == {"name": "Kenya Wire", "url": "https://ke.example/feed"}


def test_a_configuration_behind_a_link_stays_behind_it(path, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "config.toml"
    link.symlink_to(path)
    subscriptions.add(link, [{"url": "https://ke.example/feed"}], {})
    assert link.is_symlink()
    assert ids(path) == ["au-press", "ke-example"]
    assert [file.name for file in link.parent.iterdir()] == ["config.toml"]


def test_of_many_who_add_at_once_nobody_loses(path):
    def add(number):
        return subscriptions.add(path, [{"url": f"https://s{number}.example/feed"}], {}).ids

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))
    assert len(ids(path)) == 17


def test_a_list_without_addresses_is_refused():
    with pytest.raises(subscriptions.SubscriptionError, match='"url" among them'):
        subscriptions.read_csv("name,address\nA,B\n", "list.csv")
