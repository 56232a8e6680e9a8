"""Conversions, chunks, merges and a filter that changes nothing, on the large table."""

import os

from bench import quotient


def conversions(bench):
    python = os.path.join(bench.cache, "venv/bin/python")
    duckdb = os.path.exists(os.path.join(bench.cache, "venv/bin/duckdb-is-here"))
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "duckdb_convert.py")
    for way, source, target, miller, bars in (
        ("CSV to NDJSON", bench.csv, "ndjson", "--icsv --ojsonl", (15, 4)),
        ("NDJSON to CSV", bench.ndjson, "csv", "--ijsonl --ocsv", (20, 2)),
    ):
        merge = f"merge {source} --to {target}"
        mode = way.lower().replace(" ", "-")
        figures = bench.section(
            way, os.path.getsize(source),
            [
                ("ours", f"{merge} --no-provenance"),
                ("ours, with provenance", f"{merge} --provenance sidecar.jsonl"),
                ("Miller", f"mlr {miller} cat {source}" if bench.has("mlr") else None),
                ("DuckDB", f"{python} {script} {mode} {source} /dev/null" if duckdb else None),
            ])
        bench.bar(way, "CPU of Miller / ours", quotient(figures, "Miller", "ours"), least=bars[0])
        bench.bar(way, "CPU of DuckDB / ours", quotient(figures, "DuckDB", "ours"), least=bars[1])
        bench.bar(way, "CPU of Miller / ours, with provenance", quotient(figures, "Miller", "ours, with provenance"))
        bench.bar(way, "CPU of DuckDB / ours, with provenance", quotient(figures, "DuckDB", "ours, with provenance"))
        bench.memory(way, "ours, with provenance", figures["ours, with provenance"])


# An empty folder for chunks. The files of the run before give their memory back but stay: ext4 searches long for the number
# of a new file when many were removed within the last minute.
NEW_PARTS = (
    "if [[ -d parts ]]; then find parts -type f -exec truncate -s 0 {} + && mv parts parts.$(date +%s%N); fi; mkdir parts")


def chunks(bench):
    topic = "chunk -n 10000"
    chunk = f"chunk -n 10000 -d parts -o parts.manifest {bench.csv}"
    figures = bench.section(
        topic, os.path.getsize(bench.csv),
        [
            ("ours, no digests", f"{chunk} --checksum none --no-provenance"),
            ("ours, digests", f"{chunk} --no-provenance"),
            ("ours, digests and provenance", chunk),
            ("mlr split", f"mlr --csv split -n 10000 --prefix parts/x {bench.csv}" if bench.has("mlr") else None),
            # What keeping the bytes costs on this machine, to whoever does.
            ("cat to a file", f"cat {bench.csv} > parts/whole"),
        ], before=NEW_PARTS)
    bench.bar(
        topic, "CPU of mlr split / ours, no digests", quotient(figures, "mlr split", "ours, no digests"), least=20,
        obstacle="nearly all of it is the system's copying into new pages; see what cat to a file takes")
    bench.bar(topic, "CPU of mlr split / ours, digests", quotient(figures, "mlr split", "ours, digests"), least=6)
    bench.bar(
        topic, "CPU of mlr split / ours, digests and provenance",
        quotient(figures, "mlr split", "ours, digests and provenance"))
    bench.memory(topic, "ours, digests and provenance", figures["ours, digests and provenance"])
    bench.run("rm -rf parts*")


def merges(bench):
    topic = "merge of the chunks"
    bench.run(f"chunk -n 10000 -d parts -o parts.manifest {bench.csv}")
    bench.run(f"merge < parts.manifest | cmp - {bench.csv}")
    figures = bench.section(
        topic, os.path.getsize(bench.csv),
        [
            ("ours, no digests", "merge --no-verify --no-provenance parts.manifest | cat"),
            ("ours, digests", "merge --no-provenance parts.manifest | cat"),
            ("ours, digests and provenance", "merge --provenance sidecar.jsonl parts.manifest | cat"),
            ("cat", "cat parts/chunk-*.csv | cat"),
            ("sha256sum", "sha256sum parts/chunk-*.csv"),
            ("openssl dgst -sha256", "openssl dgst -sha256 parts/chunk-*.csv" if bench.has("openssl") else None),
        ])
    bench.bar(topic, "CPU of cat / ours, no digests", quotient(figures, "cat", "ours, no digests"), least=0.5, digits=2)
    bench.bar(
        topic, "wall time of cat / ours, no digests", quotient(figures, "cat", "ours, no digests", "wall"), least=0.5,
        digits=2)
    bench.bar(
        topic, "CPU of openssl / ours, digests", quotient(figures, "openssl dgst -sha256", "ours, digests"), digits=2)
    bench.memory(topic, "ours, digests and provenance", figures["ours, digests and provenance"])
    bench.run("rm -rf parts")


def copying(bench):
    """The row path with a transform that writes each record as it is: what any filter costs before it does anything."""
    topic = "A filter that copies records of NDJSON"
    copy = f"probe copy {bench.ndjson}"
    openssl = bench.has("openssl")
    figures = bench.section(
        topic, os.path.getsize(bench.ndjson),
        [
            ("ours, no provenance", f"{copy} --no-provenance"),
            ("ours, with provenance", f"{copy} --provenance sidecar.jsonl"),
            ("ours, no provenance, a field of each record read", f"{copy} --reading id --no-provenance"),
            ("merge, which does not look into records", f"merge --no-provenance {bench.ndjson}"),
            ("cat and openssl dgst -sha256", f"cat {bench.ndjson} | openssl dgst -sha256" if openssl else None),
        ])
    peer = "cat and openssl dgst -sha256"
    bench.bar(
        topic, "CPU of ours, with provenance / cat and openssl", quotient(figures, "ours, with provenance", peer),
        most=2.5, digits=2)
    bench.bar(
        topic, "CPU of ours, no provenance / cat and openssl", quotient(figures, "ours, no provenance", peer), most=0.5,
        digits=2)
    bench.memory(topic, "ours, with provenance", figures["ours, with provenance"])


def verification(bench):
    topic = "prov verify of a file and its input"
    bench.run(f"merge {bench.csv} --to ndjson -o whole.ndjson")
    figures = bench.section(
        topic, os.path.getsize(bench.csv) + os.path.getsize(bench.ndjson),
        [("prov verify", "prov verify whole.ndjson"), ("sha256sum", f"sha256sum {bench.csv} whole.ndjson")])
    bench.bar(topic, "CPU of sha256sum / prov verify", quotient(figures, "sha256sum", "prov verify"), digits=2)
    bench.run("rm -f whole.ndjson*")
