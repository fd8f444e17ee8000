"""DuckDB: one SQL query per flow with the columns given, piped to igzip."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

LEVEL = 1

FLOW_A = r"""
COPY (
  SELECT
    UID,
    profile.email AS email,
    regexp_replace(profile.firstName, '[\r\n|]', ' ', 'g') AS first_name,
    regexp_replace(profile.lastName, '[\r\n|]', ' ', 'g') AS "profile.lastName",
    profile.age AS "profile.age",
    profile.gender AS "profile.gender",
    regexp_replace(coalesce(profile.city, "profile.city"), '[\r\n|]', ' ', 'g') AS "profile.city",
    profile.country AS "profile.country",
    array_to_string(list_transform(profile.likes, lambda x: coalesce(x, '')), ';') AS "profile.likes",
    CASE WHEN data.subscribed = 'unsubscribed' THEN 'false' ELSE 'true' END AS subscribed,
    created, lastUpdated, isActive, isVerified
  FROM read_json('SOURCE', format = 'newline_delimited', columns = {
    UID: 'VARCHAR',
    profile: 'STRUCT(email VARCHAR, firstName VARCHAR, lastName VARCHAR, age BIGINT, gender VARCHAR, city VARCHAR, country VARCHAR, likes VARCHAR[])',
    "profile.city": 'VARCHAR', data: 'STRUCT(subscribed VARCHAR)', created: 'VARCHAR', lastUpdated: 'VARCHAR', isActive: 'BOOLEAN', isVerified: 'BOOLEAN'
  })
) TO 'TARGET' (FORMAT csv, DELIMITER '|', HEADER, FORCE_QUOTE *)
"""

FLOW_B = r"""
COPY (
  SELECT
    created, lastUpdated, isActive, isVerified, loginProvider, regSource,
    CASE WHEN "data.subscribed" = 'unsubscribed' THEN 'false' ELSE 'true' END AS subscribed,
    uid AS UID,
    {
      'email': mail,
      'firstName': regexp_replace("profile.firstName", '[\r\n|]', ' ', 'g'),
      'lastName': regexp_replace("profile.lastName", '[\r\n|]', ' ', 'g'),
      'age': "profile.age",
      'gender': "profile.gender",
      'city': regexp_replace("profile.city", '[\r\n|]', ' ', 'g'),
      'country': "profile.country",
      'likes': "profile.likes"
    } AS p,
    {'subscribed': "data.subscribed", 'newsletter': "data.newsletter"} AS d
  FROM read_csv('SOURCE', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {COLUMNS},
    force_not_null = [NAMES])
) TO 'TARGET' (FORMAT json)
"""

COLUMNS = [
    "uid", "mail", "profile.firstName", "profile.lastName", "profile.age", "profile.gender", "profile.city", "profile.country", "profile.likes",
    "data.subscribed", "data.newsletter", "created", "lastUpdated", "isActive", "isVerified", "loginProvider", "regSource",
]  # fmt: skip


def run(query: str, packed: Path) -> None:
    """Run a query whose target is the pipe to igzip."""
    reading, writing = os.pipe()
    with (
        packed.open("wb") as target,
        subprocess.Popen(
            [sys.executable, "-m", "isal.igzip", "-c", f"-{LEVEL}"], stdin=reading, stdout=target
        ) as igzip,
    ):
        os.close(reading)
        duckdb.sql(query.replace("TARGET", f"/dev/fd/{writing}"))
        os.close(writing)
    if igzip.returncode:
        raise SystemExit(igzip.returncode)


if __name__ == "__main__":
    flow, source, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    names = ", ".join(f"'{name}'" for name in COLUMNS)
    query = FLOW_A if flow == "A" else FLOW_B.replace("COLUMNS", columns).replace("NAMES", names)
    run(query.replace("SOURCE", source), folder / ("a.dsv.gz" if flow == "A" else "b.json.gz"))
