"""Measures the tools beside their peers and writes the results; Benchmarks/run makes the data and calls it.

CPU is user and system time of a command with all it waits for, wall the time it takes; both are the least of all runs.
Memory is the most that one of its processes had resident. A floor of some MB is this program's own.
"""

import datetime
import itertools
import os
import platform
import re
import sys

import jobs
import programs
import record_path
import services
import synthetic
from bench import Bench

# Bars that are no figures: the suites that hold them, and where the full number of kills is run.
HELD_BY_TESTS = (
    ("Text of every article equals that of an independent parser", "OracleTests"),
    ("chunk and merge give the input back; tables that are converted come back", "RoundTripTests"),
    ("The same bytes with any --jobs", "ConversionLawTests"),
    ("Conformance of CSV and JSON, each case decided", "CSVConformanceTests"),
    ("Pipelines killed at random instants (200 by make soak)", "KillTests"),
    ("Each parser under libFuzzer for five minutes (make fuzz SECONDS=300)", None),
    ("Ten processes together keep the interval", "RateLimiterProcessTests"),
    ("On a bad day of PubMed's every row is right or marked, every try on record", "OnlineFaultTests"),
    ("Ten equal runs at once ask everything once", "OnlineRequestTests"),
    ("1,000 pipelines of three stages, in bash and dash: every link verified", "HandOverTests"),
    ("Exports pass the validators that others wrote", "ExportValidatorTests"),
    ("Messages of Alpha Vantage, in JSON and CSV, are told apart", "PriceMessageTests"),
    ("On a bad day of Alpha Vantage's every row is right or marked", "PriceFaultTests"),
    ("A day's budget of requests, over processes and days", "PriceBudgetTests"),
    ("Failure, halt, kill and changed input, then resume: each record once, or refused", "RunPromiseTests"),
    ("Kills of a job and its commands lose nothing (300 by make soak)", "RunChaosTests"),
    ("A real Slurm", "SlurmClusterTests"),
    ("Two jobs that want more than the machine", "RunQueueTests"),
)

PEERS = (
    ("Miller", "mlr --version"),
    ("DuckDB", "venv/bin/python -c 'import duckdb; print(duckdb.__version__)'"),
    ("Faker", "venv/bin/python -c 'import faker; print(faker.VERSION)'"),
    ("mimesis", "venv/bin/python -c 'import mimesis; print(mimesis.__version__)'"),
    ("GNU parallel", "parallel --version | head -n 1"),
    ("GNU xargs", "xargs --version | head -n 1"),
    ("GNU cat, sha256sum", "cat --version | head -n 1"),
    ("EDirect's xtract", "xtract -version"),
    ("OpenSSL", "openssl version"),
    ("gzip", "gzip --version | head -n 1"),
)


def machine():
    model, flags = platform.machine(), ""
    try:
        with open("/proc/cpuinfo") as file:
            text = file.read()
        model = re.search(r"^model name\s*: (.*)$", text, re.M)[1]
        flags = re.search(r"^flags\s*: (.*)$", text, re.M)[1]
    except (OSError, TypeError):
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    instructions = "with" if "sha_ni" in flags.split() else "without"
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return (
        f"{model}, {len(os.sched_getaffinity(0))} cores, {instructions} SHA instructions; {memory:.0f} GB of memory;"
        f" {system}, Linux {platform.release()}")


def held_by_tests(root):
    """The rows of the bars that tests hold; ends the benchmark when a suite is gone."""
    rows = []
    suites = set()
    for folder, _, names in os.walk(os.path.join(root, "Tests")):
        for name in names:
            if name.endswith(".swift"):
                with open(os.path.join(folder, name)) as file:
                    suites.update(re.findall(r"struct (\w+Tests)\b", file.read()))
    for text, suite in HELD_BY_TESTS:
        if suite and suite not in suites:
            sys.exit(f"no suite {suite} is in Tests: \"{text}\" is held by nothing")
        rows.append(f"| {text} | {suite or 'Fuzz/run'} |")
    return rows


def document(bench, root, began, load):
    lines = [
        "# Results of make bench", "",
        "Written by `make bench`: not to be edited. How each figure is measured stands in the files beside this one.", "",
        f"- Date: {began:%Y-%m-%d %H:%M} UTC, {(datetime.datetime.now(datetime.timezone.utc) - began).seconds // 60} minutes",
        f"- Millrace: {bench.output('merge --version').strip()}",
        f"- Machine: {machine()}",
        f"- Load: {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end (the benchmark's own work is part of it)",
        f"- Input: CSV of {os.path.getsize(bench.csv) / 1e6:.0f} MB, NDJSON of {os.path.getsize(bench.ndjson) / 1e6:.0f} MB,"
        " the same records",
        "", "| peer | version |", "|---|---|",
    ]
    for name, command in PEERS:
        version = bench.output(f"cd .. && {command} 2>/dev/null").strip()
        lines.append(f"| {name} | {version or 'is not installed'} |")
    lines += ["", "## Bars", "", "Without a bar asked for, the figure stands there for comparison."]
    for topic, rows in itertools.groupby(bench.bars, key=lambda bar: bar[0]):
        lines += ["", f"### {topic}", "", "| bar | asked | measured | |", "|---|--:|--:|---|", *(row for _, row in rows)]
    lines += ["", "### Held by tests", "", "| what | suite |", "|---|---|", *held_by_tests(root)]
    lines += ["", "## Figures", "", "Least CPU and wall time of two to four runs back to back, and the most memory."]
    for title, rows in bench.figures:
        lines += ["", f"### {title}", "", *rows]
    return "\n".join(lines) + "\n"


def main():
    build, cache, table, articles, results = sys.argv[1:]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    began, load = datetime.datetime.now(datetime.timezone.utc), os.getloadavg()[0]
    held_by_tests(root)
    bench = Bench(build, cache, table, articles)
    for part in (
        record_path.conversions, record_path.chunks, record_path.merges, record_path.copying, record_path.verification,
        jobs.throughput, jobs.trivial, services.parsing, services.asking,
        synthetic.generation,
    ):
        part(bench)
    for part in (programs.starting, programs.loading, programs.sources):
        part(bench, root)
    text = document(bench, root, began, load)
    bench.close()
    with open(results + ".new", "w") as file:
        file.write(text)
    os.replace(results + ".new", results)
    print(text, end="")


main()
