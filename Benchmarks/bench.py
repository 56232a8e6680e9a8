"""Running commands, what they used, and the tables that say so."""

import os
import shutil
import subprocess
import sys
import time

MIB = 1 << 20
# A command runs again until it has run so often, or taken so many seconds, and twice at least.
MOST_RUNS, ENOUGH_SECONDS = 4, 40


class Figures:
    """The least of all runs of one command: CPU and wall seconds, and the most memory in bytes."""

    def __init__(self):
        self.cpu = self.wall = float("inf")
        self.memory = 0

    def add(self, cpu, wall, memory):
        self.cpu, self.wall, self.memory = min(self.cpu, cpu), min(self.wall, wall), max(self.memory, memory)


def run(line, folder, environment):
    """Runs a line of shell and returns CPU and wall seconds, and memory in bytes; ends the benchmark when it fails."""
    start = time.monotonic()
    process = subprocess.Popen(
        ["bash", "-c", "set -o pipefail; " + line], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with status {process.returncode}: {line}\n{errors.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024


class Bench:
    """What all parts of the benchmark share: where things are, and the tables so far."""

    def __init__(self, build, cache, table, articles):
        self.build, self.cache = os.path.abspath(build), os.path.abspath(cache)
        self.csv, self.ndjson = os.path.abspath(table + ".csv"), os.path.abspath(table + ".ndjson")
        self.articles = os.path.abspath(articles)
        # What the commands write; gone at the end.
        self.work = os.path.join(self.cache, "work")
        self.environment = dict(
            os.environ, PATH=self.build + ":" + os.environ["PATH"], LC_ALL="C.UTF-8",
            MILLRACE_PROVENANCE_DIR=os.path.join(self.work, "provenance"),
            MILLRACE_STATE_DIR=os.path.join(self.work, "state"),
            MILLRACE_CACHE_DIR=os.path.join(self.work, "cache"))
        self.bars = []
        self.figures = []
        shutil.rmtree(self.work, ignore_errors=True)
        os.mkdir(self.work)

    def close(self):
        shutil.rmtree(self.work)

    def run(self, line):
        return run(line, self.work, self.environment)

    def output(self, line):
        return subprocess.run(
            ["bash", "-c", line], cwd=self.work, env=self.environment, capture_output=True, text=True).stdout

    def has(self, program):
        return shutil.which(program, path=self.environment["PATH"]) is not None

    def section(self, title, size, commands, before=None):
        """Runs each command some times back to back, and notes what it used.

        A first run pays for memory that the system must find or clear; the least of several does not.

        size: bytes that each command reads. commands: (name, shell line), None as the line of one that is missing.
        before: a line of shell before each run, which is not measured.
        """
        print(title, file=sys.stderr, flush=True)
        figures = {}
        lines = ["| command | CPU s | MB per CPU s | wall s | memory MB |", "|---|--:|--:|--:|--:|"]
        for name, line in commands:
            if not line:
                lines.append(f"| {name} | is not installed | | | |")
                continue
            used = figures[name] = Figures()
            runs, start = 0, time.monotonic()
            while runs < 2 or (runs < MOST_RUNS and time.monotonic() - start < ENOUGH_SECONDS):
                if before:
                    self.run(before)
                used.add(*self.run(line))
                runs += 1
            rate = f"{size / 1e6 / max(used.cpu, 0.001):.0f}" if size else ""
            lines.append(f"| {name} | {used.cpu:.2f} | {rate} | {used.wall:.2f} | {used.memory / MIB:.0f} |")
        self.figures.append((title, lines))
        return figures

    def bar(self, topic, name, measured, least=None, most=None, digits=1, obstacle=None):
        """Notes what was measured beside what is asked for: `least` or `most`.

        measured: None where a peer is missing. obstacle: what stands in the way, told when the bar is missed.
        """
        asked = f"≥ {least:g}" if least is not None else f"≤ {most:g}" if most is not None else ""
        if measured is None:
            text, verdict = "", "not measured: a peer is not installed"
        else:
            text = f"{measured:.{digits}f}"
            # As it is printed: a figure that reads 5.0 has met 5.
            met = float(text) >= least if least is not None else most is None or float(text) <= most
            verdict = "" if not asked else "met" if met else "**missed**" + (f": {obstacle}" if obstacle else "")
        self.bars.append((topic, f"| {name} | {asked} | {text} | {verdict} |"))

    def memory(self, topic, name, figures, most=64):
        self.bar(topic, f"memory of {name}, MB", figures.memory / MIB, most=most, digits=0)


def quotient(figures, above, below, what="cpu"):
    """How many times as much the one command used as the other; None where one is missing."""
    if above not in figures or below not in figures:
        return None
    return getattr(figures[above], what) / max(getattr(figures[below], what), 0.001)
