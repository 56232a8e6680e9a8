/// A JSON object with gaps for the cells of a row of CSV: made once from the header, filled in for each row.
///
/// For the columns id, at.x, at.y it is `{"id":` ▢ `}` or, unflattened, `{"id":` ▢ `,"at":{"x":` ▢ `,"y":` ▢ `}}`.
///
/// A class, since every row takes hold of it: two arrays by value were four more counts of references a row.
final class RowTemplate: Sendable {
  /// A gap, and what stands in front of it in `text`.
  struct Cell: Sendable {
    var text: Range<Int>
    var column: Int
  }

  let cells: [Cell]
  /// All the text; what stands behind the last gap starts at `tail`.
  let text: [UInt8]
  let tail: Int

  init(columns: [FieldName], unflattened: Bool) {
    var writer = Writer()
    if unflattened {
      var root = Node()
      let names = Set(columns.map { $0.bytes[...] })
      for (index, column) in columns.enumerated() { root.insert(Self.path(column.bytes[...], in: names), index) }
      writer.append(root, isRow: true)
    } else {
      writer.append(Node(children: columns.enumerated().map { ($1.bytes[...], Node(column: $0)) }), isRow: true)
    }
    (cells, text, tail) = (writer.cells, writer.text, writer.tail)
  }

  /// The names on the way to a column's value. A column below one that is a value itself (a.b beside a) keeps its dots,
  /// since an object cannot have two members of one name; so does one with more dots than JSON is nested here.
  private static func path(_ column: ArraySlice<UInt8>, in columns: Set<ArraySlice<UInt8>>) -> [ArraySlice<UInt8>] {
    let dots = column.indices.filter { column[$0] == UInt8(ascii: ".") }
    if dots.count >= 1000 || dots.contains(where: { columns.contains(column[..<$0]) }) { return [column] }
    return column.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  }

  /// Writes the object as far as it is known.
  private struct Writer {
    var cells: [Cell] = []
    var text: [UInt8] = []
    var tail = 0

    /// - Parameter isRow: The node is the row itself, an object whatever its columns are called.
    mutating func append(_ node: Node, isRow: Bool = false) {
      if let column = node.column {
        cells.append(Cell(text: tail..<text.count, column: column))
        tail = text.count
        return
      }
      let isArray = !isRow && node.isArray
      text.append(UInt8(ascii: isArray ? "[" : "{"))
      for (index, child) in node.children.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        if !isArray {
          text += FieldName(bytes: Array(child.name)).json
          text.append(UInt8(ascii: ":"))
        }
        append(child.node)
      }
      text.append(UInt8(ascii: isArray ? "]" : "}"))
    }
  }

  /// A value of the object: a cell, or an object or array of values in the order in which their columns first came.
  private struct Node {
    var column: Int?
    var children: [(name: ArraySlice<UInt8>, node: Node)] = []
    /// Where in `children` a name stands.
    private var places: [ArraySlice<UInt8>: Int] = [:]

    init() {}
    init(column: Int) { self.column = column }
    init(children: [(name: ArraySlice<UInt8>, node: Node)]) { self.children = children }

    /// Names 0, 1, 2, … in order are those that flattening an array makes.
    var isArray: Bool {
      !children.isEmpty && children.enumerated().allSatisfy { $1.name.elementsEqual("\($0)".utf8) }
    }

    mutating func insert(_ path: [ArraySlice<UInt8>], _ column: Int) { insert(path[...], column) }

    private mutating func insert(_ path: ArraySlice<ArraySlice<UInt8>>, _ column: Int) {
      guard let name = path.first else {
        self.column = column
        return
      }
      let index = places[name] ?? children.count
      if index == children.count {
        places[name] = index
        children.append((name, Node()))
      }
      children[index].node.insert(path.dropFirst(), column)
    }
  }
}
