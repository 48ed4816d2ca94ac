"""Which jobs there are: hosts with something due, and no more than the matcher can follow."""

from dataclasses import replace

from aggregator.fleet.jobs import Job
from aggregator.fleet.leader import LONGEST_LINE, MOST_UNDECIDED, may_visit, settling, visits
from storage.model import Standing
from tests.factory import NOW, source


def due(*sources):
    return [(one, Standing(one.id, NOW)) for one in sources]


def test_a_host_is_one_job_with_its_sources_in_order():
    one, other, third = source(id="a", url="https://au.example/a"), source(id="b", url="https://nz.example/b"), source(id="c", url="https://au.example/c")
    assert visits(due(one, other, third), lambda source: False) == (Job("visit", "au.example", ("a", "c")), Job("visit", "nz.example", ("b",)))


def test_the_operators_own_sources_stand_in_no_line():
    one, third = source(id="a", url="http://127.0.0.1/a"), source(id="c", url="http://127.0.0.1/c")
    assert [job.source_ids for job in visits(due(one, third), lambda source: True)] == [("a",), ("c",)]


def test_a_host_with_very_many_sources_is_visited_in_parts():
    many = [replace(source(), id=f"s{number}") for number in range(LONGEST_LINE + 5)]
    (job,) = visits(due(*many), lambda source: False)
    assert len(job.source_ids) == LONGEST_LINE


def test_a_slow_matcher_slows_the_polling():
    assert may_visit(waiting=0, undecided=MOST_UNDECIDED - 1)
    assert not may_visit(waiting=0, undecided=MOST_UNDECIDED)


def test_what_waits_is_decided_and_published():
    assert settling(undecided=3, unpublished=False) == (Job("decide"),)
    assert settling(undecided=0, unpublished=True) == (Job("publish"),)
    assert settling(undecided=0, unpublished=False) == ()


def test_a_job_is_the_same_after_its_way_through_a_queue():
    job = Job("visit", "au.example", ("a", "c"))
    assert Job.of("visit", job.payload()) == job
    assert Job.of("decide", None) == Job("decide")
