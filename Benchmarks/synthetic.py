"""synth-gen beside Faker and mimesis: the same ten columns."""

import os
import re

from bench import quotient

ROWS = 2_000_000
# The peers make a hundredth of that and less: their rates do not depend on it.
MIMESIS_ROWS, FAKER_ROWS = 30_000, 6_000

SCHEMA = """\
name: benchmark
fields:
  id: uuid4
  name: name
  email: email
  phone: phone_number
  street: street_address
  city: city
  date: {generator: date_between, start_date: 2020-01-01, end_date: 2025-12-31}
  price: {generator: pyfloat, min_value: 1, max_value: 1000, right_digits: 2}
  category: {choice: {electronics: 4, books: 3, clothing: 2, toys: 1}}
  text: sentence
"""

FAKER = """\
import collections, csv, sys, datetime
from faker import Faker
fake = Faker("en_US"); Faker.seed(42)
weights = collections.OrderedDict([("electronics", .4), ("books", .3), ("clothing", .2), ("toys", .1)])
first, last = datetime.date(2020, 1, 1), datetime.date(2025, 12, 31)
out = csv.writer(sys.stdout)
for _ in range(int(sys.argv[1])):
    out.writerow((
        fake.uuid4(), fake.name(), fake.email(), fake.phone_number(), fake.street_address(), fake.city(),
        fake.date_between(first, last), fake.pyfloat(min_value=1, max_value=1000, right_digits=2),
        fake.random_element(weights), fake.sentence()))
"""

MIMESIS = """\
import csv, sys
from mimesis import Generic
from mimesis.locales import Locale
g = Generic(Locale.EN, seed=42)
weights = {"electronics": .4, "books": .3, "clothing": .2, "toys": .1}
out = csv.writer(sys.stdout)
for _ in range(int(sys.argv[1])):
    out.writerow((
        g.cryptographic.uuid(), g.person.full_name(), g.person.email(), g.person.telephone(), g.address.address(),
        g.address.city(), g.datetime.date(start=2020, end=2025), g.numeric.float_number(1, 1000, precision=2),
        g.random.weighted_choice(weights), g.text.sentence()))
"""


def generation(bench):
    topic = "synth-gen, ten columns as CSV"
    with open(os.path.join(bench.work, "ten.yaml"), "w") as file:
        file.write(SCHEMA)
    for name, text in (("faker_rows.py", FAKER), ("mimesis_rows.py", MIMESIS)):
        with open(os.path.join(bench.work, name), "w") as file:
            file.write(text)
    python = os.path.join(bench.cache, "venv/bin/python")

    def peer(module, script, rows):
        there = bench.output(f"{python} -c 'import {module}; print(1)' 2>/dev/null").strip()
        return f"{python} {script} {rows} > peer.csv" if there else None

    def rows_a_second(figures, rows):
        return rows / figures.wall if figures else None

    bench.run(f"synth-gen --schema ten.yaml -n {ROWS} -q --no-provenance > size.csv")
    size = os.path.getsize(os.path.join(bench.work, "size.csv"))
    figures = bench.section(
        topic, size,
        [
            ("ours, two workers", f"synth-gen --schema ten.yaml -n {ROWS} -q --jobs 2 -o ours.csv"),
            ("ours, two workers, no provenance", f"synth-gen --schema ten.yaml -n {ROWS} -q --jobs 2 --no-provenance -o ours.csv"),
            ("ours, one worker, no provenance", f"synth-gen --schema ten.yaml -n {ROWS} -q --jobs 1 --no-provenance -o one.csv"),
        ])
    peers = bench.section(
        f"{topic}: peers", size * MIMESIS_ROWS // ROWS,
        [
            ("mimesis", peer("mimesis", "mimesis_rows.py", MIMESIS_ROWS)),
            ("Faker", peer("faker", "faker_rows.py", FAKER_ROWS)),
        ])
    ours = rows_a_second(figures["ours, two workers"], ROWS)
    for name, rows, least in (("mimesis", MIMESIS_ROWS, 60), ("Faker", FAKER_ROWS, 500)):
        theirs = rows_a_second(peers.get(name), rows)
        bench.bar(topic, f"rows a second of ours / {name}", ours / theirs if theirs else None, least=least)
    same = bench.output("cmp ours.csv one.csv && echo same").strip() == "same"
    bench.bar(topic, "the same bytes with one worker and two", 1 if same else 0, least=1)
    bench.memory(topic, "ours", figures["ours, two workers"], most=20)
    fingerprint = re.search("fingerprint ([0-9a-f]+)", bench.output("synth-gen --schema ten.yaml -n 1 2>&1"))
    print("fingerprint", fingerprint[1] if fingerprint else "none")
