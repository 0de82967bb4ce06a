-- Moments are seconds since 1970 (UTC), days are texts `YYYY-MM-DD`, what is yes or no is 1 or 0. The same statements hold on SQLite and
-- PostgreSQL. Tables are for the program; what others read are the views, which docs/fleet.md describes.

-- Every repository that a target ever named.
CREATE TABLE repositories (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    origin TEXT NOT NULL,
    owner TEXT NOT NULL,
    branch TEXT,
    head TEXT,
    archived BIGINT NOT NULL,
    fork BIGINT NOT NULL,
    kilobytes BIGINT,
    -- Why the settings leave it out; NULL where they do not.
    left_out TEXT,
    -- The task of its present head.
    task TEXT,
    first_run BIGINT NOT NULL,
    last_run BIGINT NOT NULL,
    -- The first run whose targets did not name it any more.
    gone_run BIGINT,
    -- What the current results are of; NULL where nothing of it was ever scanned.
    scanned_commit TEXT,
    scanned_at BIGINT,
    -- The day of the run that scanned it.
    scanned_on TEXT,
    -- The first of the runs in which it, or a part of it, failed, without one between that scanned all of it.
    failed_since BIGINT
);
CREATE INDEX repositories_task ON repositories (task);

CREATE TABLE runs (
    number BIGINT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    day TEXT NOT NULL,
    version TEXT NOT NULL,
    rules TEXT NOT NULL,
    settings TEXT NOT NULL
);

-- A head to scan, or a part of one. The id is made from head, part and engine, so it is never there twice.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    -- Of a part: the task of the whole.
    parent TEXT,
    -- The task itself, as JSON.
    body TEXT NOT NULL,
    -- waiting, done, failed, split (its parts stand for it), dropped (the head moved on before anybody came to it).
    state TEXT NOT NULL,
    -- How often somebody began with it.
    attempts BIGINT NOT NULL,
    class TEXT,
    reason TEXT,
    planned_run BIGINT NOT NULL,
    finished_run BIGINT,
    finished_at BIGINT,
    -- Of what is done: what came out.
    result TEXT
);
CREATE INDEX tasks_state ON tasks (state);
CREATE INDEX tasks_parent ON tasks (parent);
CREATE INDEX tasks_repository ON tasks (repository);

-- What came out of scans, by content key. The objects themselves are in the store.
CREATE TABLE results (
    key TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    tree TEXT NOT NULL,
    version TEXT NOT NULL,
    rules TEXT NOT NULL,
    settings TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    files BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    places BIGINT NOT NULL
);
CREATE INDEX results_repository ON results (repository);

-- Which results are a repository's present state: one, or one for each part.
CREATE TABLE current_results (
    repository TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (repository, key)
);

-- By which policies and on which day something was judged. One of them is the standing one, which the views show.
CREATE TABLE standings (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    policies TEXT NOT NULL,
    quantum_year BIGINT NOT NULL,
    is_standing BIGINT NOT NULL
);

-- A repository's totals in a standing, and the results that they are of.
CREATE TABLE judged (
    standing TEXT NOT NULL,
    repository TEXT NOT NULL,
    results TEXT NOT NULL,
    assets BIGINT NOT NULL,
    places BIGINT NOT NULL,
    p0 BIGINT NOT NULL,
    p1 BIGINT NOT NULL,
    p2 BIGINT NOT NULL,
    p3 BIGINT NOT NULL,
    p4 BIGINT NOT NULL,
    broken BIGINT NOT NULL,
    ready BIGINT NOT NULL,
    files BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    PRIMARY KEY (standing, repository)
);

-- Repository × asset, judged.
CREATE TABLE assets (
    standing TEXT NOT NULL,
    repository TEXT NOT NULL,
    asset TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    algorithm TEXT,
    seen TEXT NOT NULL,
    band BIGINT NOT NULL,
    list TEXT NOT NULL,
    class TEXT NOT NULL,
    broken BIGINT NOT NULL,
    ready BIGINT NOT NULL,
    is_private BIGINT NOT NULL,
    -- Of a key, and of the key in a certificate: SHA-256 of its public half, by which it is the same everywhere.
    public_key TEXT,
    -- The last day that the strictest policy leaves, and that policy.
    last_day TEXT,
    policy TEXT,
    not_after TEXT,
    -- Of a certificate: the earliest deadline that it is valid beyond.
    outlives TEXT,
    places BIGINT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (standing, repository, asset)
);
CREATE INDEX assets_asset ON assets (standing, asset);
CREATE INDEX assets_public_key ON assets (standing, public_key);
CREATE INDEX assets_algorithm ON assets (standing, algorithm);

-- Since which run an asset is in a repository, and the first run in which it was not any more.
CREATE TABLE spans (
    repository TEXT NOT NULL,
    asset TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    band BIGINT NOT NULL,
    class TEXT NOT NULL,
    places BIGINT NOT NULL,
    place TEXT NOT NULL,
    first_run BIGINT NOT NULL,
    gone_run BIGINT,
    PRIMARY KEY (repository, asset)
);
CREATE INDEX spans_first ON spans (first_run);
CREATE INDEX spans_gone ON spans (gone_run);

-- Where the organisation stood when a run had finished, by the standing of that day.
CREATE TABLE points (
    run BIGINT PRIMARY KEY,
    day TEXT NOT NULL,
    repositories BIGINT NOT NULL,
    assets BIGINT NOT NULL,
    places BIGINT NOT NULL,
    p0 BIGINT NOT NULL,
    p1 BIGINT NOT NULL,
    p2 BIGINT NOT NULL,
    p3 BIGINT NOT NULL,
    p4 BIGINT NOT NULL,
    broken BIGINT NOT NULL,
    ready BIGINT NOT NULL
);
