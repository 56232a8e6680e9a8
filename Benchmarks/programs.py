"""The programs themselves: how long they take to start, what they load, and what their sources look like."""

import collections
import glob
import os
import re
import statistics
import subprocess
import time

STARTS = 200


def tools(root):
    """Every tool of Package.swift."""
    with open(os.path.join(root, "Package.swift")) as package:
        return re.findall(r'^ *tool\("([^"]*)"', package.read(), re.M)


def starting(bench, root):
    """Stripped, as `make install` does, and in turns, so that what else the machine does falls on all alike."""
    topic = "Start: --version over /bin/true"
    installed = os.path.join(bench.work, "installed")
    os.makedirs(installed)
    names = tools(root)
    for name in names:
        subprocess.run(["install", "-s", os.path.join(bench.build, name), installed], check=True)
    nothing = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]

    def seconds(path, *arguments):
        begin = time.monotonic()
        process = os.posix_spawn(path, [path, *arguments], os.environ, file_actions=nothing)
        os.waitpid(process, 0)
        return time.monotonic() - begin

    # Each start beside one of /bin/true: what they differ by.
    taken = collections.defaultdict(list)
    for _ in range(STARTS):
        for name in names:
            base = seconds("/bin/true")
            taken[name].append(seconds(os.path.join(installed, name), "--version") - base)
    lines = ["| program | median ms | least ms |", "|---|--:|--:|"]
    for name in names:
        median = statistics.median(taken[name]) * 1e3
        lines.append(f"| {name} | {median:.1f} | {min(taken[name]) * 1e3:.1f} |")
        bench.bar(
            topic, f"{name}, median of {STARTS}, ms", median, most=5,
            obstacle="two fifths are ArgumentParser's, half is loading and relocating: docs/decisions/0009-start.md")
    bench.figures.append((topic, lines))


def loading(bench, root):
    """Tools without a network load no libcurl, and nobody loads Foundation."""
    topic = "Libraries that the programs load"
    foreign = re.compile(r"lib(curl|hiredis|Foundation|swiftCore)")
    loaded = [
        name for name in tools(root) if foreign.search(bench.output(f"ldd {os.path.join(bench.build, name)}"))]
    bench.bar(topic, "programs with libcurl, hiredis, Foundation or a shared Swift library", len(loaded), most=0, digits=0)


def sources(bench, root):
    topic = "The sources"
    longest = 0
    lines_of = collections.defaultdict(dict)
    for path in glob.glob(os.path.join(root, "Sources/*/**/*.swift"), recursive=True):
        with open(path) as file:
            lines = file.read().split("\n")
        longest = max(longest, len(lines))
        kept = [line.strip() for line in lines]
        lines_of[os.path.relpath(path, root).split("/")[1]][path] = [line for line in kept if line]
    bench.bar(topic, "lines of the longest file of Sources", longest, most=500, digits=0)
    shared = max(
        (longest_shared(list(lines_of[one].values()), list(lines_of[other].values()))
         for one in tools(root) for other in tools(root) if one < other), default=0)
    bench.bar(topic, "lines in a row, not blank, that two tools share", shared, most=12, digits=0)
    page = os.path.join(root, "docs/new-filter.md")
    if os.path.exists(page):
        with open(page) as file:
            example = re.search(r"```swift\n(.*?)```", file.read(), re.S)
        if example:
            bench.bar(topic, "lines of the filter in docs/new-filter.md", example[1].count("\n"), most=40, digits=0)


def longest_shared(files, others):
    """The most lines in a row that a file of the one and a file of the other have."""
    def runs(group, length):
        return {tuple(lines[at:at + length]) for lines in group for at in range(len(lines) - length + 1)}

    # A run of so many lines holds one of each smaller number.
    length = 0
    while runs(files, length + 1) & runs(others, length + 1):
        length += 1
    return length
