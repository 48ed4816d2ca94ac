"""What we publish: feeds and pages, as files, and over HTTP.

publisher.py       publish(): brings the directory up to what the store holds. Read this first
printing.py        one round of publishing, step by step
catalogue.py       which feeds there are, and which of them a meeting enters
editions.py        the feeds as they stand published, those that ended among them
rolls.py           which entries each document of a feed holds: live, archives, taken out
shelf.py           meetings in every format, drawn once when they change
presentation.py    what is said of a meeting, in the order it is said
overruled.py       which rulings are on a meeting
telling.py         what pages tell of rulings and of the sources
tallies.py         how often those of a feed met: on which days, with whom
titles.py          what a meeting is called: who met whom, where
headings.py        what a feed is called, and what it says it holds
messages/          the words we write ourselves, in each language we write
content.py         a meeting as the HTML inside an entry
documents.py       a feed as its documents, put together from drawings
atom.py            a feed as Atom, with its archives
atom_entry.py      what feedgen cannot write: links, source, languages, event module, tombstones
jsonfeed.py        a feed as JSON Feed, with the facts of each meeting
rss.py             a feed as RSS 2.0
ical.py            a feed as iCalendar
opml.py            the list of all feeds
corrections.py     what was said of a meeting, and what of it has changed since
alarms.py          sources that need a look
notices.py         an entry that is no meeting: a correction, an alarm, the last word of a feed
digest.py          the news of a feed as a mail
manifest.py        what is published, for programs
websub.py          whom to tell that feeds have changed
pages/             HTML: front, feeds, meetings, sources; templates, charts and the stylesheet
site.py            addresses, and the ids that never change
clean.py           what may stand in a document: text, addresses, language tags
places.py          names of countries, regions, languages and organisations
data/              those names, and the script that wrote them
press.py           writes the files whose bytes are new, with their gzip forms
files.py           files replaced whole
server.py          the published files over HTTP
ended.py           what became of feeds that ended and of meetings that proved to be others
answers.py         bytes as the answer to one request
asking.py          /search and /api over HTTP
api.py             what can be asked for, and how: the parameters and the OpenAPI description
lookup.py          what the store answers: searches, meetings, feeds
connections.py     connections that cannot be held open
metrics.py         the numbers for monitoring, as Prometheus reads them
http.py            validators, conditions, codings and ranges
errors.py          what can go wrong, in words for the operator

This room imports storage and never aggregator; it reads no clock and writes no SQL.
"""
