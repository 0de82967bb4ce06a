"""Reads a store with DuckDB, pyarrow and polars, as docs/fleet-store.md says, and holds it against what was written.

    python read.py STORE docs/fleet-store.md

Written are: 30 repositories with 200 places each (100 RSA keys of 2048 bits and 100 uses of AES, 100 places a file), one with two RSA keys,
two uses of MD5 and a certificate with its key; and an older scan of 200 places that is not current. Some keys are in a part as well.
"""

import os
import re
import sys
from collections import Counter
from pathlib import Path

import duckdb
import polars
import pyarrow.parquet


def check(what, is_, wanted):
    if is_ != wanted:
        sys.exit(f"{what}: {is_!r} and not {wanted!r}")
    print(f"{what}: {is_!r}")


store, page = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")
os.chdir(store)
queries = re.findall(r"```sql\n(.*?)```", page, re.S)
files = sorted(str(path) for path in store.glob("*/*/*.parquet"))
check("parts and segments", len(files), 31 + 1 + 1)

# DuckDB, by the queries of the documentation.
duck = duckdb.connect()
duck.execute("SET TimeZone = 'UTC'")
duck.execute(queries[0])
one = lambda query: duck.execute(query).fetchone()
check("places", one("SELECT count(*) FROM findings WHERE seen <> 'implied'"), (30 * 200 + 6,))
check("current keys", one("SELECT count(DISTINCT key), count(DISTINCT repository) FROM findings"), (31, 31))
check(
    "places by kind",
    duck.execute("SELECT kind, count(*) FROM findings WHERE seen <> 'implied' GROUP BY kind ORDER BY kind").fetchall(),
    [("algorithm", 30 * 100 + 2), ("certificate", 1), ("key", 30 * 100 + 3)],
)
check("key sizes", one("SELECT sum(key_bits) FROM findings WHERE kind = 'key' AND language = 'python'"), (2048 * 3001,))
check(
    "unknown sizes",
    duck.execute("SELECT path, line, unresolved FROM findings WHERE unresolved IS NOT NULL AND kind = 'key'").fetchall(),
    [("src/any.py", 4, "key_bits")],
)
check("hostile path", one("SELECT count(*) FROM findings WHERE path LIKE '=cmd|%' AND seen <> 'implied'"), (1,))
check("commit of now", one("SELECT DISTINCT commit_id, epoch(scanned_at) FROM findings"), ("c0ffee", 1795392000.0))
check("most RSA keys", duck.execute(queries[1]).fetchall(), [("github.com/example/shop", 2)])
rows = duck.execute(queries[2]).fetchall()
check("certificates beyond 2030", [row[:3] for row in rows], [("github.com/example/shop", "etc/server.pem", "CN=rsa-2048-sha256")])
check("valid until", rows[0][3].isoformat(), "2035-12-30T00:00:00+00:00")
check(
    "types in DuckDB",
    dict(duck.execute("SELECT column_type, count(*) FROM (DESCRIBE SELECT * FROM read_parquet('segment/*/*.parquet')) GROUP BY ALL").fetchall()),
    {"VARCHAR": 45, "INTEGER": 5, "BIGINT": 1, "TIMESTAMP WITH TIME ZONE": 2},
)
check("statistics", one("SELECT count(*) FROM parquet_metadata('part/*/*.parquet') WHERE path_in_schema = 'key' AND stats_min_value IS NULL"), (0,))

# pyarrow and polars, by the same rule.
current = set(pyarrow.parquet.read_table("current.parquet").column("key").to_pylist())


def once(counts):
    """Of each current key the rows of one file."""
    first = {}
    for path, keys in counts:
        for key, number in keys.items():
            if key in current:
                first.setdefault(key, number)
    return sum(first.values())


arrow = []
for path in files:
    table = pyarrow.parquet.read_table(path, partitioning=None)
    seen = table.column("seen").to_pylist()
    keys = table.column("key").to_pylist()
    arrow.append((path, Counter(key for key, how in zip(keys, seen) if how != "implied")))
    table.validate(full=True)
check("places in pyarrow", once(arrow), 30 * 200 + 6)
schema = pyarrow.parquet.read_schema(files[0])
check("time in pyarrow", str(schema.field("not_after").type), "timestamp[ms, tz=UTC]")
check("metadata", schema.metadata[b"pqscan.schema"], b"1")
check("writer", pyarrow.parquet.ParquetFile(files[0]).metadata.created_by, "pqscan version 1.0.0 (build fleet)")

frames = []
for path in files:
    frame = polars.read_parquet(path, hive_partitioning=False).filter(polars.col("seen") != "implied")
    frames.append((path, Counter(frame["key"].to_list())))
check("places in polars", once(frames), 30 * 200 + 6)
check("the same keys in both", frames == arrow, True)
