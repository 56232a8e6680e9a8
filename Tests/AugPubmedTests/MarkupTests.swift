import MillraceCore
import Testing

@testable import aug_pubmed

@Suite struct MarkupTests {
  /// One title in the three ways.
  @Test(arguments: [
    ("H<sub>2</sub>O", "H₂O", "H2O", "H<sub>2</sub>O"),
    ("Ca<sup>2+</sup> in", "Ca²⁺ in", "Ca2+ in", "Ca<sup>2+</sup> in"),
    ("10<sup>-3</sup>, 10<sup>−4</sup>", "10⁻³, 10⁻⁴", "10-3, 10−4", "10<sup>-3</sup>, 10<sup>−4</sup>"),
    // A comma has no raised counterpart, so the whole run stays plain.
    ("x<sup>1,2</sup>", "x1,2", "x1,2", "x<sup>1,2</sup>"),
    ("NF-<i><sub>κ</sub></i>B", "NF-κB", "NF-κB", "NF-<i><sub>κ</sub></i>B"),
    ("I<sub>β</sub>", "Iᵦ", "Iβ", "I<sub>β</sub>"),
    // A power of a power stays plain: raising a part of it would tell something else.
    ("e<sup>x<sup>2</sup></sup>", "ex2", "ex2", "e<sup>x<sup>2</sup></sup>"),
    ("a<sup>2<sub>1</sub></sup>b<sup>3</sup>", "a21b³", "a21b3", "a<sup>2<sub>1</sub></sup>b<sup>3</sup>"),
    ("<sup>2 <i>n</i></sup>", "² ⁿ", "2 n", "<sup>2 <i>n</i></sup>"),
    ("<b>B</b><u>U</u><i/>", "BU", "BU", "<b>B</b><u>U</u><i></i>"),
    ("p &lt; 0.05 &amp; q", "p < 0.05 & q", "p < 0.05 & q", "p &lt; 0.05 &amp; q"),
    ("<script>x</script>", "x", "x", "x"),
    ("q<sup>&quot;</sup>", "q\"", "q\"", "q<sup>\"</sup>"),
  ])
  func titles(source: String, unicode: String, strip: String, html: String) throws {
    for (markup, expected) in [(Markup.unicode, unicode), (.strip, strip), (.html, html)] {
      let row = try articleRow(article: "<ArticleTitle>\(source)</ArticleTitle>", markup: markup)
      #expect(row["title"]?.text == expected)
    }
  }

  @Test func mathKeepsItsTextAndNotItsLayout() throws {
    let article = """
      <Abstract><AbstractText>an <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML" display="inline">
        <mml:msup>
          <mml:mi>η</mml:mi>
          <mml:mn>2</mml:mn>
        </mml:msup><mml:mtext> of </mml:mtext><mml:mo>&lt;</mml:mo>
      </mml:math> b</AbstractText></Abstract>
      """
    #expect(try articleRow(article: article)["abstract"]?.text == "an η2 of < b")
    #expect(
      try articleRow(article: article, markup: .html)["abstract"]?.text
        == "an <math><msup><mi>η</mi><mn>2</mn></msup><mtext> of </mtext><mo>&lt;</mo></math> b")
  }

  @Test func htmlIsForTextsThatMayHaveMarkup() throws {
    let row = try articleRow(
      article: """
        <Journal><Title>A &amp; B</Title></Journal><Abstract><AbstractText Label="R&amp;D">x &gt; y</AbstractText></Abstract>
        """, markup: .html)
    #expect(row["journal"]?.text == "A & B")
    #expect(row["abstract"]?.text == "R&amp;D: x &gt; y")
    #expect(row.json(.abstractSections) == #"[{"label":"R&D","category":null,"text":"x &gt; y"}]"#)
  }
}
