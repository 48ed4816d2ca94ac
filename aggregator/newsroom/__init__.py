"""The bundled newsroom of `communique demo`: outlets that do not exist, and what they wrote in two weeks.

articles.py   the outlets, their articles and what really happened, read from data/
dates.py      a moment as each outlet writes it
rss.py        an outlet's articles as RSS 2.0
atom.py       … as Atom
jsonfeed.py   … as JSON Feed
pages.py      … as listing pages and article pages
server.py     all of it on loopback, with the manners and faults of real servers
data/         meetings.toml is the truth; one file for each outlet, to read and extend

All people and outlets in it are invented. The documents are written by hand, by
format, and on purpose not by the code that writes our own feeds: they are
someone else's.

Touches: nothing.
"""
