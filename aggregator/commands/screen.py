"""What people see of a command: progress on a terminal, and a table at the end.

Everything here goes to stderr but the tables, which are the answer; away from a
terminal there is no progress, and the tables are plain text.

Touches: the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from aggregator.commands.comparing import Compared
from aggregator.commands.discovering import Site
from aggregator.commands.explaining import Explained
from aggregator.commands.health import Health
from aggregator.commands.rounds import Outcome, Show
from aggregator.commands.trying import Trial, block
from aggregator.parse.entry import Discovered
from storage.model import Report, Source

PLAIN_WIDTH = 240       # columns of a table that goes to a file or a pipe: nothing is cut, and lines can be searched
NOTES = 10              # of visits, shown after a round
STATES = {"well": "green", "new": "cyan", "failing": "red", "silent": "yellow", "blocked": "red", "gone": "red", "moved": "yellow"}


class Screen:
    """The terminal, or whatever stands in its place. `quiet` shows nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._out = Console(quiet=quiet, highlight=False, width=None if Console().is_terminal else PLAIN_WIDTH)
        self._err = Console(stderr=True, quiet=quiet or not Console(stderr=True).is_terminal, highlight=False)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[int, int, str], None]]:
        """A bar while something is going on: call what it yields with how many are done, of how many, and the latest."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[latest]}"))
        with Progress(*columns, console=self._err, transient=True) as bar:
            task = bar.add_task(title, total=None, latest="")

            def show(done: int, total: int, latest: str) -> None:
                bar.update(task, completed=done, total=total, latest=escape(latest))

            yield show

    def say(self, line: str) -> None:
        """One line of the answer, as it stands."""
        self._out.print(escape(line))

    def explained(self, one: Explained | Compared) -> None:
        """What an item says or a meeting rests on: in colours on a terminal, else with the marked words in brackets."""
        markup = self._out.is_terminal
        for line in one.lines(markup=markup):
            self._out.print(line, markup=markup, emoji=False, soft_wrap=True)

    def facts(self, title: str, rows: Iterable[tuple[str, str]]) -> None:
        """A small table of names and values."""
        table = Table(title=escape(title), title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        for name, value in rows:
            table.add_row(escape(name), escape(value))
        self._out.print(table)

    def sources(self, sources: Iterable[Source]) -> None:
        """The configured sources."""
        table = _table("id", "name", "kind", "language", "country", "role", "url")
        for source in sources:
            table.add_row(*(escape(text) for text in (source.id, source.name, source.kind, source.language, source.country, source.role, source.url)))
        self._out.print(table)

    def meetings(self, rows: Iterable[dict[str, Any]]) -> None:
        """Meetings, a line each."""
        table = _table("day", "who", "where", "title", "outlets", "id")
        for row in rows:
            who = "–".join([*row["countries"], *row["organisations"]])
            table.add_row(*(escape(text) for text in (row["day"] or "undated", who, row["place"], row["title"], str(row["outlets"]), row["id"])))
        self._out.print(table)

    def health(self, health: Health, *, now: datetime) -> None:
        """How the sources and the store are."""
        table = _table("source", "", "last success", "last new item", "next visit", "why then", "last error or note")
        for source in health.sources:
            state = f"[{STATES[source.state]}]{source.state}[/]"
            moments = (_ago(source.last_success, now), _ago(source.last_new, now), _ahead(source.due, now))
            table.add_row(escape(source.id), state, *moments, escape(source.reason), escape(source.last_error or source.note))
        self._out.print(table)
        for pair in health.pairs:
            self._out.print(f"[yellow]silent[/] {escape(pair.code)}: {escape(pair.trouble)}")
        if health.workers:
            members = _table("worker", "", "seen", "in hand", "visited", "failed", "jobs waiting", "items waiting")
            for worker in health.workers:
                does = ", ".join(word for word, true in (("leads", worker.leads), ("publishes", worker.publishes)) if true)
                waiting = (str(worker.queued), str(worker.undecided)) if worker.leads else ("", "")
                members.add_row(escape(worker.name), does, _ago(worker.seen, now), str(worker.visiting), str(worker.visited), str(worker.failed), *waiting)
            self._out.print(members)
        self._out.print(f"{len(health.sources)} sources, {health.items} items, {health.meetings} meetings")

    def round(self, outcome: Outcome) -> None:
        """What a round came to."""
        told, held = outcome.round, outcome.published
        sources = [f"{told.polled} visited", f"{told.unchanged} unchanged", f"{len(told.failed)} failed"]
        left = f"; {told.missed} articles left for the next visit" if told.missed else ""
        self.facts("", (
            ("sources", ", ".join([*sources, f"{len(told.skipped)} not yet to be asked"] if told.skipped else sources)),
            ("items", f"{told.new} new, {told.changed} changed, {outcome.items} in all{left}"),
            ("meetings", f"{told.decided.meetings_new} new, {told.decided.meetings_changed} changed, {outcome.meetings} in all"),
            ("files", f"{held.written} written, {held.unchanged} unchanged, {held.feeds} feeds"),
            *((f"note: {name}", reason) for name, reason in told.noted[:NOTES]),
            *((("", f"{len(told.noted) - NOTES} further notes: --json has all"),) if len(told.noted) > NOTES else ()),
            ("time", f"{(told.wall + outcome.publish_wall) / 1000:.1f} s"),
        ))

    def show(self, show: Show, out: Path) -> None:
        """What the demo came to."""
        self.say("The newsroom published twice. The first round:")
        self.round(show.first)
        self.say("The second, with late coverage of the same meetings:")
        self.round(show.second)
        for name, reason in show.second.round.failed:
            self.say(f'One source failed, as it was to: "{name}": {reason}. The others went on.')
        self.say(f"Open {out / 'index.html'}, or subscribe: communique demo --serve, then http://127.0.0.1:8080/all.atom")

    def site(self, site: Site) -> None:
        """The feeds of a site."""
        table = _table("entries", "title", "url", "")
        for feed in site.feeds:
            table.add_row("" if feed.trouble else str(feed.entries), escape(feed.title), escape(feed.url), escape(feed.trouble))
        self._out.print(table)
        if not site.troubles:
            self.say("Follow one with: communique sources add URL")

    def trial(self, trial: Trial) -> None:
        """What a source would bring."""
        if trial.discovered is not None:
            self._page(trial.source.url, trial.discovered)
            return
        self.say(f"{trial.title or trial.source.name}: {trial.entries} entries" + (f"; the first {len(trial.found)}:" if trial.found else ""))
        table = _table("published", "language", "title", "meeting")
        for item, reports in trial.found:
            when = f"{item.published:%Y-%m-%d %H:%M}" if item.published else "undated"
            table.add_row(when, item.language, escape(item.title[:90]), escape("; ".join(map(_said, reports)) or "–"))
        self._out.print(table)


    def _page(self, url: str, found: Discovered) -> None:
        for feed in found.feeds:
            self.say(f"feed: {feed.url}" + (f" ({feed.title})" if feed.title else ""))
        for one in found.proposals:
            self.say(f"\n{block(url, one)}\n# would read {one.count} entries, {one.dated} of them dated; the first:")
            for entry in one.entries:
                self.say(f"#   {entry.published_at:%Y-%m-%d %H:%M}  {entry.title}" if entry.published_at else f"#   undated           {entry.title}")


def _said(report: Report) -> str:
    parties = "–".join(party.code for party in report.parties if party.role == "party")
    return " ".join(part for part in (report.kind, report.act, parties, report.day.isoformat() if report.day else "", report.place) if part)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{_length((now - moment).total_seconds())} ago" if moment else "never"


def _ahead(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "–"
    seconds = (moment - now).total_seconds()
    return f"in {_length(seconds)}" if seconds > 0 else "now"


def _length(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(max(seconds, 0))} s"
