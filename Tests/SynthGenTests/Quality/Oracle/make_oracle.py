"""Makes the tables beside this file and writes what SDMetrics says of them into expected.json.

The tables are drawn from the generator below with the seeds in it; they are no one's data. Run it with SDMetrics 0.32,
pandas 2.3 and numpy 2.4: python make_oracle.py
"""

import json
import math
import os
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

from sdmetrics.reports.single_table import DiagnosticReport, QualityReport  # noqa: E402
from sdmetrics.single_column import (  # noqa: E402
    CategoryCoverage,
    MissingValueSimilarity,
    RangeCoverage,
)
from sdmetrics.single_table import NewRowSynthesis  # noqa: E402
from sdmetrics.single_table.privacy import DCROverfittingProtection  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))

METADATA = {
    "columns": {
        "number": {"sdtype": "id"},
        "height": {"sdtype": "numerical"},
        "weight": {"sdtype": "numerical"},
        "rooms": {"sdtype": "categorical"},
        "district": {"sdtype": "categorical"},
        "heated": {"sdtype": "boolean"},
        "built": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
        "seen": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y %H:%M"},
        "constant": {"sdtype": "numerical"},
        "remark": {"sdtype": "text"},
    },
    "primary_key": "number",
}


def table(seed, rows, shift):
    """Columns that depend on each other, with missing values; `shift` makes one table unlike another."""
    random = np.random.default_rng(seed)
    size = random.normal(0, 1, rows)
    district = np.array(["Nord", "Süd", "Ost", "West, alt", 'der "Hof"'])[
        np.clip((size * 1.2 + random.normal(0, 0.7, rows) + 2.5).astype(int), 0, 4)
    ].astype(object)
    frame = pd.DataFrame(
        {
            "number": np.arange(rows) + 1000,
            "height": (170 + 9 * size + random.normal(0, 3, rows) + shift).round(1),
            "weight": (70 + 8 * size + random.normal(0, 6 + shift, rows)).round(2),
            "rooms": np.clip((size + random.normal(3, 0.8, rows)).round(), 1, 6).astype(int),
            "district": district,
            "heated": size + random.normal(0, 0.8, rows) > 0,
            "built": pd.to_datetime("1990-01-01")
            + pd.to_timedelta((size * 900 + 4000 + 200 * shift).astype(int), unit="D"),
            "seen": pd.to_datetime("2024-02-27")
            + pd.to_timedelta(random.integers(0, 90000, rows), unit="min"),
            "constant": 7,
            "remark": ["row %d of a table" % index for index in range(rows)],
        }
    )
    frame["built"] = frame["built"].dt.strftime("%Y-%m-%d")
    frame["seen"] = frame["seen"].dt.strftime("%d.%m.%Y %H:%M")
    for column, share in [("weight", 0.05), ("district", 0.08), ("built", 0.04)]:
        frame.loc[random.random(rows) < share * (1 + shift), column] = None
    return frame


def number(value):
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else float(value)


def main():
    tables = {"real": table(11, 160, 0), "holdout": table(12, 90, 0), "synthetic": table(13, 130, 1)}
    # Some rows are copies, one key is there twice and one is missing, one category is new.
    made = tables["synthetic"]
    made.loc[:9, made.columns[1:]] = tables["real"].loc[:9, made.columns[1:]]
    made["number"] = made["number"].astype("Int64")
    made.loc[20, "number"] = made.loc[21, "number"]
    made.loc[30, "number"] = pd.NA
    made.loc[40:44, "district"] = "Mitte"
    for name, frame in tables.items():
        frame.to_csv(os.path.join(FOLDER, name + ".csv"), index=False)
    with open(os.path.join(FOLDER, "metadata.json"), "w") as file:
        json.dump(METADATA, file, indent=1)
        file.write("\n")

    def read(name):
        return pd.read_csv(os.path.join(FOLDER, name + ".csv"), float_precision="round_trip")

    def converted(frame):
        frame = frame.copy()
        for name, column in METADATA["columns"].items():
            if column["sdtype"] == "datetime":
                frame[name] = pd.to_datetime(frame[name], format=column["datetime_format"])
        return frame

    expected = {"columns": [], "pairs": [], "scores": {}}
    real, synthetic, holdout = read("real"), read("synthetic"), read("holdout")
    for report in (QualityReport(), DiagnosticReport()):
        report.generate(real, synthetic, METADATA, verbose=False)
        expected["scores"][type(report).__name__] = number(report.get_score())
        for row in report.get_properties().itertuples():
            expected["scores"][row.Property] = number(row.Score)
            details = report.get_details(row.Property)
            for detail in details.to_dict("records"):
                if row.Property == "Column Pair Trends":
                    expected["pairs"].append(
                        {
                            "metric": detail["Metric"],
                            "column": detail["Column 1"],
                            "other_column": detail["Column 2"],
                            "score": number(detail["Score"]),
                            "correlation": number(detail["Real Correlation"]),
                            "association": number(detail["Real Association"]),
                            "counted": bool(detail["Meets Threshold?"] is True),
                        }
                    )
                elif "Column" in detail:
                    expected["columns"].append(
                        {"metric": detail["Metric"], "column": detail["Column"], "score": number(detail["Score"])}
                    )
    train, made, held = converted(real), converted(synthetic), converted(holdout)
    for name, column in METADATA["columns"].items():
        metrics = [MissingValueSimilarity]
        if column["sdtype"] in ("numerical", "datetime"):
            metrics.append(RangeCoverage)
        elif column["sdtype"] in ("categorical", "boolean"):
            metrics.append(CategoryCoverage)
        for metric in metrics:
            expected["columns"].append(
                {"metric": metric.__name__, "column": name, "score": number(metric.compute(train[name], made[name]))}
            )
    whole = {"tables": {"table": METADATA}}
    expected["scores"]["NewRowSynthesis"] = number(NewRowSynthesis.compute(train, made, whole, table_name="table"))
    expected["scores"]["DCROverfittingProtection"] = number(
        DCROverfittingProtection.compute(train, made, held, whole, table_name="table")
    )
    with open(os.path.join(FOLDER, "expected.json"), "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")


main()
