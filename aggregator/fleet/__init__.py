"""The work of one daemon divided among many, over one PostgreSQL.

jobs.py         what is handed out: wake-ups, and what a queue must do with them. Read this first
leader.py       which jobs there are now: what one worker at a time decides for all
worker.py       a member of the fleet: visits, decides, publishes, and keeps its word
pgqueuer.py     the queue that PgQueuer keeps in the same PostgreSQL
"""
