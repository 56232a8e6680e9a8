import Glibc
import MillraceCore

/// Where an export is written: standard output, or a file that takes its name when it is whole.
final class ExportOutput {
  private let file: AtomicFile?
  private let buffer = ByteBuffer(capacity: 1 << 17)
  private var isFirst = true
  /// The section that has been begun and has no member yet.
  private var pendingSection: String?

  /// - Parameter path: nil and "-" are standard output.
  init(_ path: String?) throws(Failure) {
    if let path, path != "-" { file = try AtomicFile(path: path) } else { file = nil }
  }

  /// Puts the file in its place.
  func finish() throws(Failure) {
    try flush(above: 0)
    try file?.commit()
  }

  /// An array that is a member of an object, its elements made one at a time.
  struct Elements {
    let name: String
    let count: Int
    let element: (Int) -> JSONValue
  }

  /// An object on a line of its own.
  func line(_ members: [JSONValue.Member], _ arrays: [Elements]) throws(Failure) {
    var separator = "{"
    func begin(_ name: String) {
      buffer.append(separator)
      separator = ","
      JSONValue.write(name, to: buffer)
      buffer.append(":")
    }
    for member in members {
      begin(member.name)
      member.value.write(to: buffer)
    }
    for array in arrays {
      begin(array.name)
      buffer.append("[")
      for index in 0..<array.count {
        if index > 0 { buffer.append(",") }
        array.element(index).write(to: buffer)
        try flush(above: 1 << 16)
      }
      buffer.append("]")
    }
    buffer.append("}\n")
    try flush(above: 1 << 16)
  }

  /// A document, indented for people.
  func document(_ value: JSONValue) throws(Failure) {
    try write(value, level: 0)
    buffer.append(UInt8(ascii: "\n"))
  }

  // MARK: A document in pieces

  /// An object of objects, each given member by member, so that none need be in memory.
  func document(sections: () throws(Failure) -> Void) throws(Failure) {
    buffer.append("{")
    isFirst = true
    try sections()
    buffer.append("\n}\n")
  }

  /// A member of the document that is an object, of the members that `members` puts; left out when there are none.
  func section(_ name: String, _ members: () throws(Failure) -> Void) throws(Failure) {
    pendingSection = name
    try members()
    if pendingSection == nil { buffer.append("\n  }") }
    pendingSection = nil
  }

  /// A member of the section.
  func put(_ name: String, _ value: JSONValue) throws(Failure) {
    if let section = pendingSection {
      buffer.append(isFirst ? "\n  " : ",\n  ")
      JSONValue.write(section, to: buffer)
      buffer.append(": {")
      isFirst = false
    }
    buffer.append(pendingSection == nil ? ",\n    " : "\n    ")
    pendingSection = nil
    JSONValue.write(name, to: buffer)
    buffer.append(": ")
    try write(value, level: 2)
  }

  // MARK: Bytes

  private func write(_ value: JSONValue, level: Int) throws(Failure) {
    try flush(above: 1 << 16)
    switch value {
    case .array(let elements) where !elements.isEmpty:
      buffer.append("[")
      for (index, element) in elements.enumerated() {
        startLine(isFirst: index == 0, level: level + 1)
        try write(element, level: level + 1)
      }
      startLine(level: level)
      buffer.append("]")
    case .object(let members) where !members.isEmpty:
      buffer.append("{")
      for (index, member) in members.enumerated() {
        startLine(isFirst: index == 0, level: level + 1)
        JSONValue.write(member.name, to: buffer)
        buffer.append(": ")
        try write(member.value, level: level + 1)
      }
      startLine(level: level)
      buffer.append("}")
    default: value.write(to: buffer)
    }
  }

  private func startLine(isFirst: Bool = true, level: Int) {
    buffer.append(isFirst ? "\n" : ",\n")
    for _ in 0..<level { buffer.append("  ") }
  }

  private func flush(above limit: Int) throws(Failure) {
    guard buffer.count > limit else { return }
    if let file {
      unsafe try file.write(buffer.bytes)
    } else {
      try StandardOutput.write(buffer)
    }
    buffer.removeAll()
  }
}
