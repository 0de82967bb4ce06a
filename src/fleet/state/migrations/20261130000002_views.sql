-- What others read: docs/fleet.md describes every column. Bands are texts `P0` to `P4`, days texts `YYYY-MM-DD`, moments seconds since 1970.

-- Every repository, with its state in the last run and what is in it.
CREATE VIEW v_repositories AS
SELECT
    repositories.name AS name,
    repositories.origin AS origin,
    repositories.owner AS owner,
    CASE
        WHEN repositories.gone_run IS NOT NULL THEN 'gone'
        WHEN repositories.left_out IS NOT NULL THEN 'left out'
        WHEN tasks.state = 'done' AND tasks.finished_run = (SELECT MAX(number) FROM runs) THEN 'scanned'
        WHEN tasks.state = 'done' THEN 'unchanged'
        WHEN tasks.state IN ('waiting', 'split') THEN 'waiting'
        WHEN repositories.scanned_commit IS NOT NULL THEN 'stale'
        ELSE 'failed'
    END AS state,
    CAST(CASE WHEN repositories.gone_run IS NULL AND repositories.left_out IS NULL AND tasks.state NOT IN ('done', 'waiting', 'split') AND repositories.scanned_commit IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) AS is_stale,
    repositories.left_out AS left_out,
    repositories.head AS head,
    repositories.scanned_commit AS scanned_commit,
    repositories.scanned_on AS scanned_on,
    repositories.scanned_at AS scanned_at,
    repositories.first_run AS first_run,
    repositories.id AS id,
    COALESCE(judged.assets, 0) AS assets,
    COALESCE(judged.places, 0) AS places,
    COALESCE(judged.p0, 0) AS p0,
    COALESCE(judged.p1, 0) AS p1,
    COALESCE(judged.p2, 0) AS p2,
    COALESCE(judged.p3, 0) AS p3,
    COALESCE(judged.p4, 0) AS p4,
    COALESCE(judged.broken, 0) AS broken,
    COALESCE(judged.ready, 0) AS ready,
    COALESCE(judged.files, 0) AS files,
    COALESCE(judged.gaps, 0) AS gaps
FROM repositories
LEFT JOIN tasks ON tasks.id = repositories.task
LEFT JOIN standings ON standings.is_standing = 1
LEFT JOIN judged ON judged.standing = standings.id AND judged.repository = repositories.id;

-- What share of the organisation was looked at; the parts add up to repositories.
CREATE VIEW v_coverage AS
SELECT
    COUNT(*) AS repositories,
    COALESCE(SUM(CASE WHEN state = 'scanned' THEN 1 ELSE 0 END), 0) AS scanned,
    COALESCE(SUM(CASE WHEN state = 'unchanged' THEN 1 ELSE 0 END), 0) AS unchanged,
    COALESCE(SUM(CASE WHEN state = 'stale' THEN 1 ELSE 0 END), 0) AS stale,
    COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS failed,
    COALESCE(SUM(CASE WHEN state = 'left out' THEN 1 ELSE 0 END), 0) AS left_out,
    COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting,
    CAST(COALESCE(SUM(files), 0) AS BIGINT) AS files,
    CAST(COALESCE(SUM(gaps), 0) AS BIGINT) AS gaps
FROM v_repositories
WHERE state <> 'gone';

-- Repository × asset.
CREATE VIEW v_assets AS
SELECT
    repositories.name AS repository,
    repositories.owner AS owner,
    assets.asset AS id,
    assets.name AS name,
    assets.kind AS kind,
    assets.algorithm AS algorithm,
    assets.seen AS seen,
    'P' || CAST(assets.band AS TEXT) AS band,
    assets.list AS list,
    assets.class AS class,
    assets.broken AS broken,
    assets.ready AS ready,
    assets.is_private AS is_private,
    assets.public_key AS public_key,
    assets.last_day AS last_day,
    assets.policy AS policy,
    assets.not_after AS not_after,
    assets.outlives AS outlives,
    assets.places AS places,
    assets.place AS place,
    spans.first_run AS since_run
FROM assets
JOIN standings ON standings.id = assets.standing AND standings.is_standing = 1
JOIN repositories ON repositories.id = assets.repository
LEFT JOIN spans ON spans.repository = assets.repository AND spans.asset = assets.asset;

-- The last day that a policy leaves, and what is still open for it.
CREATE VIEW v_deadlines AS
SELECT
    assets.last_day AS day,
    assets.policy AS policy,
    COUNT(*) AS open,
    COUNT(DISTINCT assets.repository) AS repositories
FROM assets
JOIN standings ON standings.id = assets.standing AND standings.is_standing = 1
WHERE assets.last_day IS NOT NULL
GROUP BY assets.last_day, assets.policy;

-- Where the organisation stood after each run.
CREATE VIEW v_trend AS
SELECT run, day, repositories, assets, places, p0, p1, p2, p3, p4, broken, ready FROM points;

-- Certificates that are valid beyond a deadline; the others are in v_assets.
CREATE VIEW v_certificates AS
SELECT repository, owner, id, name, kind, algorithm, band, class, not_after, outlives AS deadline, places, place
FROM v_assets
WHERE kind = 'certificate' AND outlives IS NOT NULL;

-- Keys that stand in several repositories, by themselves or in certificates.
CREATE VIEW v_shared_keys AS
SELECT
    public_key AS id,
    MIN(CASE WHEN kind = 'key' THEN name END) AS name,
    MIN(band) AS band,
    MAX(is_private) AS is_private,
    COUNT(DISTINCT repository) AS repositories
FROM v_assets
WHERE public_key IS NOT NULL
GROUP BY public_key
HAVING COUNT(DISTINCT repository) > 1;

-- What could not be scanned, and parts of repositories that could not be.
CREATE VIEW v_failures AS
SELECT
    repositories.name AS repository,
    repositories.owner AS owner,
    tasks.class AS class,
    tasks.reason AS reason,
    tasks.attempts AS attempts,
    COALESCE(repositories.failed_since, tasks.planned_run) AS since_run,
    CAST(CASE WHEN repositories.scanned_commit IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) AS has_older
FROM tasks
JOIN repositories ON repositories.task = tasks.id OR repositories.task = tasks.parent
WHERE tasks.state = 'failed' AND repositories.gone_run IS NULL AND repositories.left_out IS NULL;

CREATE VIEW v_runs AS
SELECT number, started_at, finished_at, day, version, rules, settings FROM runs;
