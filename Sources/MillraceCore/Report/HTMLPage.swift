/// A report as one HTML file: nothing is loaded from anywhere, nothing is a script, and it is readable in light and dark.
public struct HTMLPage {
  /// - Parameters:
  ///   - title: stands in the window's title and above the report.
  ///   - style: rules beside those that all reports share.
  ///   - content: writes what follows the heading.
  public static func make(
    title: String, style: StaticString = "", _ content: (inout MarkupWriter) -> Void
  ) -> String {
    var page = MarkupWriter()
    page.verbatim("<!DOCTYPE html>\n")
    page.element("html", ["lang": "en"]) { html in
      html.element("head") { head in
        head.element("meta", ["charset": "utf-8"])
        head.element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        // Should something slip through, the browser runs no script and asks nobody.
        head.element(
          "meta",
          ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"])
        head.element("title", text: title)
        head.element("style") { sheet in
          sheet.verbatim(colours)
          sheet.verbatim(rules)
          sheet.verbatim(style)
        }
      }
      html.newline()
      html.element("body") { body in
        body.element("h1", text: title)
        body.newline()
        content(&body)
      }
    }
    page.newline()
    return page.markup
  }

  /// Colours by what they are for, in light and in dark. Those of signals are told apart by colour-blind people, too
  /// (Okabe and Ito 2008, darker or lighter where text needs it).
  public static let colours: StaticString = """
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #5b6570; --line: #c3cad2;
      --panel: #f3f6f9; --good: #00705a; --fair: #00629b; --doubt: #8a5a00; --bad: #b3330a; }
    @media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e8ebee; --faint: #a3adb8; --line: #47515c;
      --panel: #1f262d; --good: #3fc9a5; --fair: #62b8f0; --doubt: #e8b04a; --bad: #ff8b5e; } }

    """

  private static let rules: StaticString = """
    body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
      max-width: 76rem; padding: 0 1rem; }
    h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
    code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
    th { color: var(--faint); font-weight: 600; white-space: nowrap; } .number { text-align: right; }
    .faint { color: var(--faint); } .warning { color: var(--bad); font-weight: 600; }

    """
}
