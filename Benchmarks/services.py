"""The augmenters: PubMed's own files, and services that this machine plays."""

import collections
import json
import os
import subprocess
import sys

from bench import quotient

XTRACT = (
    "xtract -strict -pattern PubmedArticle -def '-' -DOI '(-)' -block PubmedData/ArticleIdList/ArticleId -if @IdType"
    " -equals doi -DOI ArticleId -group PubmedArticle -def '-' -sep ' ' -element MedlineCitation/PMID"
    " Article/ArticleTitle Abstract/AbstractText Journal/Title -year 'PubDate/*' -group Article -if AuthorList/Author"
    " -block AuthorList/Author -sep ' ' -tab ';' -def '' -element LastName,Initials,CollectiveName -group Article"
    " -unless AuthorList/Author -lbl '-' -group MedlineCitation -deq '\\t' -tab '\\t' -def '-' -sep ';'"
    " -element MeshHeading/DescriptorName -group PubmedArticle -tab '\\t' -element '&DOI'"
)
FIELDS = "pmid,title,abstract,journal,year,authors,mesh,doi"
ROWS = 1000
# Each 429 holds all requests back for a second, so there are fewer rows; make soak takes 5,000.
BAD_ROWS = 200
# 5 % of 429s with and without Retry-After, 2 % of errors of the server, 1 % of resets, stalls and cut bodies each.
BAD_DAY = (
    "429=0.02 429-retry-after=0.015 429-date=0.015 reset=0.005 reset-midway=0.005 stall=0.005 stall-midway=0.005"
    " cut=0.005 ")
BAD_DAYS = {"aug-pubmed": BAD_DAY + "cut-agreeing=0.005 502=0.02 error-200=0.01", "aug-finance": BAD_DAY + "500=0.02"}


def parsing(bench):
    kind = "real" if "real" in os.path.basename(bench.articles) else "invented"
    topic = f"aug-pubmed parse, 20,000 {kind} articles, 8 fields"
    parse = f"aug-pubmed parse --fields {FIELDS}"
    peer = "gzip and xtract -strict"
    figures = bench.section(
        topic, os.path.getsize(bench.articles),
        [
            ("ours", f"{parse} --no-provenance {bench.articles}"),
            ("ours, with provenance", f"{parse} --provenance sidecar.jsonl {bench.articles}"),
            (peer, f"gzip -dc {bench.articles} | {XTRACT}" if bench.has("xtract") else None),
        ])
    bench.bar(topic, "CPU of ours / xtract", quotient(figures, "ours", peer), most=0.6, digits=2)
    bench.bar(topic, "wall time of ours / xtract", quotient(figures, "ours", peer, "wall"), most=0.5, digits=2)
    bench.memory(topic, "ours", figures["ours"], most=20)


class Server:
    """A scripted service on this machine. It ends when its standard input does."""

    def __init__(self, bench, program, log, faults):
        self.log = os.path.join(bench.work, log)
        options = [word for fault in faults.split() for word in ("--fault", fault)]
        limits = "--rate 0" if program == "eutils-server" else "--per-second 0 --per-minute 0 --per-day 0"
        self.process = subprocess.Popen(
            [os.path.join(bench.build, program), "--log", self.log, *limits.split(), *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def requests(self):
        """Of each question, what went wrong with each of its tries: None for an answer."""
        questions = collections.defaultdict(list)
        if os.path.exists(self.log):
            with open(self.log) as lines:
                for line in lines:
                    request = json.loads(line)
                    questions[json.dumps([request["path"], request["parameters"]])].append(request["misbehaviour"])
        return questions

    def count(self):
        return sum(len(tries) for tries in self.requests().values())


def asking(bench):
    """Each row a question of its own: on a good day, once more, and on a bad day without what was kept."""
    bench.environment.update(NCBI_EMAIL="benchmark@example.org", ALPHAVANTAGE_API_KEY="BENCHMARK1")
    limits = "--requests-per-minute none --requests-per-day none"
    for tool, program, field, prefix, options, most in (
        ("aug-pubmed", "eutils-server", "gene", "GENE", "", 1.1),
        ("aug-finance", "alphavantage-server", "symbol", "SYM", limits, 1),
    ):
        topic = f"{tool}: 1,000 rows and a service"
        print(topic, file=sys.stderr, flush=True)
        bench.run(f"(echo {field}; seq -f '{prefix}%g' {ROWS}) > rows.csv; head -n {BAD_ROWS + 1} rows.csv > few.csv")
        command = f"{tool} --field {field} --interval 0 --timeout 2s --on-error skip {options} -q"
        with Server(bench, program, f"{tool}-good.ndjson", "") as server:
            bench.run(f"{command} rows.csv --base-url {server.url} -o first.csv")
            first = server.count()
            bench.run(f"{command} rows.csv --base-url {server.url} -o second.csv && cmp first.csv second.csv")
            second = server.count() - first
        bench.bar(topic, "requests a row", first / ROWS, most=most, digits=3)
        bench.bar(topic, "requests of the same run again", second, most=0, digits=0)
        with Server(bench, program, f"{tool}-bad.ndjson", BAD_DAYS[tool]) as server:
            bench.run(f"{command} few.csv --base-url {server.url} -o third.csv --cache third || (( $? == 1 ))")
            questions = server.requests()
        troubled = [tries for tries in questions.values() if any(tries)]
        recovered = [tries for tries in troubled if not all(tries)]
        bench.bar(
            topic, f"{BAD_ROWS} rows on a bad day: % of the questions in trouble that were answered in the end",
            100 * len(recovered) / max(len(troubled), 1), least=80, digits=0)
