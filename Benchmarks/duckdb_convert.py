"""DuckDB's conversions: duckdb_convert.py csv-to-ndjson|ndjson-to-csv FILE OUTPUT, on one thread.

Text of CSV stays text, as ours does: no time goes into guessing types.
"""

import sys

import duckdb

way, source, output = sys.argv[1:]
connection = duckdb.connect()
connection.execute("SET threads = 1")
if way == "csv-to-ndjson":
    table = f"read_csv('{source}', header = true, all_varchar = true, quote = '\"', escape = '\"', delim = ',')"
    options = "FORMAT json"
else:
    table = f"read_json('{source}', format = 'newline_delimited')"
    options = "FORMAT csv, HEADER"
connection.execute(f"COPY (SELECT * FROM {table}) TO '{output}' ({options})")
