"""The commands. Alone joins the rooms and reads the clock.

Exit codes: 0 all well; 1 done, but something needs a look (named on stderr); 2 the
request or the configuration is wrong; 3 an internal error, with a report id in
the log.

Touches: the clock, the terminal, signals; everything else through the modules it joins.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import click
from starlette.applications import Starlette

from aggregator import checks
from aggregator import config as configuration
from aggregator.commands import daemon, digesting, discovering, fleet, rounds, ruling, screen, trying, watching
from aggregator.commands.arguments import AS_JSON, CONFIG, Ordered
from aggregator.commands.matching import MatchError, match, read_lines
from aggregator.commands.sources import sources
from aggregator.commands.stored import backup, copy, explain, export, people, search
from aggregator.errors import AggregatorError, ConfigError
from aggregator.fetch.addresses import is_own
from aggregator.fleet.pgqueuer import PgQueuerQueue
from aggregator.logs import FORMATS, Lines
from aggregator.newsroom.server import Newsroom
from aggregator.push.callback import Callback
from aggregator.rebuilding import rebuild
from aggregator.understand.authority import extended, shipped
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from feeds import publisher, server
from feeds.alarms import Alarm
from feeds.asking import Asking
from feeds.errors import FeedsError
from feeds.metrics import metrics
from feeds.site import Site
from storage.database import StorageError
from storage.model import Source
from storage.store import Store, open_store

LOG = logging.getLogger("communique")
ALIKE = 5               # complaints of one kind that are still told one by one
EXPECTED = (AggregatorError, FeedsError, StorageError)


def clock() -> datetime:
    """The time, as every other module is told it."""
    return datetime.now(UTC)


def main() -> NoReturn:
    """Run the command line; never shows a traceback to a user."""
    logged = logging.StreamHandler(sys.stderr)
    logged.setFormatter(Lines("text"))
    logging.basicConfig(level=logging.WARNING, handlers=[logged])
    try:
        _listen_to_the_log("ERROR")
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = _told_as_json(2, error.format_message())
    except EXPECTED as error:
        click.echo(str(error), err=True)
        code = _told_as_json(2, str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:
        report = uuid.uuid4().hex[:8]
        LOG.exception("internal error report=%s", report)
        click.echo(f"internal error; the log holds it as report {report}", err=True)
        code = _told_as_json(3, f"internal error; the log holds it as report {report}")
    sys.exit(code if isinstance(code, int) else 0)


def _told_as_json(code: int, message: str) -> int:
    """`code`, after those who asked for JSON were told why there is no other answer."""
    if "--json" in sys.argv[1:]:
        click.echo(json.dumps({"error": message.splitlines(), "exit_code": code}, ensure_ascii=False))
    return code


@click.group(cls=Ordered, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("communique"), prog_name="communique")
def cli() -> None:
    """Follow the sources you choose; read each official meeting once, whoever covered it.

    \b
    See it work, without a network:   communique demo
    Start your own:                   communique init, edit config.toml, communique fetch
    """


@cli.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("communique-demo"), show_default=True, help="Where the feeds go.")
@click.option("--serve", is_flag=True, help="Stay and serve them on 127.0.0.1:8080.")
@AS_JSON
def demo(out: Path, serve: bool, as_json: bool) -> int:
    """Run everything on a bundled newsroom, served on this machine; no network needed.

    The newsroom publishes twice: the second round adds late coverage, so that an
    entry is seen to grow in place. One of its sources fails; that is part of the show.

    \b
    Example:  communique demo --out /tmp/demo --serve
    """
    shown = screen.Screen(quiet=as_json)
    out = out.absolute()
    def tell(show: rounds.Show) -> None:
        if as_json:
            click.echo(json.dumps(show.as_json(), ensure_ascii=False))
        else:
            shown.show(show, out)

    show = asyncio.run(_demo(out, shown, tell, serve=serve))
    return 0 if show.as_scripted else 1


@cli.command()
@CONFIG
def init(path: Path) -> int:
    """Write a commented config.toml where there is none.

    \b
    Example:  communique init --config news/config.toml
    """
    text = configuration.shipped_text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError((f"{path}: is there already; edit it, or name another with --config",)) from error
    except OSError as error:
        raise ConfigError((f"{path}: cannot be written: {error.strerror}",)) from error
    click.echo(f"{path} written. Put your address in `contact`, then: communique fetch")
    return 0


@cli.command()
@CONFIG
@click.option("--source", "chosen", multiple=True, metavar="ID", help="Only this source, due or not; may be given again.")
@click.option("--all", "everything", is_flag=True, help="All sources, due or not; never inside a Retry-After or within five minutes of the last visit.")
@AS_JSON
def fetch(path: Path, chosen: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """One round: poll what is due, find the meetings, publish.

    \b
    Example:  communique fetch --source vns-politics
    """
    config = _load(path)
    _require_contact(config)
    sources = _chosen(config, chosen)
    shown = screen.Screen(quiet=as_json)
    with _store(config) as store, store.claimed(), shown.progress("polling") as bar:
        outcome = asyncio.run(rounds.fetch(
            config, store, _publisher(config, store), clock=clock, sources=sources, everything=everything,
            on_progress=lambda progress: bar(progress.done, progress.total, progress.source_id),
        ))
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        shown.round(outcome)
    _complain(outcome.troubles)
    return 1 if outcome.troubles else 0


@cli.command()
@CONFIG
def run(path: Path) -> int:
    """Poll, publish and serve until told to stop.

    SIGTERM or Ctrl-C finishes or rolls back; SIGHUP reads the configuration again
    (a wrong one is refused and the old one stays).

    \b
    Example:  communique run --config /etc/communique/config.toml
    """
    config = _load(path)
    _require_contact(config)
    _listen_to_the_log("INFO")

    def reload() -> configuration.Config:
        fresh = _load(path)
        _require_contact(fresh)
        return fresh

    with _store(config) as store, store.claimed():
        callback = Callback()
        asyncio.run(daemon.run(
            config, store, clock=clock, reload=reload, callback=callback,
            publisher=lambda current: _publisher(current, store),
            serve=lambda current, stop: server.serve(
                Starlette(routes=[callback.route(), *_application(current).routes]), current.server.shown, stop),
        ))
    return 0


@cli.command()
@CONFIG
@click.option("--no-publish", is_flag=True, help="Write no files: the publish directory is another machine's.")
def worker(path: Path, no_publish: bool) -> int:
    """Be a member of a fleet: visit, decide and publish with others on one PostgreSQL.

    Start as many as are needed, on as many machines, with the same configuration.
    SIGTERM gives back what is in hand; what a killed worker had is taken over in half
    a minute. Workers that publish must see the same directory.

    \b
    Example:  communique worker --no-publish
    """
    config = _load(path)
    _require_contact(config)
    _listen_to_the_log("INFO")

    def reload() -> configuration.Config:
        fresh = _load(path)
        _require_contact(fresh)
        return fresh

    with _store(config) as visiting, open_store(config.store.url) as settling, visiting.fleet().joined(), settling.fleet().joined():
        asyncio.run(fleet.run(
            config, (visiting, settling), clock=clock, reload=reload,
            publisher=None if no_publish else lambda current: _publisher(current, settling),
            queue=lambda current: PgQueuerQueue(current.store.url, visiting.fleet().schema()),
        ))
    return 0


@cli.command()
@CONFIG
@click.option("--all", "everything", is_flag=True, help="Draw every file anew, also those whose meetings did not change.")
@AS_JSON
def publish(path: Path, everything: bool, as_json: bool) -> int:
    """Write the feeds and pages from what is stored.

    \b
    Example:  communique publish --all
    """
    config = _load(path)
    with _store(config) as store, store.claimed():
        outcome = _publisher(config, store, everything=everything)(clock())
        told = asyncio.run(rounds.announce(config, store, outcome.pings, clock=clock))
    if as_json:
        click.echo(json.dumps({"written": outcome.written, "unchanged": outcome.unchanged, "removed": outcome.removed, "feeds": outcome.feeds}))
    else:
        click.echo(f"{outcome.written} files written, {outcome.unchanged} unchanged, {outcome.feeds} feeds in {config.publish.directory}")
    troubles = (*outcome.failed, *told.troubles)
    _complain(troubles)
    return 1 if troubles else 0


@cli.command()
@CONFIG
def serve(path: Path) -> int:
    """Serve the published files over HTTP.

    \b
    Example:  communique serve
    """
    config = _load(path)
    asyncio.run(_serve(_application(config), config.server, config.publish.directory, screen.Screen()))
    return 0


@cli.command()
@CONFIG
@AS_JSON
def status(path: Path, as_json: bool) -> int:
    """Say how the sources and the store are.

    \b
    Example:  communique status --json
    """
    config = _load(path)
    with _read_only(config) as store:
        found = watching.look(store, config.sources, clock())
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        screen.Screen().health(found, now=clock())
    _complain(found.troubles)
    return 1 if found.troubles else 0


@cli.command()
@CONFIG
@click.argument("what", metavar="[SOURCE|URL]", required=False)
@AS_JSON
def check(path: Path, what: str | None, as_json: bool) -> int:
    """Read the configuration and name every mistake; or try one source without storing anything.

    \b
    Examples: communique check
              communique check vns-politics
              communique check https://example.org/feed.xml
    """
    config = _load(path)
    if what is None:
        if as_json:
            click.echo(json.dumps({"sources": len(config.sources), "topics": len(config.topics), "feeds": len(config.combinations)}))
        else:
            click.echo(f"{path}: all well; {len(config.sources)} sources, {len(config.topics)} topics, {len(config.combinations)} feeds of your own")
        _complain(lacking := _without_contact(config))
        return 1 if lacking else 0
    _require_contact(config)
    trial = asyncio.run(trying.check(config, what, clock=clock))
    if as_json:
        click.echo(json.dumps(trial.as_json(), ensure_ascii=False))
    else:
        screen.Screen().trial(trial)
    _complain(trial.troubles)
    return 1 if trial.troubles else 0


@sources.command(name="discover")
@CONFIG
@click.argument("url")
@AS_JSON
def discover_feeds(path: Path, url: str, as_json: bool) -> int:
    """Find the feeds of a site from its address, and read each once. Stores nothing.

    \b
    Example:  communique sources discover https://interior.example/
    """
    config = _load(path)
    try:
        address = checks.web_address(url)
    except ValueError as error:
        raise ConfigError((f"url = {checks.shown(url)} {error}",)) from error
    _require_contact(replace(config, sources=(*config.sources, Source("site", address, address))))
    found = asyncio.run(discovering.discover(config, address, clock=clock))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        screen.Screen().site(found)
    _complain(found.troubles)
    return 1 if found.troubles else 0


@cli.command(name="rebuild")
@CONFIG
@AS_JSON
def rebuild_all(path: Path, as_json: bool) -> int:
    """Draw every meeting again from the raw entries, and publish.

    Wanted after an upgrade, or after topics changed. Ids stay.

    \b
    Example:  communique rebuild
    """
    config = _load(path)
    shown = screen.Screen(quiet=as_json)
    with _store(config) as store, store.claimed():
        with shown.progress("reading again") as bar:
            intake = rounds.new_intake(store, config)
            decided = rebuild(store, intake, clock(), lambda done, total: bar(done, total, ""))
        outcome = _publisher(config, store, everything=True)(clock())
        told = asyncio.run(rounds.announce(config, store, outcome.pings, clock=clock))
        meetings = store.meetings.count()
    if as_json:
        click.echo(json.dumps({"items": decided.items, "meetings": meetings, "written": outcome.written, "failed": list(decided.failed)}))
    else:
        click.echo(f"{decided.items} items read again, {meetings} meetings, {outcome.written} files written")
    troubles = (*(f"item {name}: could not be understood; the log says why" for name in decided.failed), *outcome.failed, *told.troubles)
    _complain(troubles)
    return 1 if troubles else 0


@cli.command(name="match")
@click.option("--config", "path", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Where to take topics and people from; none is needed.")
@click.option("--events", is_flag=True, help="Take every item to report one event, whatever its kind.")
@click.option("--in", "source", type=click.File("r", encoding="utf-8"), default="-", help="Items, one JSON object a line (default: stdin).")
@click.option("--out", "target", type=click.File("w", encoding="utf-8"), default="-", help="Where the answers go (default: stdout).")
def match_items(path: Path | None, events: bool, source: Any, target: Any) -> int:
    """Group items into meetings: JSON lines in, JSON lines out; no store, no network.

    \b
    Example:  communique match --in items.jsonl --out meetings.jsonl
    """
    config = _load(path) if path else None
    topics, known = (config.topics, extended(config.people)) if config else (SHIPPED, shipped())
    try:
        rows = read_lines(source, getattr(source, "name", "stdin"))
    except UnicodeDecodeError as error:
        raise MatchError((f"{getattr(source, 'name', 'stdin')}: not UTF-8: {error}",)) from error
    for answer in match(rows, lambda item, of: understand(item, of, topics, known), events=events):
        target.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0


def _take_effect(config: configuration.Config, store: Store) -> tuple[str, ...]:
    """Place and publish anew what people have ruled on; what went wrong."""
    decided = rounds.new_intake(store, config).decide(clock())
    return (*rounds.not_understood(decided.failed), *_publisher(config, store)(clock()).failed)


def _site(config: configuration.Config, store: Store) -> Site:
    """The site as it names itself."""
    return publisher.site_of(store, _publishing(config), clock())


for _command in (sources, search, explain, *ruling.commands(_take_effect, clock), export, people, digesting.command(_site, clock), backup, copy):
    cli.add_command(_command)


async def _demo(out: Path, shown: screen.Screen, tell: Callable[[rounds.Show], None], *, serve: bool) -> rounds.Show:
    """Both rounds of the newsroom, over a store that is thrown away; the feeds stay in `out`. The newsroom stays up while they are served."""
    newsroom = Newsroom()
    await rounds.open_newsroom(newsroom)
    try:
        config = replace(configuration.read_config("", out / "config.toml", {}), poll=rounds.demo_polling(newsroom), sources=newsroom.sources())
        config = replace(config, publish=replace(config.publish, directory=out, title="Communiqué demo"), server=replace(config.server, search=False))
        with open_store("sqlite::memory:") as store, shown.progress("the newsroom") as bar:
            store.sources.configure(config.sources, newsroom.now)
            show = await rounds.demo(
                config, store, newsroom, _publisher(config, store),
                on_progress=lambda progress: bar(progress.done, progress.total, progress.source_id),
            )
        tell(show)
        if serve:
            await _serve(_application(config, remembered=False), config.server, out, shown)
        return show
    finally:
        await newsroom.stop()


async def _serve(application: Starlette, listen: configuration.Listen, directory: Path, shown: screen.Screen) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    daemon.on_signals({signal.SIGTERM: stop.set, signal.SIGINT: stop.set})
    await server.serve(application, listen.shown, stop, listening=lambda: shown.say(f"{directory} on http://{listen.shown}/ until Ctrl-C"))


def _application(config: configuration.Config, *, remembered: bool = True) -> Starlette:
    """The published files as the configuration says; with what is remembered beyond this process, its numbers too."""

    def numbers() -> bytes:
        with open_store(config.store.url) as store:     # a connection of its own: it is asked on another thread
            return metrics(store, clock())

    return server.application(
        config.publish.directory, hub=config.publish.hub, base_url=config.publish.base_url, numbers=numbers if remembered else None, clock=clock,
        asking=Asking(lambda: _read_only(config), _publishing(config)) if remembered and config.is_searched else None)


def _publishing(config: configuration.Config) -> publisher.Publishing:
    """What the configuration says of publishing."""
    said = config.publish
    return publisher.Publishing(
        said.title, said.base_url, said.directory, said.contact, said.languages, said.hub, said.feeds, config.topics, config.combinations,
        search=config.is_searched,
    )


def _publisher(config: configuration.Config, store: Store, *, everything: bool = False) -> Callable[[datetime], publisher.Published]:
    """Publishing as the configuration says, to be called with the time."""
    publishing = _publishing(config)
    watch = watching.Watch(store, config.sources)

    def publish(now: datetime) -> publisher.Published:
        found = watch(now)
        told = None if found is None else [Alarm(alarm.source_id, alarm.name, alarm.state, alarm.reason) for alarm in found]
        return publisher.publish(store, publishing, now=now, everything=everything, alarms=told)

    return publish


def _listen_to_the_log(default: str) -> None:
    """Show the log from the level that COMMUNIQUE_LOG names, in the format that COMMUNIQUE_LOG_FORMAT names."""
    level = os.environ.get("COMMUNIQUE_LOG", default).upper()
    if level not in logging.getLevelNamesMapping():
        raise AggregatorError(f'COMMUNIQUE_LOG = "{level}" is no level; write DEBUG, INFO, WARNING or ERROR')
    form = os.environ.get("COMMUNIQUE_LOG_FORMAT", "text")
    if form not in FORMATS:
        raise AggregatorError(f'COMMUNIQUE_LOG_FORMAT = "{form}" is no format; write {" or ".join(FORMATS)}')
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Lines(form))
    LOG.setLevel(level)


def _complain(troubles: tuple[str, ...]) -> None:
    """What needs a look, on stderr: one line each, and one line for many that failed for one reason (a full disk)."""
    by_reason: dict[str, list[str]] = {}
    for line in troubles:
        by_reason.setdefault(line.partition(": ")[2] or line, []).append(line)
    for reason, lines in by_reason.items():
        if len(lines) > ALIKE:
            click.echo(f"{len(lines)} times: {reason} (the first: {lines[0].partition(': ')[0]})", err=True)
        else:
            click.echo("\n".join(lines), err=True)


def _load(path: Path) -> configuration.Config:
    return configuration.load(path, os.environ)


def _store(config: configuration.Config) -> Store:
    """The store, told which sources there are now."""
    store = open_store(config.store.url)
    try:
        store.sources.configure(config.sources, clock())
    except BaseException:
        store.close()
        raise
    return store


def _read_only(config: configuration.Config) -> Store:
    """The store to be read alone, also where nothing may be written; an empty one where there is none yet."""
    scheme, _, name = config.store.url.partition(":")
    return open_store("sqlite::memory:") if scheme == "sqlite" and not Path(name).exists() else open_store(config.store.url, read_only=True)


def _chosen(config: configuration.Config, ids: tuple[str, ...]) -> tuple[Any, ...] | None:
    """The sources named on the command line; None when none was."""
    if not ids:
        return None
    known = {source.id: source for source in config.sources}
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise ConfigError(tuple(f'{config.path}: there is no source "{name}"; {configuration.nearest(name, known)}' for name in unknown))
    return tuple(known[name] for name in dict.fromkeys(ids))


def _without_contact(config: configuration.Config) -> tuple[str, ...]:
    """What is wrong when other people's machines are polled and nobody says whom they can write to."""
    abroad = [source for source in config.sources if not is_own(source.url, config.poll.allow)]
    if not abroad or config.publish.contact:
        return ()
    return (
        f'{config.path}: [publish]: contact = "" must not be empty when sources of others are polled (the first: "{abroad[0].id}"); '
        "write your e-mail address or a page about you: publishers see it in the User-Agent",
    )


def _require_contact(config: configuration.Config) -> None:
    if lacking := _without_contact(config):
        raise ConfigError(lacking)
