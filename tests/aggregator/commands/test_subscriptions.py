"""Sources come and go in config.toml without harm to the rest of it."""

import pytest

from aggregator.commands import subscriptions
from aggregator.config import read_config
from aggregator.errors import ConfigError

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
    added, passed = subscriptions.add(path, [{"url": "https://ke.example/feed", "name": "Kenya Wire", "language": "sw"}], {})
    assert (added, passed) == (("kenya-wire",), ())
    assert ids(path) == ["au-press", "kenya-wire"]
    assert path.read_text(encoding="utf-8").startswith(CONFIG)


def test_an_address_followed_already_is_passed_over(path):
    before = path.read_bytes()
    assert subscriptions.add(path, [{"url": "https://au.example/feed"}], {}) == ((), ("https://au.example/feed",))
    assert path.read_bytes() == before


def test_sources_of_one_name_get_ids_that_differ(path):
    added, _ = subscriptions.add(path, [{"url": f"https://ke.example/{n}", "name": "Wire"} for n in range(3)], {})
    assert added == ("wire", "wire-2", "wire-3")


def test_an_id_is_made_of_the_host_where_there_is_no_name(path):
    added, _ = subscriptions.add(path, [{"url": "https://www.ke.example/feed"}], {})
    assert added == ("ke-example",)


def test_a_wrong_source_leaves_the_file_as_it_was(path):
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="language tag"):
        subscriptions.add(path, [{"url": "https://ke.example/feed", "language": "not a language"}], {})
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


def test_a_list_without_addresses_is_refused():
    with pytest.raises(subscriptions.SubscriptionError, match='"url" among them'):
        subscriptions.read_csv("name,address\nA,B\n", "list.csv")
