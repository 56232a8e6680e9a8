"""Makes a large file of PubMed XML: articles.py ARTICLES FILE.xml.gz [FOLDER OF REAL FILES]

The articles are those of the real files, over and over; without them, invented ones of the same build and size.
"""

import glob
import gzip
import random
import re
import sys

HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January '
    b'2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
WORDS = (
    "the of and in with patients cells expression protein response treatment levels effect increased significantly "
    "study group analysis results receptor activity disease clinical model factor between compared associated "
    "inflammation metabolic signalling randomized placebo cohort outcome pathway inhibitor mortality sequence"
).split()


def words(chance, least, most):
    return " ".join(chance.choices(WORDS, k=chance.randint(least, most)))


def sentence(chance):
    text = words(chance, 12, 30)
    if chance.random() < 0.1:
        text += " CO<sub>2</sub> at 10<sup>-3</sup> M"
    if chance.random() < 0.1:
        text += " (p &lt; 0.05)"
    return text.capitalize() + ". "


def invented(chance, number):
    pmid = 90000000 + number
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>{chance.choice(WORDS).title()}</LastName><ForeName>Ada B</ForeName>'
        f"<Initials>AB</Initials><AffiliationInfo><Affiliation>Department of {words(chance, 4, 9)}.</Affiliation>"
        "</AffiliationInfo></Author>"
        for _ in range(chance.randint(1, 10))
    )
    sections = "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{"".join(sentence(chance) for _ in range(3))}</AbstractText>'
        for label in ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
    )
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="D{chance.randint(1, 999999):06}" MajorTopicYN="N">{words(chance, 1, 2).title()}'
        f'</DescriptorName><QualifierName UI="Q{chance.randint(1, 999999):06}" MajorTopicYN="Y">metabolism'
        "</QualifierName></MeshHeading>"
        for _ in range(chance.randint(4, 14))
    )
    references = "".join(
        f"<Reference><Citation>J Inv Res. {chance.randint(1980, 2024)};{chance.randint(1, 90)}:1-9</Citation><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{chance.randint(1, 90000000)}</ArticleId></ArticleIdList></Reference>'
        for _ in range(chance.randint(0, 40))
    )
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0019</ISSN><JournalIssue CitedMedium="Print"><Volume>7</Volume>
<PubDate><Year>2021</Year><Month>Feb</Month></PubDate></JournalIssue><Title>Journal of Invented Results</Title>
<ISOAbbreviation>J Inv Res</ISOAbbreviation></Journal><ArticleTitle>{sentence(chance)}</ArticleTitle>
<Abstract>{sections}</Abstract><AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
<MeshHeadingList>{headings}</MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList>
<ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">10.99999/inv.{number}</ArticleId></ArticleIdList>
<ReferenceList>{references}</ReferenceList></PubmedData></PubmedArticle>""".encode()


def main():
    count, path = int(sys.argv[1]), sys.argv[2]
    chance = random.Random(1)
    articles = []
    for real in sorted(glob.glob(sys.argv[3] + "/*.xml.gz")) if len(sys.argv) > 3 else []:
        with gzip.open(real) as file:
            articles += re.findall(rb"<PubmedArticle>.*?</PubmedArticle>", file.read(), re.S)
    if not articles:
        articles = [invented(chance, number) for number in range(2000)]
    with gzip.open(path, "wb", 6) as file:
        file.write(HEAD)
        for number in range(count):
            file.write((articles[number] if number < len(articles) else chance.choice(articles)) + b"\n")
        file.write(b"</PubmedArticleSet>\n")


main()
