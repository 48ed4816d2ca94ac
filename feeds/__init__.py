"""What we publish: feeds and pages, as files, and over HTTP.

publisher.py       writes the files that changed, the index last. Read this first
catalogue.py       which feeds there are, and which of them a meeting enters
presentation.py    what is said of a meeting, in the order it is said
content.py         a meeting as the HTML inside an entry
atom.py            a feed as Atom
atom_entry.py      what feedgen cannot write: links, source, languages, event module, tombstones
opml.py            the list of all feeds
pages/             HTML: index, feed, meeting; templates and the stylesheet
shelf.py           meetings made ready once for all the feeds they are in
site.py            addresses, and the ids that never change
clean.py           what may stand in a document: text, addresses, language tags
places.py          names of countries, regions, languages and organisations
data/              those names, and the script that wrote them
files.py           files replaced whole
server.py          the published files over HTTP
http.py            validators, conditions, codings and ranges
errors.py          what can go wrong, in words for the operator

This room imports storage and never aggregator; it reads no clock and writes no SQL.
"""
