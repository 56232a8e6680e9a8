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
  func prices(of symbol: String) throws(Failure) -> (file: String, series: PriceSeries)? {
    guard Self.isName(symbol) else { return nil }
    var names = [symbol]
    for name in [symbol.uppercased(), symbol.lowercased()] where !names.contains(name) { names.append(name) }
    for name in names {
      let file = "\(path)/\(name).csv"
      if let bytes = try Self.contents(of: file) { return (file, try Self.series(in: bytes, of: file)) }
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

  /// Nil when there is no such file.
  private static func contents(of file: String) throws(Failure) -> [UInt8]? {
    // Without O_NONBLOCK a named pipe of that name would wait for a writer.
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let number = errno
      // A name that the file system cannot have is no file's.
      if number == ENOENT || number == ENAMETOOLONG || number == EINVAL || number == EILSEQ { return nil }
      throw Failure(.noInput, "cannot read the file: \(systemErrorText(number))", at: Place(file: file))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.noInput, "not a regular file", at: Place(file: file))
    }
    guard status.st_size <= mostBytes else {
      throw Failure(
        .badData, "a file of \(status.st_size) bytes, where \(mostBytes) are the most", at: Place(file: file))
    }
    return try read(descriptor, of: file)
  }

  private static func read(_ descriptor: Int32, of file: String) throws(Failure) -> [UInt8] {
    var content: [UInt8] = []
    let piece = ByteBuffer(capacity: 1 << 20)
    // It may grow while it is read.
    while content.count <= mostBytes {
      let count = unsafe Glibc.read(descriptor, piece.base, piece.capacity)
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.inputOutput, "cannot read the file: \(systemErrorText(errno))", at: Place(file: file))
      }
      if count == 0 { return content }
      unsafe content.append(contentsOf: UnsafeRawBufferPointer(start: piece.base, count: count))
    }
    throw Failure(.badData, "a file of more than \(mostBytes) bytes", at: Place(file: file))
  }
}
