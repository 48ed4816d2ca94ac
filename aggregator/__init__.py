"""The room that brings in: from the world to the store.

config.py     config.toml, checked whole, as plain frozen values
checks.py     what a value of config.toml must be
poll/         which sources are due, visits them, decides when to come back
push/         documents that hubs push to us
fetch/        the document at an address: polite, conditional, bounded, guarded HTTP
parse/        a document as entries, in a process that can be killed
normalise/    an entry as an item
understand/   what an item says: its reports, each fact with its words
deduper/      which meeting an item reports, and the meeting drawn from its items
ingest.py     the steps above in order, for one document. Read this first
wrappers.py   what the texts of each source are wrapped in, learnt and left out
placing.py    which meetings the reports of an item are of, in the store
rebuilding.py everything that was concluded, drawn again from the raw entries
announcing.py hubs told that feeds have changed (WebSub)
fleet/        the work of one daemon divided among many, over one PostgreSQL
cli.py        the commands; alone joins the rooms and reads the clock
commands/     what the commands do
newsroom/     the bundled sources of `communique demo`, served on loopback
logs.py       one line for each event, as text or as JSON
supervisor.py word to systemd: ready, alive, stopping
errors.py     what can go wrong in this room, in words for the operator
"""
