CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE issues (
    issue_key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,          -- SHA-256 of the file's bytes
    name TEXT NOT NULL,
    date TEXT,                        -- ISO 8601, NULL when unknown
    source TEXT NOT NULL,             -- the file it was read from
    member TEXT NOT NULL,             -- its path inside a ZIP file; '' outside one
    root TEXT NOT NULL,               -- the path a build was given; '' for an issue added by hand
    reading_key TEXT NOT NULL,        -- what the readers found in it
    recipe TEXT NOT NULL,             -- how it was parsed, corrected and cut; another one means doing so again
    checksum BLOB NOT NULL DEFAULT x'', -- of the row and the ids of its articles
    UNIQUE (source, member)
);

-- What readers found, before corrections: reading a scan takes a minute, correcting its title must not.
CREATE TABLE readings (
    reading_key TEXT PRIMARY KEY,     -- hash of the bytes and the readers' version
    reading TEXT NOT NULL,            -- JSON
    checksum BLOB NOT NULL DEFAULT x''
);

CREATE TABLE articles (
    article_key INTEGER PRIMARY KEY,
    issue_key INTEGER NOT NULL REFERENCES issues ON DELETE CASCADE,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    section TEXT NOT NULL,
    byline TEXT NOT NULL,
    kind TEXT NOT NULL,
    page INTEGER,
    date TEXT,
    body TEXT NOT NULL,
    kicker TEXT NOT NULL,
    deck TEXT NOT NULL,
    boxes TEXT NOT NULL,              -- where each line of the body is printed, as JSON; '' when unknown
    checksum BLOB NOT NULL DEFAULT x'' -- of the row, the id of its issue, and its chunks
);
CREATE INDEX articles_by_issue ON articles (issue_key);
CREATE INDEX articles_by_id ON articles (id);

CREATE TABLE chunks (
    chunk_key INTEGER PRIMARY KEY AUTOINCREMENT,
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL,           -- a slice of the article's body, in characters
    end INTEGER NOT NULL,
    vector_key TEXT NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_key);
CREATE INDEX chunks_by_vector ON chunks (vector_key);

CREATE TABLE vectors (
    vector_key TEXT PRIMARY KEY,      -- hash of the model's fingerprint and the text that was encoded
    vector BLOB NOT NULL,             -- little-endian float32
    checksum BLOB NOT NULL DEFAULT x''
);

-- What is to happen to files outside because of a commit; emptied as it is done.
CREATE TABLE outbox (
    change_key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,               -- append, place or database
    path TEXT NOT NULL,               -- the file that is to change
    content TEXT NOT NULL             -- the lines to add, or the file that takes its place
);

-- Which issues the last commits put in or took out: who holds the state before a commit reads these alone.
CREATE TABLE commits (
    commit_key INTEGER PRIMARY KEY,
    former BLOB NOT NULL,             -- the generation that was changed
    generation BLOB NOT NULL,         -- the one that was made of it
    issues BLOB NOT NULL,             -- keys, little-endian int64
    checksum BLOB NOT NULL
);
