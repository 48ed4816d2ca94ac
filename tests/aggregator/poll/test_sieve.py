"""The operator's words are words: never expressions, and never slow."""

import time

import pytest

from aggregator.poll.sieve import is_wanted
from tests.factory import entry


@pytest.mark.case("S31")
@pytest.mark.parametrize("word", ["(a+)+$", "(a|aa)+$", "a" * 5000, "a*" * 500, ".*.*.*=.*"])
def test_s31_no_word_of_a_rule_can_stall_the_reading_of_an_entry(word):
    long = entry(title="a" * 20_000 + "!", summary="a " * 10_000, content="<" * 20_000)
    began = time.process_time()
    is_wanted(long, keep=(), block=(word,) * 50)
    assert time.process_time() - began < 1


@pytest.mark.case("S31")
def test_s31_signs_of_expressions_stand_for_themselves():
    assert is_wanted(entry(title="Talks"), keep=(), block=(".*",))
    assert not is_wanted(entry(title="Visas are advisable"), keep=(), block=("visa*",))
