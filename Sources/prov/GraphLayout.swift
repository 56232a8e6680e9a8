/// Places the boxes of a graph without cycles in layers, top down, and routes its edges (Sugiyama, Tagawa and Toda 1981:
/// layers by the longest path, order by barycentres, positions by least squares).
struct GraphLayout {
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  struct Box {
    var x = 0.0
    var y = 0.0
    var width: Double
    var height: Double
    /// From the left side to where edges pass; the middle of a node.
    var anchor: Double

    init(width: Double, height: Double, anchor: Double? = nil) {
      self.width = width
      self.height = height
      self.anchor = anchor ?? width / 2
    }

    var middle: Double { x + anchor }
    var bottom: Double { y + height }
  }

  /// The nodes' boxes, in the order they came in.
  private(set) var boxes: [Box]
  /// For each edge the points that it passes, from the bottom of one box to the top of another: pairs of them are straight
  /// down, from layer to layer.
  private(set) var routes: [[Point]] = []
  private(set) var width = 0.0
  private(set) var height = 0.0

  private let edges: [(from: Int, to: Int)]
  private var layers: [[Int]] = []
  /// Of an edge that passes layers, its places in them.
  private var waypoints: [[Int]] = []
  private var neighbours: [(above: [Int], below: [Int])] = []

  private static let gap = 28.0
  private static let layerGap = 74.0
  /// Further long edges go straight: what has so many is no picture any more.
  private static let mostWaypoints = 20_000

  /// - Parameters:
  ///   - sizes: of the nodes' boxes.
  ///   - edges: between nodes, by their indices.
  ///   - labels: the width of each edge's label, for which a long edge needs room at its right.
  init(sizes: [(width: Double, height: Double)], edges: [(from: Int, to: Int)], labels: [Double]) {
    boxes = sizes.map { Box(width: $0.width, height: $0.height) }
    self.edges = edges
    let count = sizes.count
    let ranks = Self.ranks(count, edges)
    layers = [[Int]](repeating: [], count: (ranks.max() ?? -1) + 1)
    for node in 0..<count { layers[ranks[node]].append(node) }
    addWaypoints(ranks, labels)
    order()
    place()
    route(nodes: count)
    boxes = Array(boxes[..<count])
  }

  /// The longest way from a node without edges to it; what has none itself stands right above its first reader.
  private static func ranks(_ count: Int, _ edges: [(from: Int, to: Int)]) -> [Int] {
    var below = [[Int]](repeating: [], count: count)
    var waiting = [Int](repeating: 0, count: count)
    for edge in edges {
      below[edge.from].append(edge.to)
      waiting[edge.to] += 1
    }
    let sources = (0..<count).filter { waiting[$0] == 0 }
    var ranks = [Int](repeating: 0, count: count)
    var ready = sources
    while let node = ready.popLast() {
      for next in below[node] {
        ranks[next] = max(ranks[next], ranks[node] + 1)
        waiting[next] -= 1
        if waiting[next] == 0 { ready.append(next) }
      }
    }
    for source in sources {
      if let nearest = below[source].map({ ranks[$0] }).min() { ranks[source] = max(0, nearest - 1) }
    }
    return ranks
  }

  private mutating func addWaypoints(_ ranks: [Int], _ labels: [Double]) {
    neighbours = Array(repeating: ([], []), count: boxes.count)
    func link(_ from: Int, _ to: Int) {
      neighbours[from].below.append(to)
      neighbours[to].above.append(from)
    }
    let real = boxes.count
    for (edge, label) in zip(edges, labels) {
      var passed: [Int] = []
      var last = edge.from
      if ranks[edge.to] > ranks[edge.from] + 1, boxes.count - real < Self.mostWaypoints {
        for rank in (ranks[edge.from] + 1)..<ranks[edge.to] {
          let waypoint = boxes.count
          boxes.append(Box(width: 12 + (passed.isEmpty ? label : 0), height: 0, anchor: 6))
          neighbours.append(([], []))
          layers[rank].append(waypoint)
          link(last, waypoint)
          passed.append(waypoint)
          last = waypoint
        }
      }
      link(last, edge.to)
      waypoints.append(passed)
    }
  }

  /// Orders each layer by where its nodes' neighbours are, so that few edges cross.
  private mutating func order() {
    var position = [Double](repeating: 0, count: boxes.count)
    func number(_ layer: [Int]) { for (index, node) in layer.enumerated() { position[node] = Double(index) } }
    for layer in layers { number(layer) }
    func barycentre(_ node: Int, _ others: [Int]) -> Double {
      others.isEmpty ? position[node] : others.reduce(0) { $0 + position[$1] } / Double(others.count)
    }
    for sweep in 0..<8 {
      let isDownward = sweep % 2 == 0
      for index in isDownward ? Array(layers.indices) : layers.indices.reversed() {
        let keys = layers[index].map { node in
          (node: node, key: barycentre(node, isDownward ? neighbours[node].above : neighbours[node].below))
        }
        // Equal ones stay as they were.
        layers[index] = keys.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }
          .map(\.element.node)
        number(layers[index])
      }
    }
  }

  private mutating func place() {
    var top = 0.0
    for layer in layers {
      let tallest = layer.map { boxes[$0].height }.max() ?? 0
      var left = 0.0
      for node in layer {
        boxes[node].x = left
        boxes[node].y = top
        left += boxes[node].width + Self.gap
      }
      // A waypoint is as tall as its layer: the edge goes straight down between the boxes.
      for node in layer where boxes[node].height == 0 { boxes[node].height = tallest }
      top += tallest + Self.layerGap
    }
    height = max(0, top - Self.layerGap)
    for sweep in 0..<12 {
      for index in sweep % 2 == 0 ? Array(layers.indices) : layers.indices.reversed() { align(layers[index]) }
    }
    let left = boxes.map(\.x).min() ?? 0
    for index in boxes.indices { boxes[index].x -= left }
    width = boxes.map { $0.x + $0.width }.max() ?? 0
  }

  /// Moves the nodes of a layer as near to the middle of their neighbours as their order and gaps let them, by least
  /// squares: pools of nodes that push each other share their mean.
  private mutating func align(_ layer: [Int]) {
    var pools: [(sum: Double, count: Int)] = []
    var offsets: [Double] = []
    var offset = 0.0
    for node in layer {
      let others = neighbours[node].above + neighbours[node].below
      let wanted =
        others.isEmpty ? boxes[node].middle : others.reduce(0) { $0 + boxes[$1].middle } / Double(others.count)
      offsets.append(offset)
      pools.append((wanted - boxes[node].anchor - offset, 1))
      offset += boxes[node].width + Self.gap
      while pools.count > 1, let last = pools.last,
        last.sum / Double(last.count) < pools[pools.count - 2].sum / Double(pools[pools.count - 2].count)
      {
        pools.removeLast()
        pools[pools.count - 1].sum += last.sum
        pools[pools.count - 1].count += last.count
      }
    }
    var index = 0
    for pool in pools {
      for _ in 0..<pool.count {
        boxes[layer[index]].x = pool.sum / Double(pool.count) + offsets[index]
        index += 1
      }
    }
  }

  private mutating func route(nodes: Int) {
    // Edges that share a box do not share its middle.
    let starts = ports(edges.map(\.from), towards: { waypoints[$0].first ?? edges[$0].to })
    let ends = ports(edges.map(\.to), towards: { waypoints[$0].last ?? edges[$0].from })
    for (index, edge) in edges.enumerated() {
      var points = [Point(x: starts[index], y: boxes[edge.from].bottom)]
      for waypoint in waypoints[index] {
        points.append(Point(x: boxes[waypoint].middle, y: boxes[waypoint].y))
        points.append(Point(x: boxes[waypoint].middle, y: boxes[waypoint].bottom))
      }
      points.append(Point(x: ends[index], y: boxes[edge.to].y))
      routes.append(points)
    }
  }

  /// Where on its box each edge begins or ends: spread over the middle, in the order of where the edges go.
  private func ports(_ owners: [Int], towards other: (Int) -> Int) -> [Double] {
    var places = [Double](repeating: 0, count: owners.count)
    for (owner, edges) in Dictionary(grouping: owners.indices, by: { owners[$0] }) {
      let sorted = edges.sorted { (boxes[other($0)].middle, $0) < (boxes[other($1)].middle, $1) }
      let spread = min(boxes[owner].width * 0.6, Double(sorted.count - 1) * 36)
      for (index, edge) in sorted.enumerated() {
        let share = sorted.count > 1 ? Double(index) / Double(sorted.count - 1) - 0.5 : 0
        places[edge] = boxes[owner].middle + share * spread
      }
    }
    return places
  }
}
