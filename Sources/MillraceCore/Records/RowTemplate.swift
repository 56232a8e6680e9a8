/// A JSON object with gaps for the cells of a row of CSV: made once from the header, filled in for each row.
///
/// For the columns id, at.x, at.y it is `{"id":` ▢ `}` or, unflattened, `{"id":` ▢ `,"at":{"x":` ▢ `,"y":` ▢ `}}`.
struct RowTemplate: Sendable {
  /// A gap, and what stands in front of it in `text`.
  struct Cell: Sendable {
    var text: Range<Int>
    var column: Int
  }

  private(set) var cells: [Cell] = []
  /// All the text; what stands behind the last gap starts at `tail`.
  private(set) var text: [UInt8] = []
  private(set) var tail = 0

  init(columns: [FieldName], unflattened: Bool) {
    if unflattened {
      var root = Node()
      for (index, column) in columns.enumerated() {
        root.insert(column.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)[...], index)
      }
      append(root, isRow: true)
    } else {
      append(Node(children: columns.enumerated().map { ($1.bytes[...], Node(column: $0)) }), isRow: true)
    }
  }

  /// - Parameter isRow: The node is the row itself, an object whatever its columns are called.
  private mutating func append(_ node: Node, isRow: Bool = false) {
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

  /// A value of the object: a cell, or an object or array of values in the order in which their columns first came.
  private struct Node {
    var column: Int?
    var children: [(name: ArraySlice<UInt8>, node: Node)] = []

    /// Names 0, 1, 2, … in order are those that flattening an array makes.
    var isArray: Bool {
      !children.isEmpty && children.enumerated().allSatisfy { $1.name.elementsEqual("\($0)".utf8) }
    }

    mutating func insert(_ path: ArraySlice<ArraySlice<UInt8>>, _ column: Int) {
      guard let name = path.first else { return }
      let rest = path.dropFirst()
      let existing = children.firstIndex { $0.name == name }
      // A name that is a value and a group at once (a, a.b) keeps its dots as a name of its own.
      if let existing, !rest.isEmpty, children[existing].node.column == nil {
        children[existing].node.insert(rest, column)
      } else if rest.isEmpty && existing == nil {
        children.append((name, Node(column: column)))
      } else if existing == nil {
        var node = Node()
        node.insert(rest, column)
        children.append((name, node))
      } else {
        children.append((Array(path.joined(separator: [UInt8(ascii: ".")]))[...], Node(column: column)))
      }
    }
  }
}
