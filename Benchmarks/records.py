"""Makes a table of invented records, as CSV and as NDJSON: records.py BYTES FILE.csv FILE.ndjson

Twelve columns: commas, line ends and doubled quotes within quotes, and text in Latin, Greek, Cyrillic, Arabic and Japanese
script. BYTES is the size of the CSV; the NDJSON has the same records, numbers and truth values as such.
"""

import json
import random
import sys

COLUMNS = "id,name,category,price,quantity,date,city,description,notes,email,active,score".split(",")
WORDS = {
    "la": "sample probe signal yield fraction buffer column gradient residue marker baseline draft".split(),
    "gr": "δείγμα σήμα απόδοση κλάσμα στήλη δείκτης γραμμή ανάλυση μέτρηση πίνακας".split(),
    "cy": "образец сигнал доля колонка маркер линия анализ измерение таблица отчёт".split(),
    "ar": "عينة إشارة نسبة عمود علامة خط تحليل قياس جدول تقرير".split(),
    "ja": "試料 信号 割合 列 標識 基線 分析 測定 表 報告".split(),
}
CITIES = ["Lund", "Αθήνα", "Київ", "القاهرة", "京都", "Porto, Norte", "Saint-Étienne"]
# Records that differ before their numbers make them all differ.
DISTINCT = 20_000


def text(chance, script, least, most):
    return " ".join(chance.choices(WORDS[script], k=chance.randint(least, most)))


def record(chance):
    script = chance.choice(list(WORDS))
    description = text(chance, script, 4, 14)
    kind = chance.random()
    if kind < 0.30:
        description += ", " + text(chance, script, 2, 6)
    elif kind < 0.40:
        description += ' "' + text(chance, script, 1, 2) + '", ' + text(chance, "la", 1, 3)
    elif kind < 0.48:
        description += "\n" + text(chance, script, 3, 8)
    notes = "" if chance.random() < 0.4 else text(chance, "la", 2, 8)
    if chance.random() < 0.1:
        notes += ', see "' + text(chance, "la", 1, 1) + '"'
    name = text(chance, script, 2, 2)
    return {
        "name": name,
        "category": chance.choice(["A", "B", "C1", "C2", "control"]),
        "price": round(chance.uniform(0.5, 5000), 2),
        "quantity": chance.randint(0, 999),
        "date": "20%02d-%02d-%02d" % (chance.randint(0, 29), chance.randint(1, 12), chance.randint(1, 28)),
        "city": chance.choice(CITIES),
        "description": description,
        "notes": notes,
        "email": "u%d@example.org" % chance.randint(1, 99999),
        "active": chance.random() < 0.5,
        "score": round(chance.gauss(0, 1), 6),
    }


def cell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    value = str(value)
    if any(character in value for character in ',"\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def main():
    size, csv_path, ndjson_path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    chance = random.Random(1)
    pool = []
    for _ in range(DISTINCT):
        values = record(chance)
        row = "," + ",".join(cell(values[column]) for column in COLUMNS[1:]) + "\n"
        members = "," + json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:] + "\n"
        pool.append((row.encode(), members.encode()))
    with open(csv_path, "wb", 1 << 20) as csv, open(ndjson_path, "wb", 1 << 20) as ndjson:
        written = csv.write((",".join(COLUMNS) + "\n").encode())
        number = 0
        while written < size:
            number += 1
            row, members = pool[number * 7919 % DISTINCT]
            identity = b"%d" % number
            written += csv.write(identity + row)
            ndjson.write(b'{"id":' + identity + members)


main()
