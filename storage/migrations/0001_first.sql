-- 0001_first.sql: every noun of the model
--
-- Moments are TEXT, UTC, ISO 8601 with six digits of a second, so they sort; days are YYYY-MM-DD.
-- `value` holds the whole noun as JSON; the columns beside it are what questions are asked by.

CREATE TABLE settings (
    name          TEXT PRIMARY KEY,
    value         TEXT NOT NULL
);

CREATE TABLE sources (
    id            TEXT PRIMARY KEY,
    value         TEXT NOT NULL,
    retired_at    TEXT                      -- when it left the configuration; its items stay
);

CREATE TABLE standings (
    source_id     TEXT PRIMARY KEY REFERENCES sources (id),
    due           TEXT NOT NULL,
    value         TEXT NOT NULL,
    leased_until  TEXT,                     -- the worker of a fleet that is visiting it has it until then
    leased_by     TEXT
);
CREATE INDEX standings_by_due ON standings (due, source_id);
CREATE INDEX standings_by_lease ON standings (leased_by) WHERE leased_by IS NOT NULL;

CREATE TABLE workers (                      -- the members of a fleet
    id            TEXT PRIMARY KEY,
    seen          TEXT NOT NULL,
    value         TEXT NOT NULL
);

CREATE TABLE duties (                       -- what one worker at a time does for all
    name          TEXT PRIMARY KEY,
    holder        TEXT NOT NULL,
    until         TEXT NOT NULL
);

CREATE TABLE polls (
    source_id     TEXT NOT NULL REFERENCES sources (id),
    at            TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (source_id, at)
);
CREATE INDEX polls_by_time ON polls (at);

CREATE TABLE silences (                     -- hosts that asked to be left alone
    host          TEXT PRIMARY KEY,
    until         TEXT NOT NULL,
    reason        TEXT NOT NULL
);

CREATE TABLE moves (                        -- permanent redirects of sources' addresses, met or believed
    source_id     TEXT PRIMARY KEY REFERENCES sources (id),
    value         TEXT NOT NULL
);

CREATE TABLE subscriptions (                -- what hubs push to us (WebSub)
    source_id     TEXT PRIMARY KEY REFERENCES sources (id),
    value         TEXT NOT NULL
);

CREATE TABLE robots (                       -- the robots.txt of hosts
    origin        TEXT PRIMARY KEY,         -- "https://au.example"
    until         TEXT NOT NULL,            -- it holds
    failures      INTEGER NOT NULL,         -- in a row; above 0 nothing may be read
    text          TEXT NOT NULL
);

CREATE TABLE tries (                        -- articles that could not be had yet
    source_id     TEXT NOT NULL REFERENCES sources (id),
    link          TEXT NOT NULL,
    times         INTEGER NOT NULL,
    last          TEXT NOT NULL,
    PRIMARY KEY (source_id, link)
);

CREATE TABLE waiting (                      -- entries above what a source may bring in a day
    source_id     TEXT NOT NULL REFERENCES sources (id),
    item_id       TEXT NOT NULL,            -- that each will make
    seen_at       TEXT NOT NULL,
    raw           TEXT NOT NULL,            -- JSON
    PRIMARY KEY (source_id, item_id)
);

CREATE TABLE last_documents (               -- what each source's last document held: its entries need not be read again
    source_id     TEXT PRIMARY KEY REFERENCES sources (id),
    entries       TEXT NOT NULL             -- JSON: the fingerprint of each entry, and the id of its item
);

CREATE TABLE items (
    id            TEXT PRIMARY KEY,
    source_id     TEXT NOT NULL REFERENCES sources (id),
    outlet        TEXT NOT NULL,
    url           TEXT NOT NULL,
    title         TEXT NOT NULL,
    summary       TEXT NOT NULL,
    body          TEXT NOT NULL,
    html          TEXT NOT NULL,
    language      TEXT NOT NULL,
    published     TEXT,
    first_seen    TEXT NOT NULL,
    guid          TEXT NOT NULL,
    authors       TEXT NOT NULL,            -- JSON
    tags          TEXT NOT NULL,            -- JSON
    credit        TEXT NOT NULL,
    hash          TEXT NOT NULL,
    decided       INTEGER NOT NULL          -- 1 once its reports and coverage were drawn
);
CREATE INDEX items_in_order ON items (first_seen, id);
CREATE INDEX items_undecided ON items (first_seen, coalesce(published, ''), id) WHERE decided = 0;
CREATE INDEX items_by_url ON items (url, source_id);
CREATE INDEX items_by_date ON items (source_id, published);
CREATE INDEX items_by_hash ON items (hash);
CREATE INDEX items_of_source ON items (source_id, first_seen, id);

CREATE TABLE item_words (                   -- for searching: folded words, a space before and after each
    item_id       TEXT PRIMARY KEY REFERENCES items (id),
    words         TEXT NOT NULL
);

CREATE TABLE entries (                      -- every revision as the document had it: all else can be drawn again from these
    item_id       TEXT NOT NULL REFERENCES items (id),
    hash          TEXT NOT NULL,            -- of the item it made; a text that comes back replaces itself
    seen_at       TEXT NOT NULL,
    raw           TEXT NOT NULL,            -- JSON
    PRIMARY KEY (item_id, hash)
);

CREATE TABLE reports (
    item_id       TEXT NOT NULL REFERENCES items (id),
    position      INTEGER NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
);

CREATE TABLE report_keys (                  -- what makes two reports worth comparing
    key           TEXT NOT NULL,
    day           TEXT NOT NULL,            -- of the event or the publication; '' when neither is known
    item_id       TEXT NOT NULL,
    position      INTEGER NOT NULL,
    PRIMARY KEY (key, day, item_id, position)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE keys_held (                    -- the keys each report holds, so that they can be replaced
    item_id       TEXT NOT NULL REFERENCES items (id),
    position      INTEGER NOT NULL,
    day           TEXT NOT NULL,
    keys          TEXT NOT NULL,            -- JSON
    PRIMARY KEY (item_id, position)
);

CREATE TABLE key_counts (
    key           TEXT PRIMARY KEY,
    reports       INTEGER NOT NULL
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE coverage (
    item_id       TEXT NOT NULL REFERENCES items (id),
    position      INTEGER NOT NULL,
    meeting_id    TEXT NOT NULL,
    source_id     TEXT NOT NULL,
    rank          TEXT NOT NULL,            -- who of a meeting is heard first
    value         TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
);
CREATE INDEX coverage_by_meeting ON coverage (meeting_id, item_id, position);
CREATE INDEX coverage_by_rank ON coverage (meeting_id, rank);
CREATE INDEX coverage_by_source ON coverage (meeting_id, source_id);

CREATE TABLE undrawn (                      -- meetings whose members changed since they were drawn
    meeting_id    TEXT PRIMARY KEY,
    item_id       TEXT NOT NULL             -- that left it last; '' for none
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE meetings (
    id            TEXT PRIMARY KEY,
    day           TEXT,
    updated       TEXT NOT NULL,
    value         TEXT NOT NULL
);
CREATE INDEX meetings_newest ON meetings (updated DESC, id);

CREATE TABLE meeting_labels (               -- which feeds a meeting may enter
    kind          TEXT NOT NULL,            -- country | organisation | topic | pair
    code          TEXT NOT NULL,            -- "VN", "ASEAN", "drugs", "RU-VN"
    updated       TEXT NOT NULL,            -- of the meeting, so that the newest are found without looking at the others
    day           TEXT NOT NULL,            -- of the meeting, '' when it is not known: so that days are counted in the index alone
    meeting_id    TEXT NOT NULL REFERENCES meetings (id),
    PRIMARY KEY (meeting_id, kind, code)
);
CREATE INDEX labels_by_day ON meeting_labels (kind, code, day);
CREATE INDEX labels_newest ON meeting_labels (kind, code, updated DESC, meeting_id);

CREATE TABLE minted (                       -- every id a meeting ever had; outlives the meeting
    meeting_id    TEXT PRIMARY KEY,
    successor     TEXT,                     -- the meeting it proved to be
    removed_at    TEXT
);
CREATE INDEX minted_by_successor ON minted (successor);

CREATE TABLE relations (                    -- possibly the same
    meeting_id    TEXT NOT NULL,            -- the smaller id of the two
    other_id      TEXT NOT NULL,
    score         DOUBLE PRECISION NOT NULL,
    reasons       TEXT NOT NULL,            -- JSON
    PRIMARY KEY (meeting_id, other_id)
);
CREATE INDEX relations_by_other ON relations (other_id);

CREATE TABLE unpublished (                  -- meetings drawn anew, related or removed since they were last published
    meeting_id    TEXT PRIMARY KEY
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE rulings (
    id            TEXT PRIMARY KEY,
    verb          TEXT NOT NULL,
    subject       TEXT NOT NULL,            -- items, parted by blanks
    object        TEXT NOT NULL,            -- items, or tags
    ruled_at      TEXT NOT NULL,
    ruled_by      TEXT NOT NULL,
    undone_at     TEXT
);

CREATE TABLE repairs (                      -- what was mended about meetings
    id            TEXT PRIMARY KEY,
    at            TEXT NOT NULL,
    source        TEXT NOT NULL,            -- the meeting given up, or left
    target        TEXT NOT NULL,            -- the one that stays, or is joined
    value         TEXT NOT NULL
);
CREATE INDEX repairs_newest ON repairs (at DESC, id);
CREATE INDEX repairs_by_source ON repairs (source);
CREATE INDEX repairs_by_target ON repairs (target);

CREATE TABLE publications (
    path          TEXT PRIMARY KEY,
    hash          TEXT NOT NULL,
    updated       TEXT NOT NULL
);

CREATE TABLE editions (                     -- every feed that was ever published, as it stands
    path          TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    title         TEXT NOT NULL,
    appeared      TEXT NOT NULL,
    updated       TEXT NOT NULL,
    archives      INTEGER NOT NULL,         -- documents of entries that left the live one, 1 the oldest
    retired_at    TEXT,
    moved_to      TEXT NOT NULL,            -- the path of the feed it became; '' for none
    files         TEXT NOT NULL             -- JSON
);

CREATE TABLE entered (                      -- in which document of a feed readers find a meeting
    meeting_id    TEXT NOT NULL,
    path          TEXT NOT NULL,
    document      INTEGER NOT NULL,         -- 0 the live one, 1 and more an archive, -1 none any longer
    updated       TEXT NOT NULL,            -- of the entry, or when it was taken out
    size          INTEGER NOT NULL,         -- bytes of the entry
    PRIMARY KEY (meeting_id, path)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX entered_by_document ON entered (path, document, updated DESC, meeting_id);

CREATE TABLE told (                         -- what was last said of a meeting
    meeting_id    TEXT PRIMARY KEY,
    facts         TEXT NOT NULL,            -- JSON
    sequence      INTEGER NOT NULL,         -- of its calendar event: grows with every change
    made_with     TEXT NOT NULL,            -- what the renderings depend on beside the meeting
    entry         BYTEA NOT NULL,           -- its Atom entry, ready to be put into any feed
    others        BYTEA NOT NULL            -- its other renderings
);

CREATE TABLE notices (                      -- entries that are no meetings: corrections, alarms about sources
    path          TEXT NOT NULL,            -- of the feed
    id            TEXT NOT NULL,
    updated       TEXT NOT NULL,
    value         TEXT NOT NULL,            -- JSON
    PRIMARY KEY (path, id)
);
CREATE INDEX notices_newest ON notices (path, updated DESC, id);
