#!/usr/bin/env python3
"""Prints the rows that aug-pubmed must print for PubMed XML files, found another way.

A full tree of each file (lxml) is asked by XPath; texts are rendered by walking the tree; Unicode's own data
(unicodedata) says which characters have raised and lowered counterparts. Nothing here follows the events, the states
or the tables of the Swift program.

usage: pubmed_oracle.py unicode|strip|html FILE...
       pubmed_oracle.py scripts     (prints the raised and lowered characters: "sup CODE CODE")

For each file a line `# FILE` comes first, then one JSON object for each record in document order; for a file whose root
element is none of PubMed's, the one line `not PubMed: ROOT`.

The rules that the rows follow:
* Text keeps every character, untrimmed. White space outside MathML's token elements is layout and dropped.
* Identifiers, dates and pages in parts are trimmed.
* The abstract joins its sections with newlines, labelled ones as "LABEL: text", empty ones left out.
* A list item with nothing in it is left out.
* The first of repeated single-valued elements that has text counts.
"""

import calendar
import gzip
import json
import re
import sys
import unicodedata

from lxml import etree

SPACE = " \t\r\n"
MATHML_TOKENS = {"mi", "mn", "mo", "ms", "mtext"}
KEPT_TAGS = {"b", "i", "u", "sup", "sub"}
KEPT_MATH = MATHML_TOKENS | set(
    "math mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup munder mover "
    "munderover mmultiscripts mprescripts none mtable mlabeledtr mtr mtd mspace".split()
)
ROOTS = ("PubmedArticleSet", "PubmedBookArticleSet", "BookDocumentSet", "PubmedArticle", "PubmedBookArticle")


def script_table(kind):
    """Characters of ASCII and Greek with a raised or lowered counterpart below U+A000, from Unicode's decompositions."""
    table = {" ": " "}
    for code in range(0x80, 0xA000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) != 2 or parts[0] != "<%s>" % kind or "ORDINAL" in unicodedata.name(chr(code)):
            continue
        base = chr(int(parts[1], 16))
        if base < "\x80" or "\u0370" <= base < "\u0400" or base == "\u2212":
            table.setdefault(base, chr(code))
    table["-"] = table["\u2212"]
    return table


SCRIPTS = {"sup": script_table("super"), "sub": script_table("sub")}


def local(element):
    return etree.QName(element).localname



def strings(element):
    """All character data under an element; comments and processing instructions are none."""
    if element is None:
        return ""
    return "".join(element.xpath(".//text()[not(parent::comment()) and not(parent::processing-instruction())]"))


def trimmed(element):
    return strings(element).strip(SPACE)


class Renderer:
    def __init__(self, markup):
        self.markup = markup

    def characters(self, text, layout, html):
        text = text or ""
        if layout:
            text = "".join(c for c in text if c not in SPACE)
        if html:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text

    def text(self, element, marked_up=True):
        """An element's text. Only fields whose DTD allows markup keep tags."""
        if element is None:
            return ""
        return self.inside(element, False, self.markup == "html" and marked_up)

    def inside(self, element, layout, html):
        parts = [self.characters(element.text, layout, html)]
        for child in element:
            if isinstance(child.tag, str):
                parts.append(self.inline(child, layout, html))
            parts.append(self.characters(child.tail, layout, html))
        return "".join(parts)

    def inline(self, element, layout, html):
        name = local(element)
        inner_layout = True if name == "math" else False if name in MATHML_TOKENS else layout
        inside = self.inside(element, inner_layout, html)
        if html:
            return "<%s>%s</%s>" % (name, inside, name) if name in KEPT_TAGS | KEPT_MATH else inside
        if self.markup == "unicode" and name in SCRIPTS:
            nested = any(local(e) in SCRIPTS for e in element.iterancestors()) or any(
                local(e) in SCRIPTS for e in element.iterdescendants(etree.Element)
            )
            table = SCRIPTS[name]
            if not nested and all(c in table for c in inside):
                return "".join(table[c] for c in inside)
        return inside


def first_text(elements, render):
    for element in elements:
        text = render(element)
        if text != "":
            return text
    return None


def year(*texts):
    for text in texts:
        for digits in re.findall("[0-9]+", text or ""):
            if len(digits) == 4 and digits[0] != "0":
                return int(digits)
    return None


def full_month(text):
    for number in range(1, 13):
        if text.lower() in (calendar.month_abbr[number].lower(), calendar.month_name[number].lower()):
            return number
    if re.fullmatch("[0-9]{1,2}", text) and 1 <= int(text) <= 12:
        return int(text)
    return None


def date(element):
    if element is None:
        return None
    part = {name: first_text(element.findall(name), trimmed) or "" for name in
            ("Year", "Season", "Month", "Day", "MedlineDate")}
    words = " ".join(part[n] for n in ("Year", "Season", "Month", "Day") if part[n])
    if not words:
        return part["MedlineDate"] or None
    if re.fullmatch("[0-9]{4}", part["Year"]) and not part["Season"]:
        if not part["Month"] and not part["Day"]:
            return part["Year"]
        month = full_month(part["Month"]) if part["Month"] else None
        if month and not part["Day"]:
            return "%s-%02d" % (part["Year"], month)
        if month and re.fullmatch("[0-9]{1,2}", part["Day"]):
            days = calendar.monthrange(int(part["Year"]) or 4, month)[1]
            if 1 <= int(part["Day"]) <= days:
                return "%s-%02d-%02d" % (part["Year"], month, int(part["Day"]))
    return words


def orcid(text):
    match = re.fullmatch(r"(?:.*orcid\.org/)?([-0-9]*[0-9][-0-9]*[xX]?-*)", text, re.I | re.S)
    characters = match.group(1).replace("-", "").upper() if match else ""
    if not re.fullmatch("[0-9]{15}[0-9X]", characters):
        return None
    total = 0
    for digit in characters[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if characters[15] != ("X" if check == 10 else str(check)):
        return None
    return "-".join(characters[i:i + 4] for i in range(0, 16, 4))


def present(**members):
    return {k: v for k, v in members.items() if v not in (None, "", [])}


class Oracle:
    def __init__(self, markup):
        self.renderer = Renderer(markup)

    def marked(self, element):
        return self.renderer.text(element, True)

    def unmarked(self, element):
        return self.renderer.text(element, False)

    def one(self, base, path, marked=False):
        return first_text(base.xpath(path), self.marked if marked else self.unmarked)

    def identifier(self, base, path):
        return first_text(base.xpath(path), trimmed)

    def items(self, base, path, marked=False):
        texts = (self.renderer.text(e, marked) for e in base.xpath(path))
        return [t for t in texts if t != ""]

    def joined(self, sections):
        lines = []
        for section in sections:
            text = self.marked(section)
            label = section.get("Label")
            if label and self.renderer.markup == "html":
                label = self.renderer.characters(label, False, True)
            if text:
                lines.append("%s: %s" % (label, text) if label else text)
        return "\n".join(lines) or None

    def sections(self, sections):
        if len(sections) < 2 and not any(s.get("Label") or s.get("NlmCategory") for s in sections):
            return []
        return [
            {"label": s.get("Label") or None, "category": s.get("NlmCategory") or None, "text": self.marked(s)}
            for s in sections
        ]

    def author(self, element):
        identifiers = [trimmed(e) for e in element.xpath("Identifier[@Source='ORCID']")]
        valid = [orcid(text) for text in identifiers if orcid(text)]
        invalid = []
        for text in identifiers:
            if orcid(text):
                break
            if text:
                invalid.append(text)
        return present(
            last=self.one(element, "LastName"),
            fore=self.one(element, "ForeName"),
            initials=self.one(element, "Initials"),
            suffix=self.one(element, "Suffix", True),
            collective=self.one(element, "CollectiveName", True),
            # An invalid identifier before a valid one is told first.
            **({"orcid_raw": invalid[0]} if invalid else {}),
            **({"orcid": valid[0]} if valid else {}),
            affiliations=self.items(element, "AffiliationInfo/Affiliation | Affiliation", True),
        )

    def authors(self, base, path):
        rows = []
        for element in base.xpath(path):
            row = self.author(element)
            if row:
                if element.get("ValidYN") == "N":
                    row["valid"] = False
                if element.get("EqualContrib") == "Y":
                    row["equal_contribution"] = True
                rows.append(row)
        return rows

    def link(self, text_name, text, pmid, doi, pmcid, **before):
        return present(**before, **{text_name: text}, pmid=pmid, doi=doi, pmcid=pmcid)

    def record(self, kind, record, citation, article, data, issue_date):
        """citation: where PMID and lists stand; article: title to grants; data: where the record's own ids stand."""
        abstract = article.xpath("Abstract/AbstractText")
        ids = "*[self::ArticleIdList]/ArticleId[@IdType='%s']"
        notices, cites = [], []
        for c in citation.xpath("CommentsCorrectionsList/CommentsCorrections"):
            cited = c.get("RefType") == "Cites"
            row = self.link(
                "citation" if cited else "source", self.one(c, "RefSource", True), self.identifier(c, "PMID"), None,
                None, **({} if cited else {"type": c.get("RefType")}))
            if row:
                (cites if cited else notices).append(row)
        references = []
        for base in data:
            for r in base.xpath("ReferenceList//Reference"):
                row = self.link(
                    "citation", self.one(r, "Citation", True),
                    self.identifier(r, "ArticleIdList/ArticleId[@IdType='pubmed']"),
                    self.identifier(r, "ArticleIdList/ArticleId[@IdType='doi']"),
                    self.identifier(r, "ArticleIdList/ArticleId[@IdType='pmc']"))
                if row:
                    references.append(row)

        def own(name):
            return first_text([e for base in data for e in base.xpath(ids % name)], trimmed)

        types = self.items(article, "PublicationTypeList/PublicationType" if kind == "article" else "PublicationType")
        version = next((v for v in citation.xpath("PMID/@Version")), None)
        medline = self.identifier(issue_date, "MedlineDate") if issue_date is not None else None
        pages = self.one(article, "Pagination/MedlinePgn")
        if pages is None:
            ends = [self.identifier(article, "Pagination/" + n) for n in ("StartPage", "EndPage")]
            pages = "-".join(e for e in ends if e) if ends[0] else None
        book = kind == "book"
        journal = "Journal/"
        return {
            "kind": kind,
            "pmid": self.identifier(citation, "PMID"),
            "version": int(version) if version else None,
            "title": self.one(article, "ArticleTitle", True),
            "vernacular_title": self.one(article, "VernacularTitle", True),
            "abstract": self.joined(abstract),
            "abstract_sections": self.sections(abstract),
            "other_abstracts": [
                present(type=o.get("Type"), language=o.get("Language"), text=self.joined(o.xpath("AbstractText")))
                for o in citation.xpath("OtherAbstract") if self.joined(o.xpath("AbstractText"))
            ],
            "journal": self.one(article, journal + "Title"),
            "iso_abbreviation": self.one(article, journal + "ISOAbbreviation"),
            "issn": self.identifier(article, journal + "ISSN"),
            "volume": self.one(article, "Book/Volume" if book else journal + "JournalIssue/Volume"),
            "issue": self.one(article, journal + "JournalIssue/Issue"),
            "pages": pages,
            "year": year(self.identifier(issue_date, "Year"), medline) if issue_date is not None else None,
            "date": date(issue_date),
            "medline_date": medline,
            "article_date": date(next(iter(article.xpath("ArticleDate")), None)),
            "authors": self.authors(article, "AuthorList/Author"),
            "mesh": [
                {
                    "descriptor": self.unmarked(m.find("DescriptorName")),
                    "ui": m.find("DescriptorName").get("UI") or None,
                    "major": m.find("DescriptorName").get("MajorTopicYN") == "Y",
                    "qualifiers": [
                        {"name": self.unmarked(q), "ui": q.get("UI") or None, "major": q.get("MajorTopicYN") == "Y"}
                        for q in m.findall("QualifierName")
                    ],
                }
                for m in citation.xpath("MeshHeadingList/MeshHeading[DescriptorName]")
            ],
            "chemicals": [
                c for c in (
                    present(
                        name=self.one(c, "NameOfSubstance"),
                        ui=next(iter(c.xpath("NameOfSubstance/@UI")), None),
                        registry_number=self.identifier(c, "RegistryNumber"))
                    for c in citation.xpath("ChemicalList/Chemical"))
                if c
            ],
            "keywords": self.items(citation, "KeywordList/Keyword", True),
            "doi": own("doi") or self.identifier(
                article, "ELocationID[@EIdType='doi'][not(@ValidYN='N')]"),
            "pmcid": own("pmc"),
            "publication_types": types,
            "languages": self.items(article, "Language"),
            "grants": [
                g for g in (
                    present(
                        id=self.one(g, "GrantID"), acronym=self.one(g, "Acronym"), agency=self.one(g, "Agency"),
                        country=self.one(g, "Country"))
                    for g in article.xpath("GrantList/Grant"))
                if g
            ],
            "references": cites + references,
            "is_retracted": "Retracted Publication" in [t.strip(SPACE) for t in types]
            or bool(citation.xpath("CommentsCorrectionsList/CommentsCorrections[@RefType='RetractionIn']")),
            "notices": notices,
            "book_title": self.one(article, "Book/BookTitle", True),
            "publisher": self.one(article, "Book/Publisher/PublisherName", True),
            "isbn": self.items(article, "Book/Isbn"),
            "accession": own("bookaccession"),
        }

    def article(self, record):
        empty = etree.Element("MedlineCitation")
        citation = record.find("MedlineCitation")
        citation = empty if citation is None else citation
        article = citation.find("Article")
        article = etree.Element("Article") if article is None else article
        return self.record(
            "article", record, citation, article, record.findall("PubmedData"),
            article.find("Journal/JournalIssue/PubDate"))

    def book(self, document, data):
        return self.record("book", document, document, document, [document] + data, document.find("Book/PubDate"))

    def deletion(self, pmid):
        row = self.record("deletion", pmid, etree.Element("x"), etree.Element("x"), [], None)
        row.update(pmid=trimmed(pmid) or None, version=int(pmid.get("Version")) if pmid.get("Version") else None,
                   is_retracted=None)
        return row

    def rows(self, root):
        records = [root] if root.tag in ("PubmedArticle", "PubmedBookArticle") else root
        for record in records:
            if record.tag == "PubmedArticle":
                yield self.article(record)
            elif record.tag == "PubmedBookArticle":
                yield self.book(record.find("BookDocument"), record.findall("PubmedBookData"))
            elif record.tag == "BookDocument":
                yield self.book(record, [])
            elif record.tag in ("DeleteCitation", "DeleteDocument"):
                for pmid in record.findall("PMID"):
                    yield self.deletion(pmid)


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    markup, files = sys.argv[1], sys.argv[2:]
    if markup == "scripts":
        for name, table in SCRIPTS.items():
            for base, counterpart in table.items():
                print(name, ord(base), ord(counterpart))
        return
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False, huge_tree=True)
    for name in files:
        print("# " + name)
        data = open(name, "rb").read()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        root = etree.fromstring(data, parser)
        if root.tag not in ROOTS:
            print("not PubMed: " + str(root.tag))
            continue
        for row in Oracle(markup).rows(root):
            print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


main()
