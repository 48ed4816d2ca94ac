"""What hubs promised is kept by source, and only for those that are followed."""

from dataclasses import replace

from storage.subscriptions import Subscription
from tests.factory import NOW, source

ONE = Subscription("a", "https://hub.example/", "https://a.example/feed", "token", "secret", NOW, until=NOW, doubted=True, trouble="HTTP 503")


def test_a_subscription_comes_back_as_it_went_and_leaves_with_its_source(store):
    store.sources.configure([source(id="a"), source(id="b", url="https://b.example/")], NOW)
    store.subscriptions.save(replace(ONE, failures=3))
    store.subscriptions.save(ONE)
    store.subscriptions.save(replace(ONE, source_id="b"))
    assert store.subscriptions.all() == (ONE, replace(ONE, source_id="b"))
    store.subscriptions.forget("b")
    assert store.subscriptions.all() == (ONE,)
    store.sources.configure([], NOW)
    assert store.subscriptions.all() == ()
