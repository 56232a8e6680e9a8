import CSynthData
import MillraceCore

/// A file of data lists, as it is embedded in the program: sections of lines with columns between tabs.
///
/// Unchecked Sendable: the bytes are the program's constants.
@safe struct Resource: @unchecked Sendable {
  /// Below Resources, such as `locales/de_DE.txt`.
  let path: String
  private let base: UnsafePointer<UInt8>
  private let count: Int

  /// All files, in the order of the program's list.
  static let all: [Resource] = {
    var found: [Resource] = []
    while true {
      let entry = millrace_resource(found.count)
      guard let path = unsafe entry.path, let bytes = unsafe entry.bytes else { return found }
      unsafe found.append(Resource(path: String(cString: path), base: bytes, count: entry.count))
    }
  }()

  private init(path: String, base: UnsafePointer<UInt8>, count: Int) {
    self.path = path
    unsafe self.base = base
    self.count = count
  }

  init?(_ path: String) {
    guard let found = Self.all.first(where: { $0.path == path }) else { return nil }
    self = found
  }

  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  var text: String { unsafe String(decoding: bytes, as: UTF8.self) }

  /// Where the lines of each section lie.
  struct Sections: Sendable {
    fileprivate let resource: Resource
    fileprivate var lines: [String: [Range<Int>]] = [:]

    /// Columns of the section's lines; empty when there is no such section.
    func rows(_ name: String) -> [[String]] {
      (lines[name] ?? []).map { line in
        unsafe resource.bytes[line].split(separator: 0x09, omittingEmptySubsequences: false).map {
          unsafe String(decoding: $0, as: UTF8.self)
        }
      }
    }

    func has(_ name: String) -> Bool { !(lines[name] ?? []).isEmpty }

    /// One column of the section as it lies in the program: nothing is copied.
    func column(_ number: Int, of name: String, in arena: Arena) -> TextList {
      var entries: [TextList.Entry] = []
      for line in lines[name] ?? [] {
        let columns = unsafe resource.bytes[line].split(separator: 0x09, omittingEmptySubsequences: false)
        if number < columns.count {
          let column = columns[number]
          entries.append(.init(offset: UInt32(column.startIndex), length: UInt32(column.count)))
        } else {
          entries.append(.init(offset: 0, length: 0))
        }
      }
      return unsafe TextList(base: resource.base, entries: arena.constants(entries))
    }

    /// The numbers of a column; 1 where a line has none.
    func weights(_ number: Int, of name: String) -> [Double] {
      rows(name).map { $0.count > number ? Double($0[number]) ?? 1 : 1 }
    }

    func weighted(_ name: String, weight: Int = 1, in arena: Arena) -> WeightedTexts {
      WeightedTexts(texts: column(0, of: name, in: arena), weights: AliasTable(weights(weight, of: name), in: arena))
    }
  }

  /// Finds the sections.
  func sections() -> Sections {
    var sections = Sections(resource: self)
    var name = ""
    var lines: [Range<Int>] = []
    var start = 0
    let bytes = unsafe bytes
    while start < count {
      let end = unsafe bytes[start...].firstIndex(of: 0x0a) ?? count
      defer { start = end + 1 }
      guard end > start, unsafe bytes[start] != UInt8(ascii: "#") else { continue }
      if unsafe bytes[start] == UInt8(ascii: "["), unsafe bytes[end - 1] == UInt8(ascii: "]") {
        if !name.isEmpty { sections.lines[name] = lines }
        name = unsafe String(decoding: bytes[start + 1..<end - 1], as: UTF8.self)
        lines = []
      } else {
        lines.append(start..<end)
      }
    }
    if !name.isEmpty { sections.lines[name] = lines }
    return sections
  }
}
