import MillraceCore

/// Reads what a value of a column can be. Nil stands for what no model holds.
struct OutcomeReader {
  let grid: ValueGrid?

  private static let longestText = 1 << 20
  private static let largest = 1 << 62

  func read(_ value: JSONValue) -> ColumnOutcome? {
    switch value {
    case .null: return .null
    case .bool(let value): return .boolean(value)
    case .string(let text): return .text(text)
    case .number(let text):
      guard case .number = grid?.spelling else { return nil }
      return grid?.index(of: text).map { .number($0) }
    case .array: return nil
    case .object(let members):
      guard members.count == 1, let member = members.first else { return nil }
      switch member.name {
      case "json": return member.value.text.flatMap { isJSON($0) ? .json($0) : nil }
      case "moment":
        guard case .moment = grid?.spelling, let text = member.value.text else { return nil }
        return grid?.index(of: text).map { .number($0) }
      case "range": return range(member.value)
      case "made": return recipe(member.value).map { .made($0) }
      default: return nil
      }
    }
  }

  private func isJSON(_ text: String) -> Bool {
    do throws(Failure) {
      let value = try JSONValue.parse(text)
      return !text.contains("\n") && (value.elements != nil || value.members != nil)
    } catch {
      return false
    }
  }

  private func range(_ value: JSONValue) -> ColumnOutcome? {
    guard let grid, let elements = value.elements, (2...65).contains(elements.count) else { return nil }
    var bounds: [Int] = []
    for element in elements {
      let text: String?
      switch (element, grid.spelling) {
      case (.number(let number), .number): text = number
      case (.string(let moment), .moment): text = moment
      default: text = nil
      }
      guard let index = text.flatMap({ grid.index(of: $0) }) else { return nil }
      bounds.append(index)
    }
    bounds[bounds.count - 1] += 1
    return zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 } ? .range(bounds) : nil
  }

  // MARK: Recipes

  private func recipe(_ value: JSONValue) -> TextRecipe? {
    guard case .bool(let isUnique)? = value["unique"], let kind = value["kind"]?.text else { return nil }
    let read: TextRecipe.Kind?
    switch kind {
    case "sequence": read = sequence(value)
    case "integers": read = integers(value)
    case "shapes": read = shapes(value)
    case "words": read = words(value)
    default: read = nil
    }
    return read.map { TextRecipe(kind: $0, isUnique: isUnique) }
  }

  private func sequence(_ value: JSONValue) -> TextRecipe.Kind? {
    guard let prefix = short(value["prefix"]), let suffix = short(value["suffix"]), let first = value["first"]?.integer,
      let step = value["step"]?.integer, let width = value["width"]?.integer, (1...18).contains(width),
      first.magnitude < Self.largest, (1...1 << 40).contains(step)
    else { return nil }
    return .sequence(prefix: prefix, first: first, step: step, width: width, suffix: suffix)
  }

  private func integers(_ value: JSONValue) -> TextRecipe.Kind? {
    guard let low = value["low"]?.integer, let high = value["high"]?.integer, low < high,
      low.magnitude < Self.largest / 2,
      high.magnitude < Self.largest / 2
    else { return nil }
    return .integers(low: low, high: high)
  }

  private func short(_ value: JSONValue?) -> String? {
    value?.text.flatMap { $0.utf8.count <= 1024 ? $0 : nil }
  }

  private func shapes(_ value: JSONValue) -> TextRecipe.Kind? {
    guard let elements = value["shapes"]?.elements, (1...64).contains(elements.count) else { return nil }
    var shapes: [TextShape] = []
    for element in elements {
      guard let weight = weight(element["weight"]), let positions = element["positions"]?.elements,
        positions.count <= 64
      else {
        return nil
      }
      let characters = positions.compactMap { position in
        position.text.flatMap { text in
          // Each character one byte, and none twice: shapes are counted.
          (1...95).contains(text.utf8.count) && Set(text.utf8).count == text.utf8.count
            && text.utf8.allSatisfy { $0 < 0x80 }
            ? Array(text.utf8) : nil
        }
      }
      guard characters.count == positions.count else { return nil }
      shapes.append(TextShape(weight: weight, positions: characters))
    }
    return shapes.contains { $0.weight > 0 } ? .shapes(shapes) : nil
  }

  private func words(_ value: JSONValue) -> TextRecipe.Kind? {
    guard let lengths = weights(value["lengths"]), (1...WordRecipe.mostWords).contains(lengths.count),
      lengths.contains(where: { $0 > 0 }),
      let letterCase = value["case"]?.text.flatMap(WordRecipe.Case.init),
      let elements = value["vocabulary"]?.elements, elements.count <= 10_000,
      let vocabularyWeights = weights(value["vocabulary_weights"]), vocabularyWeights.count == elements.count,
      let share = weight(value["vocabulary_share"]), share <= 1, let ending = short(value["ending"])
    else { return nil }
    let vocabulary = elements.compactMap(short)
    guard vocabulary.count == elements.count, share == 0 || vocabularyWeights.contains(where: { $0 > 0 }) else {
      return nil
    }
    return .words(
      WordRecipe(
        lengths: lengths, letterCase: letterCase, vocabulary: vocabulary, vocabularyWeights: vocabularyWeights,
        vocabularyShare: share, ending: ending))
  }

  private func weight(_ value: JSONValue?) -> Double? {
    guard case .number(let text)? = value, let weight = Double(text), weight >= 0, weight <= 1e15 else { return nil }
    return weight
  }

  private func weights(_ value: JSONValue?) -> [Double]? {
    guard let elements = value?.elements else { return nil }
    let weights = elements.compactMap(weight)
    return weights.count == elements.count ? weights : nil
  }
}
