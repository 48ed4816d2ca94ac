"""What the commands do between reading their arguments and showing the result.

arguments.py      what several commands take
rounds.py         a round, the demo
trying.py         a source tried: what it would bring
daemon.py         polls, publishes and serves until told to stop
fleet.py          a member of a fleet, until told to stop
matching.py       the `match` command: items in, their meetings out
stored.py         the commands over what is stored: search, explain, export, backup, copy
explaining.py     what an item says, with the words that told us, and why its reports are of their meetings
comparing.py      why two items or meetings are one, or are not, and what would have had to be different
ruling.py         the commands by which a person overrules
digesting.py      what is new in a feed as a mail, printed or sent
exporting.py      meetings as rows, for a spreadsheet or a program
sources.py        the commands that list, add, remove, import and export sources
discovering.py    the feeds of a site, found from its address
subscriptions.py  sources added to and taken from config.toml, comments kept
health.py         how the sources are, in words
watching.py       the same asked of the store, and what needs a look as alarms
screen.py         what people see: progress on a terminal, and a table at the end
"""
