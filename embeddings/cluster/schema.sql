CREATE TABLE settings (
    name text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE issues (
    issue_key int PRIMARY KEY,        -- never used again: what Milvus has of an issue is taken out by it
    id text NOT NULL UNIQUE,          -- SHA-256 of the file's bytes
    name text NOT NULL,
    date date,
    source text NOT NULL,
    member text NOT NULL,             -- its path inside a ZIP file; '' outside one
    root text NOT NULL,
    reading_key text NOT NULL,
    recipe text NOT NULL,
    since int NOT NULL,               -- the generation that it came with
    indexed boolean NOT NULL,         -- whether the collection has it
    articles int NOT NULL,
    chunks int NOT NULL,
    characters bigint NOT NULL,
    UNIQUE (source, member)
);
CREATE INDEX issues_not_indexed ON issues (issue_key) WHERE NOT indexed;

CREATE TABLE readings (
    reading_key text PRIMARY KEY,
    reading text NOT NULL
);
CREATE INDEX issues_by_reading ON issues (reading_key);

CREATE TABLE articles (
    article_key bigint PRIMARY KEY,
    issue_key int NOT NULL REFERENCES issues ON DELETE CASCADE,
    id text NOT NULL,
    title text NOT NULL,
    section text COLLATE "C" NOT NULL,
    section_hash bigint NOT NULL,     -- of the folded name
    byline text NOT NULL,
    kind text NOT NULL,
    page int,
    date date,
    body text NOT NULL,
    kicker text NOT NULL,
    deck text NOT NULL,
    boxes text NOT NULL,
    terms int[] NOT NULL              -- hashes of the terms of heading and body, to find phrases
);
CREATE INDEX articles_by_issue ON articles (issue_key);
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_section ON articles (section);
CREATE INDEX articles_by_terms ON articles USING gin (terms);

CREATE TABLE chunks (
    chunk_key bigint PRIMARY KEY,     -- never used again
    article_key bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
    first int NOT NULL,               -- a slice of the article's body, in characters
    last int NOT NULL,
    vector_key text NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_key);
CREATE INDEX chunks_by_vector ON chunks (vector_key);

CREATE TABLE vectors (
    vector_key text PRIMARY KEY,
    vector bytea NOT NULL             -- little-endian float32
);

-- In how many chunks each term stands. A term is an unsigned number of 64 bits, kept as a signed one.
CREATE TABLE terms (
    term bigint PRIMARY KEY,
    chunks bigint NOT NULL
);

-- Issues that were taken out and that the collection may still have, since a reader may still hold the state before.
CREATE TABLE departed (
    issue_key int PRIMARY KEY,
    until int NOT NULL                -- the generation that has it no more
);

-- Collections that another one took the place of, likewise.
CREATE TABLE retired (
    collection text PRIMARY KEY,
    until int NOT NULL                -- the newest generation whose readers may use it
);

CREATE TABLE outbox (
    change_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    path text NOT NULL,
    content text NOT NULL
);
