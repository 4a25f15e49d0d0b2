CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE issues (
    issue_key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,          -- SHA-256 of the file's bytes
    name TEXT NOT NULL,
    date TEXT,                        -- ISO 8601, NULL when unknown
    source TEXT NOT NULL UNIQUE,      -- the file it was read from
    root TEXT NOT NULL,               -- the path a build was given; '' for an issue added by hand
    recipe TEXT NOT NULL              -- how it was parsed and cut; another recipe means reading it again
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
    body TEXT NOT NULL
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
    vector BLOB NOT NULL              -- little-endian float32
);
