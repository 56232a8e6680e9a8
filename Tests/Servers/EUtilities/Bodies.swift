import Support

/// The documents that E-utilities answer, as recordings show them.
enum Bodies {
  static let searchProlog = """
    <?xml version="1.0" encoding="UTF-8" ?>
    <!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">

    """

  static let postProlog = """
    <?xml version="1.0" encoding="UTF-8" ?>
    <!DOCTYPE ePostResult PUBLIC "-//NLM//DTD epost 20090526//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20090526/epost.dtd">
    """

  static let articlesProlog = """
    <?xml version="1.0" ?>
    <!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">

    """

  private static let fetchErrorProlog = """
    <?xml version="1.0" encoding="UTF-8" ?>
    <!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">

    """

  /// What the first 9,999 articles end with.
  static let searchLimit =
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve the "
    + "first 9,999 records matching the query. To obtain more than 9,999 PubMed records, consider using EDirect that "
    + "contains additional logic to batch PubMed search results automatically so that an arbitrary number can be "
    + "retrieved. For details see https://www.ncbi.nlm.nih.gov/books/NBK25499/"

  static func prolog(_ utility: String) -> String {
    switch utility {
    case "efetch": articlesProlog
    case "epost": postProlog
    default: searchProlog
    }
  }

  static func error(_ utility: String, _ message: String) -> String {
    switch utility {
    case "efetch": "\(fetchErrorProlog)<eFetchResult>\n\t<ERROR>\(escaped(message))</ERROR>\n</eFetchResult>\n"
    case "epost": "\(postProlog)<ePostResult>\n\t<ERROR>\(escaped(message))</ERROR>\n</ePostResult>\n"
    default: "\(searchProlog)<eSearchResult><ERROR>\(escaped(message))</ERROR></eSearchResult>\n"
    }
  }

  static func rateLimit(_ who: String, limit: Int) -> String {
    #"{"error":"API rate limit exceeded","api-key":"\#(jsonQuoted(who))","count":"\#(limit + 1)","limit":"\#(limit)"}"#
      + "\n"
  }

  static func invalidKey(_ key: String) -> String {
    #"{"error":"API key invalid","api-key":"\#(jsonQuoted(key))","type":"invalid","# + "\n" + #""status":"unknown"}"#
      + "\n"
  }

  static func forwarding(_ who: String) -> String {
    #"{"error":"error forwarding request","api-key":"\#(jsonQuoted(who))","type":"ip","# + "\n" + #""status":"ok"}"#
      + "\n"
  }

  static func page(_ title: String, _ status: Int, _ text: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
      "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
    <html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">
    <head>
    <title>\(title)</title>
    </head>

    <body>
    <h1>\(title)</h1>
    <p>
        \(text)
    </p>

    <h2>Error \(status)</h2>
    <address>
      <a href="/">www.ncbi.nlm.nih.gov</a><br />
      <span>Apache</span>
    </address>
    </body>
    </html>

    """
  }

  static let tooLong = page(
    "Submitted URI too large!", 414,
    "The length of the requested URL exceeds the capacity limit for\n\tthis server. The request cannot be processed.")

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
