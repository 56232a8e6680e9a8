"""batch-run beside GNU parallel and xargs."""

import os

from bench import quotient


def throughput(bench):
    topic = "batch-run: cat over chunks of 10 MB, 2 workers, in order"
    job = "batch-run -q --workers 2 --chunk-bytes 10M"
    parallel = f"parallel --will-cite --pipe --block 10M -k -j2 cat < {bench.ndjson}"
    figures = bench.section(
        topic, os.path.getsize(bench.ndjson),
        [
            ("ours, no provenance", f"{job} --no-provenance -- cat < {bench.ndjson}"),
            ("ours, digests and provenance", f"{job} -- cat < {bench.ndjson}"),
            ("parallel --pipe", parallel if bench.has("parallel") else None),
            ("cat to a file", f"cat {bench.ndjson} > result"),
        ], before="rm -rf state result")
    for name, least in (("ours, digests and provenance", 2), ("ours, no provenance", 5)):
        bench.bar(
            topic, f"CPU of parallel / {name}", quotient(figures, "parallel --pipe", name), least=least,
            obstacle="results are kept, in pages that the system must find; see what cat to a file takes")
    bench.bar(
        topic, "wall time of ours, digests and provenance / parallel",
        quotient(figures, "ours, digests and provenance", "parallel --pipe", "wall"), most=0.4, digits=2,
        obstacle="the digests of input and output take half of the CPU, and cat a quarter, which two cores share")
    bench.memory(topic, "ours, digests and provenance", figures["ours, digests and provenance"])


def trivial(bench):
    topic = "batch-run: 1,000 runs of true, 2 workers"
    parallel = bench.has("parallel")
    figures = bench.section(
        topic, 0,
        [
            ("ours", "seq 1000 | batch-run -q --from ndjson --workers 2 --chunk-records 1 -- true"),
            ("xargs -P2", "seq 1000 | xargs -P2 -n1 true"),
            ("parallel -j2", "seq 1000 | parallel --will-cite -j2 true" if parallel else None),
        ], before="rm -rf state")
    bench.bar(topic, "CPU of ours / xargs", quotient(figures, "ours", "xargs -P2"), most=2)
    bench.bar(topic, "CPU of parallel / ours", quotient(figures, "parallel -j2", "ours"))
