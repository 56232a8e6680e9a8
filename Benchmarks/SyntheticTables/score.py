"""Scores learned tables with SDMetrics: score.py EXECUTABLE TABLES [NAME…]

For each table NAME.csv of the folder, with its NAME.metadata.json beside it: learns a model, makes as many rows, and prints
SDMetrics' QualityReport (overall, column shapes, pair trends), DiagnosticReport and NewRowSynthesis, then the means.
SYNTH_LEARN_OPTIONS are given to `synth-gen learn`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")

import numpy  # noqa: E402
import pandas  # noqa: E402
from sdmetrics.reports.single_table import DiagnosticReport, QualityReport  # noqa: E402
from sdmetrics.single_table import NewRowSynthesis  # noqa: E402

MOST_COMPARED_ROWS = 500


def moments(table, metadata):
    """The table with its moments as such: reports take texts for categories."""
    for column, about in metadata["columns"].items():
        if about["sdtype"] == "datetime":
            table[column] = pandas.to_datetime(table[column], format=about.get("datetime_format"))
    return table


def read(path, metadata, like=None):
    if like is None:
        return moments(pandas.read_csv(path), metadata)
    # The types of the sample: a column of whole numbers must not become one of fractions since it lacks none.
    texts = [column for column in like if like[column].dtype.kind not in "ifbM"]
    table = moments(pandas.read_csv(path, dtype={column: str for column in texts}), metadata)
    for column in like:
        if like[column].dtype.kind in "if":
            table[column] = table[column].astype(like[column].dtype)
    return table


def main():
    executable, folder = sys.argv[1:3]
    options = os.environ.get("SYNTH_LEARN_OPTIONS", "").split()
    names = sys.argv[3:] or sorted(name[:-4] for name in os.listdir(folder) if name.endswith(".csv"))
    rows = []
    print(f"{'table':<18}{'quality':>9}{'shapes':>9}{'trends':>9}{'diagnose':>9}{'new rows':>9}{'learn s':>9}{'make s':>9}")
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            with open(f"{folder}/{name}.metadata.json") as file:
                metadata = json.load(file)
            real = read(f"{folder}/{name}.csv", metadata)
            model, made = f"{work}/{name}.json", f"{work}/{name}.csv"
            common = ["-q", "--no-provenance", "-o"]
            start = time.monotonic()
            subprocess.run([executable, "learn", *common, model, *options, f"{folder}/{name}.csv"], check=True)
            learned = time.monotonic()
            subprocess.run([executable, *common, made, "--model", model, "-n", str(len(real))], check=True)
            end = time.monotonic()
            synthetic = read(made, metadata, like=real)
            quality, diagnosis = QualityReport(), DiagnosticReport()
            quality.generate(real, synthetic, metadata, verbose=False)
            diagnosis.generate(real, synthetic, metadata, verbose=False)
            new = NewRowSynthesis.compute(
                real, synthetic, metadata, synthetic_sample_size=min(MOST_COMPARED_ROWS, len(real)))
            shapes, trends = quality.get_properties()["Score"]
            row = [quality.get_score(), shapes, trends, diagnosis.get_score(), new]
            rows.append(row)
            times = f"{learned - start:9.2f}{end - learned:9.2f}"
            print(f"{name:<18}" + "".join(f"{value:9.4f}" for value in row) + times, flush=True)
    print(f"{'mean':<18}" + "".join(f"{value:9.4f}" for value in numpy.nanmean(rows, axis=0)))


main()
