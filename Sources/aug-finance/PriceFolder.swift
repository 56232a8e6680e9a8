import Glibc
import MillraceCore

/// A folder of the user's with a file of prices a symbol: `AAPL.csv`.
///
/// Columns are found by their usual names, in capitals or not: Date or timestamp; Open, High, Low, Close, Volume; Adj Close or
/// adjusted_close; Dividends or dividend_amount; Stock Splits or split_coefficient. A date and a close must be there. Rows
/// come in any order; a row without a close is a day without a price.
struct PriceFolder: Sendable {
  /// As the user named it.
  let path: String

  static let mostBytes = 64 << 20
  private static let mostSymbolBytes = 64

  /// - Throws: When it is no folder.
  init(_ path: String) throws(Failure) {
    self.path = withoutTrailingSlashes(path)
    guard isFolder(path) else {
      throw Failure(
        .noInput, "not a folder", at: Place(file: path), advice: "csv:DIR names a folder of files such as AAPL.csv")
    }
  }

  /// The prices of a symbol, and their file; nil when there is no file of its name, in capitals or in small letters, and for what is
  /// no symbol: text with a slash or a zero byte, that begins with a point, or that is longer than 64 bytes.
  func prices(
    of symbol: String, opening open: (_ file: String) throws(Failure) -> any TableInput
  ) throws(Failure) -> (file: String, series: PriceSeries)? {
    guard let file = try file(of: symbol) else { return nil }
    let input = try open(file)
    let bytes: ByteBuffer
    do throws(Failure) {
      guard let all = try input.readToEnd(limit: Self.mostBytes) else {
        throw Failure(.badData, "a file of more than \(Self.mostBytes) bytes", at: Place(file: file))
      }
      bytes = all
    } catch {
      // The run may go on, and its record is to tell which file it was that failed rows.
      try? input.finishUnread()
      throw error
    }
    try input.finish(records: nil)
    return (file, try Self.series(in: unsafe Array(bytes.bytes), of: file))
  }

  private func file(of symbol: String) throws(Failure) -> String? {
    guard Self.isName(symbol) else { return nil }
    for name in [symbol, symbol.uppercased(), symbol.lowercased()] {
      let file = "\(path)/\(name).csv"
      if try Self.isFile(file) { return file }
    }
    return nil
  }

  private static func isName(_ symbol: String) -> Bool {
    let bytes = symbol.utf8
    return (1...mostSymbolBytes).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
      && !bytes.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// Reads a file's content.
  static func series(in bytes: [UInt8], of file: String) throws(Failure) -> PriceSeries {
    do throws(PriceTable.Problem) {
      return try PriceTable.read(bytes.withoutByteOrderMark, columns: PriceColumn.allCases, by: .person)
    } catch {
      throw Failure(
        .badData, error.message, at: Place(file: file, line: error.line, field: error.column),
        advice: "a file of prices has a line of names such as Date,Open,High,Low,Close,Volume and a row a day")
    }
  }

  /// Whether there is such a file, which is looked at before it is opened: a named pipe would wait for a writer.
  private static func isFile(_ file: String) throws(Failure) -> Bool {
    var status = stat()
    guard unsafe stat(file, &status) == 0 else {
      // A name that the file system cannot have is no file's.
      if [ENOENT, ENAMETOOLONG, EINVAL, EILSEQ].contains(errno) { return false }
      throw .system(.noInput, "cannot read the file", errorNumber: errno, at: Place(file: file))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.noInput, "not a regular file", at: Place(file: file))
    }
    guard status.st_size <= mostBytes else {
      throw Failure(
        .badData, "a file of \(status.st_size) bytes, where \(mostBytes) are the most", at: Place(file: file))
    }
    return true
  }
}
