import MillraceCore
import Testing

/// Reports are markup that nothing from outside can add to.
@Suite struct ReportTests {
  @Test func whatComesFromOutsideIsEscaped() {
    var markup = MarkupWriter()
    markup.element("p", ["class": "a\"b'<c>", "id": nil]) { $0.text("<script>&amp;\u{0}\u{1B}[2J\u{202E}\u{FFFE}é\n") }
    markup.element("br")
    #expect(
      markup.markup
        == "<p class=\"a&quot;b&#39;&lt;c&gt;\">&lt;script&gt;&amp;amp;\u{FFFD}\u{FFFD}[2J\u{FFFD}\u{FFFD}é\n</p><br/>")
  }

  @Test func aPageLoadsNothing() {
    let page = HTMLPage.make(title: "a </title><script>") { $0.element("p", text: "b") }
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("<title>a &lt;/title&gt;&lt;script&gt;</title>"))
    #expect(page.contains("<p>b</p>"))
    for forbidden in ["<script", "src=", "http:", "https:", "url(", "@import"] { #expect(!page.contains(forbidden)) }
    #expect(page.contains("prefers-color-scheme: dark"))
  }
}
