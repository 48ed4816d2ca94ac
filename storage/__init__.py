"""The room that remembers.

model.py          the nouns, as frozen values
folding.py        how names and words are folded for comparing and searching
codec.py          a noun as JSON, and back
store.py          open_store(url), and the Store that holds one part per noun
sources.py        sources, what polling has taught us of them, and the visits
subscriptions.py  what hubs were asked to push to us
items.py          items and the raw entries they came from
searching.py      what holds the words that somebody looks for
meetings.py       reports, coverage, meetings, and the keys that find them
rulings.py        what people have decided
repairs.py        what was mended about meetings
publications.py   what was published: files, feeds, their entries, and what was last said of each meeting
database.py       the little SQL both databases share; StorageError
sqlite.py         the embedded database
postgres.py       the database of many machines
fleet.py          what many workers on one database have to agree on: leases, turns, duties, members
copying.py        a store copied into another, whatever database holds them
migrate.py        brings a database to the newest schema
migrations/       numbered SQL, never edited once released
"""
