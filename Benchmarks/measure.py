"""Runs the tools and their peers in turn and prints ratios; Benchmarks/run makes the data and calls it.

CPU is user and system time of a command with all it waits for, wall the time it takes; both are the least of all rounds.
Memory is the most that one of its processes had resident. A floor of some MB is this program's own.
"""

import os
import shutil
import subprocess
import sys
import time

XTRACT = (
    "xtract -strict -pattern PubmedArticle -def '-' -DOI '(-)' -block PubmedData/ArticleIdList/ArticleId -if @IdType"
    " -equals doi -DOI ArticleId -group PubmedArticle -def '-' -sep ' ' -element MedlineCitation/PMID"
    " Article/ArticleTitle Abstract/AbstractText Journal/Title -year 'PubDate/*' -group Article -if AuthorList/Author"
    " -block AuthorList/Author -sep ' ' -tab ';' -def '' -element LastName,Initials,CollectiveName -group Article"
    " -unless AuthorList/Author -lbl '-' -group MedlineCitation -deq '\\t' -tab '\\t' -def '-' -sep ';'"
    " -element MeshHeading/DescriptorName -group PubmedArticle -tab '\\t' -element '&DOI'"
)
FIELDS = "pmid,title,abstract,journal,year,authors,mesh,doi"
MIB = 1 << 20


class Figures:
    """The best of all runs of one command."""

    def __init__(self):
        self.cpu = self.wall = float("inf")
        self.memory = 0

    def add(self, cpu, wall, memory):
        self.cpu = min(self.cpu, cpu)
        self.wall = min(self.wall, wall)
        self.memory = max(self.memory, memory)


def run(command, folder, environment):
    """Runs a line of shell and returns CPU and wall seconds and memory in bytes."""
    start = time.monotonic()
    process = subprocess.Popen(
        ["bash", "-c", "set -o pipefail; " + command], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with status {process.returncode}: {command}\n{errors.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024


class Bench:
    def __init__(self, build, cache, table, articles, rounds):
        self.build, self.cache, self.rounds = os.path.abspath(build), os.path.abspath(cache), rounds
        self.csv, self.ndjson = os.path.abspath(table + ".csv"), os.path.abspath(table + ".ndjson")
        self.articles = os.path.abspath(articles)
        self.environment = dict(
            os.environ, PATH=self.build + ":" + os.environ["PATH"], LC_ALL="C.UTF-8",
            MILLRACE_PROVENANCE_DIR=os.path.join(self.cache, "work", "provenance"),
            MILLRACE_STATE_DIR=os.path.join(self.cache, "work", "state"))
        self.lines = []
        # What the commands write; gone at the end.
        self.work = os.path.join(self.cache, "work")
        shutil.rmtree(self.work, ignore_errors=True)
        os.mkdir(self.work)

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def has(self, program):
        return shutil.which(program, path=self.environment["PATH"]) is not None

    def section(self, title, size, commands, before=None):
        """Runs each command once a round, and prints what it used.

        size: bytes that each command reads. commands: (name, shell line), None as the line of one that is missing.
        before: a line of shell before each command, which is not measured.
        """
        figures = {name: Figures() for name, line in commands if line}
        for _ in range(self.rounds):
            for name, line in commands:
                if not line:
                    continue
                if before:
                    run(before, self.work, self.environment)
                figures[name].add(*run(line, self.work, self.environment))
        self.say(f"\n### {title}\n")
        self.say("| command | CPU s | MB per CPU s | wall s | memory MB |")
        self.say("|---|---|---|---|---|")
        for name, line in commands:
            if line:
                used = figures[name]
                self.say(
                    f"| {name} | {used.cpu:.2f} | {size / 1e6 / max(used.cpu, 0.001):.0f} | {used.wall:.2f} |"
                    f" {used.memory / MIB:.0f} |")
            else:
                self.say(f"| {name} | is not installed | | | |")
        self.say("\n| ratio | measured | bar | |")
        self.say("|---|---|---|---|")
        return figures

    def ratio(self, name, value, bar=None, atLeast=True, digits=1):
        """A line with a ratio and its bar; value None where a peer is missing."""
        if value is None:
            return self.say(f"| {name} | peer missing | {bar or ''} | |")
        if bar is None:
            return self.say(f"| {name} | {value:.{digits}f} | | |")
        passed = value >= bar if atLeast else value <= bar
        sign = "≥" if atLeast else "≤"
        self.say(f"| {name} | {value:.{digits}f} | {sign} {bar} | {'pass' if passed else 'MISS'} |")


def quotient(figures, above, below, what="cpu"):
    if above not in figures or below not in figures:
        return None
    return getattr(figures[above], what) / max(getattr(figures[below], what), 0.001)


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
        bench.ratio("CPU of Miller / ours", quotient(figures, "Miller", "ours"), bars[0])
        bench.ratio("CPU of DuckDB / ours", quotient(figures, "DuckDB", "ours"), bars[1])
        bench.ratio("CPU of Miller / ours, with provenance", quotient(figures, "Miller", "ours, with provenance"))
        bench.ratio("CPU of DuckDB / ours, with provenance", quotient(figures, "DuckDB", "ours, with provenance"))
        bench.ratio("memory of ours, MB", figures["ours"].memory / MIB, 64, atLeast=False)
        bench.ratio(
            "memory of ours, with provenance, MB", figures["ours, with provenance"].memory / MIB, 64, atLeast=False)


def chunks(bench):
    fresh = "rm -rf parts && mkdir parts"
    chunk = f"chunk -n 10000 -d parts -o parts.manifest {bench.csv}"
    figures = bench.section(
        "chunk -n 10000", os.path.getsize(bench.csv),
        [
            ("ours, no digests", f"{chunk} --checksum none --no-provenance"),
            ("ours, digests", f"{chunk} --no-provenance"),
            ("ours, digests and provenance", chunk),
            ("mlr split", f"mlr --csv split -n 10000 --prefix parts/x {bench.csv}" if bench.has("mlr") else None),
        ], before=fresh)
    bench.ratio("CPU of mlr split / ours, no digests", quotient(figures, "mlr split", "ours, no digests"), 20)
    bench.ratio("CPU of mlr split / ours, digests", quotient(figures, "mlr split", "ours, digests"), 6)
    bench.ratio(
        "CPU of mlr split / ours, digests and provenance",
        quotient(figures, "mlr split", "ours, digests and provenance"))
    bench.ratio("memory of ours, MB", figures["ours, digests"].memory / MIB, 64, atLeast=False)


def merges(bench):
    run(f"rm -rf parts; chunk -n 10000 -d parts -o parts.manifest {bench.csv}", bench.work, bench.environment)
    run(f"merge < parts.manifest | cmp - {bench.csv}", bench.work, bench.environment)
    figures = bench.section(
        "merge of the chunks", os.path.getsize(bench.csv),
        [
            ("ours, no digests", "merge --no-verify --no-provenance parts.manifest | cat"),
            ("ours, digests", "merge --no-provenance parts.manifest | cat"),
            ("ours, digests and provenance", "merge --provenance sidecar.jsonl parts.manifest | cat"),
            ("cat", "cat parts/chunk-*.csv | cat"),
            ("sha256sum", "sha256sum parts/chunk-*.csv"),
            ("openssl dgst -sha256", "openssl dgst -sha256 parts/chunk-*.csv" if bench.has("openssl") else None),
        ])
    bench.ratio("CPU of cat / ours, no digests", quotient(figures, "cat", "ours, no digests"), 0.5, digits=2)
    bench.ratio("wall of cat / ours, no digests", quotient(figures, "cat", "ours, no digests", "wall"), 0.5, digits=2)
    bench.ratio(
        "CPU of openssl / ours, digests", quotient(figures, "openssl dgst -sha256", "ours, digests"), digits=2)
    bench.ratio("memory of ours, MB", figures["ours, digests"].memory / MIB, 64, atLeast=False)


def batches(bench):
    size = os.path.getsize(bench.ndjson)
    job = "batch-run -q --workers 2 --chunk-bytes 10M"
    parallel = bench.has("parallel")
    figures = bench.section(
        "batch-run: cat over chunks of 10 MB, 2 workers, in order", size,
        [
            ("ours, no provenance", f"{job} --no-provenance -- cat < {bench.ndjson}"),
            ("ours, digests and provenance", f"{job} -- cat < {bench.ndjson}"),
            ("parallel --pipe", f"parallel --will-cite --pipe --block 10M -k -j2 cat < {bench.ndjson}" if parallel else None),
            # What keeping the result costs on this machine, to whoever does.
            ("cat to a file", f"cat {bench.ndjson} > result"),
        ], before="rm -rf state result")
    for name, bar in [("ours, digests and provenance", 2), ("ours, no provenance", 5)]:
        bench.ratio(f"CPU of parallel / {name}", quotient(figures, "parallel --pipe", name), bar)
    bench.ratio(
        "wall of ours, digests and provenance / parallel",
        quotient(figures, "ours, digests and provenance", "parallel --pipe", "wall"), 0.4, atLeast=False, digits=2)
    bench.ratio("memory of ours, MB", figures["ours, digests and provenance"].memory / MIB, 64, atLeast=False)
    numbers = "seq 1000"
    figures = bench.section(
        "1,000 runs of true, 2 workers", 1,
        [
            ("ours", f"{numbers} | batch-run -q --from ndjson --workers 2 --chunk-records 1 -- true"),
            ("xargs -P2", f"{numbers} | xargs -P2 -n1 true"),
            ("parallel -j2", f"{numbers} | parallel --will-cite -j2 true" if parallel else None),
        ], before="rm -rf state")
    bench.ratio("CPU of ours / xargs", quotient(figures, "ours", "xargs -P2"), 2, atLeast=False)
    bench.ratio("CPU of parallel / ours", quotient(figures, "parallel -j2", "ours"))


def pubmed(bench):
    real = "real" if "real" in os.path.basename(bench.articles) else "invented"
    line = f"gzip -dc {bench.articles} | {XTRACT}"
    figures = bench.section(
        f"aug-pubmed parse, 20,000 {real} articles, 8 fields", os.path.getsize(bench.articles),
        [
            ("ours", f"aug-pubmed parse --fields {FIELDS} --no-provenance {bench.articles}"),
            ("ours, with provenance", f"aug-pubmed parse --fields {FIELDS} --provenance sidecar.jsonl {bench.articles}"),
            ("gzip and xtract -strict", line if bench.has("xtract") else None),
        ])
    peer = "gzip and xtract -strict"
    bench.ratio("CPU of ours / xtract", quotient(figures, "ours", peer), 0.6, atLeast=False, digits=2)
    bench.ratio("wall of ours / xtract", quotient(figures, "ours", peer, "wall"), 0.5, atLeast=False, digits=2)
    bench.ratio("memory of ours, MB", figures["ours"].memory / MIB, 20, atLeast=False)


def verification(bench):
    run(f"merge {bench.csv} --to ndjson -o whole.ndjson", bench.work, bench.environment)
    files = f"{bench.csv} whole.ndjson"
    figures = bench.section(
        "prov verify of a file and its input", os.path.getsize(bench.csv) + os.path.getsize(bench.ndjson),
        [("prov verify", "prov verify whole.ndjson"), ("sha256sum", f"sha256sum {files}")])
    bench.ratio("CPU of sha256sum / prov verify", quotient(figures, "sha256sum", "prov verify"), digits=2)


def start(bench):
    """How much longer than /bin/true it takes to print a version: the least of two hundred, in turns. The executables are
    stripped, as `make install` does."""
    installed = os.path.join(bench.cache, "installed")
    os.makedirs(installed, exist_ok=True)

    def spawn(arguments):
        begin = time.monotonic()
        subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - begin

    tools = ["chunk", "merge", "aug-pubmed", "aug-finance", "batch-run", "prov"]
    for tool in tools:
        subprocess.run(["install", "-s", os.path.join(bench.build, tool), installed], check=True)
    times = {name: [] for name in tools + ["true"]}
    for _ in range(200):
        times["true"].append(spawn(["/bin/true"]))
        for tool in tools:
            times[tool].append(spawn([os.path.join(installed, tool), "--version"]))
    least = {name: min(taken) for name, taken in times.items()}
    bench.say("\n### Start\n\n| ratio | measured | bar | |\n|---|---|---|---|")
    for tool in tools:
        bench.ratio(f"{tool} --version over /bin/true, ms", (least[tool] - least["true"]) * 1e3, 5, atLeast=False)


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return os.uname().machine


def main():
    build, cache, table, articles, rounds, *write = sys.argv[1:]
    bench = Bench(build, cache, table, articles, int(rounds))
    bench.say("# Benchmarks")
    bench.say(
        f"\n{processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the start; best of"
        f" {rounds}. CSV of {os.path.getsize(bench.csv) / 1e6:.0f} MB, NDJSON of"
        f" {os.path.getsize(bench.ndjson) / 1e6:.0f} MB.")
    for part in (conversions, chunks, merges, batches, pubmed, verification, start):
        part(bench)
    shutil.rmtree(bench.work)
    if write:
        with open(write[0], "w") as file:
            file.write("\n".join(bench.lines) + "\n")


main()
