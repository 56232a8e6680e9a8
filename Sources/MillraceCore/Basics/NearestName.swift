/// The known name that somebody may have meant who wrote another.
///
/// - Returns: the nearest by edit distance, where at most a third of its letters differ or one begins with the other; nil
///   when none is near.
public func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  let written = Array(name.lowercased().prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in names {
    let letters = Array(candidate.lowercased())
    let isBeginning =
      min(letters.count, written.count) >= 3 && (letters.starts(with: written) || written.starts(with: letters))
    let distance = isBeginning ? 1 : editDistance(written, letters)
    if distance <= max(1, candidate.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// Letters to insert, remove, replace or swap with their neighbour to make one word of the other (Damerau and Levenshtein's
/// distance in its restricted form).
public func editDistance(_ one: [Character], _ other: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...other.count)
  for (i, letter) in one.enumerated() {
    var row = [i + 1]
    for (j, otherLetter) in other.enumerated() {
      var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (letter == otherLetter ? 0 : 1))
      if i > 0, j > 0, letter == other[j - 1], one[i - 1] == otherLetter { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[other.count]
}
