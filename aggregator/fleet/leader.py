"""Which jobs there are now: what one worker at a time decides for all.

Back-pressure is here: no host is visited while more items wait for a decision than
can be decided in some minutes, so a slow matcher slows the polling and loses nothing.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aggregator.fleet.jobs import Job
from aggregator.poll.lines import Candidate, lines_of
from storage.model import Source

MOST_WAITING = 1_000        # hosts in the queue: a minute's work for a small fleet; more would only grow old there
MOST_UNDECIDED = 5_000      # items that wait: some minutes of one matcher
LONGEST_LINE = 100          # sources of one host in a job; the others come with the next, so that a restart waits for few


def may_visit(waiting: int, undecided: int) -> bool:
    """Whether more hosts are to be handed out.

    >>> may_visit(waiting=3, undecided=0), may_visit(waiting=MOST_WAITING, undecided=0), may_visit(waiting=0, undecided=MOST_UNDECIDED)
    (True, False, False)
    """
    return waiting < MOST_WAITING and undecided < MOST_UNDECIDED


def visits(due: Iterable[Candidate], is_own: Callable[[Source], bool]) -> tuple[Job, ...]:
    """One job for each host with a source that is due, the longest due first."""
    lines = lines_of(is_own, due).items()
    return tuple(Job("visit", host, tuple(source.id for source, _ in line[:LONGEST_LINE])) for host, line in lines)


def settling(*, undecided: int, unpublished: bool) -> tuple[Job, ...]:
    """The jobs that one worker at a time does."""
    return (*((Job("decide"),) if undecided else ()), *((Job("publish"),) if unpublished else ()))
