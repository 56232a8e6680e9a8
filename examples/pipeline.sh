#!/bin/bash
# Adds PubMed articles to a table and hands it on in chunks, as a shell pipeline.
# Usage: examples/pipeline.sh ROWS.csv FOLDER XML…
# Needs the tools in PATH, and a column pmid in ROWS.csv. Results in FOLDER: parts/ with chunks of 10 rows, and
# with-articles.csv, which is all of them again. A run that was cut off is run again with the same words.
set -euo pipefail
rows=$1 folder=$2
shift 2
mkdir -p "$folder"
# Of a pipeline whose first half fails, chunk makes nothing that looks finished: --require-upstream wants to be certain
# that all of the table came through.
aug-pubmed "$rows" --pmid-field pmid --fields title,year,doi --xml "$@" |
  chunk --require-upstream -n 10 -d "$folder/parts" -o "$folder/parts.manifest"
merge -o "$folder/with-articles.csv" < "$folder/parts.manifest"
prov verify "$folder/with-articles.csv" > "$folder/verified.txt"
