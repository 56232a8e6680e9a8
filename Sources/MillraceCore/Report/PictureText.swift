/// Digits enough for a picture.
public func digits(_ value: Double) -> String {
  let tenths = (value * 10).rounded()
  return tenths.truncatingRemainder(dividingBy: 10) == 0 ? String(Int(tenths / 10)) : String(tenths / 10)
}

/// The text with its middle left out when it is wider than `columns`: names differ in their beginnings and ends.
public func ellipsised(_ text: String, columns: Int) -> String {
  // East Asian characters and pictures take two columns, as in a terminal.
  func width(_ character: Character) -> Int {
    character.unicodeScalars.contains { $0.value >= 0x1100 && $0.properties.isIdeographic || $0.value >= 0xAC00 }
      ? 2 : 1
  }
  // No text that is looked at is longer: what comes from outside may have megabytes.
  let characters = Array(text.prefix(columns + 1))
  if characters.count <= columns, characters.reduce(0, { $0 + width($1) }) <= columns { return text }
  var front: [Character] = []
  var room = columns - 1 - columns / 3
  for character in text {
    room -= width(character)
    if room < 0 { break }
    front.append(character)
  }
  var back: [Character] = []
  room = columns / 3
  for character in text.reversed() {
    room -= width(character)
    if room < 0 { break }
    back.append(character)
  }
  return String(front) + "…" + String(back.reversed())
}
