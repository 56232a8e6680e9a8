import MillraceCore

/// Colors.
let colorGenerators: [GeneratorDescription] = [
  GeneratorDescription("color_name", "a color by its name: Amethyst") { (context) throws(Failure) in
    try ThingEntries(.color, context).column()
  },
  GeneratorDescription("hex_color", "a color: #9966cc; that of the row's color_name where it has one") {
    (context) throws(Failure) in try ColorGenerator.make(context, .hex)
  },
  GeneratorDescription("rgb_color", "a color: 153,102,204; that of the row's color_name where it has one") {
    (context) throws(Failure) in try ColorGenerator.make(context, .rgb)
  },
  GeneratorDescription("safe_hex_color", "a color of three doubled digits: #9966cc") { _ in SafeHexColorGenerator() },
  GeneratorDescription(
    "color", "a color of a hue: color(hue=\"blue\", luminosity=\"dark\", color_format=\"hex\"), also rgb, hsl, hsv",
    [.any("hue"), .text("luminosity"), .text("color_format", "hex")]
  ) { (context) throws(Failure) in
    try HueGenerator(context)
  },
]

/// Any color, as hexadecimal digits or as three numbers.
struct ColorGenerator: CountableGenerator {
  enum Format: Sendable {
    case hex, rgb
  }

  let format: Format

  /// The color of the row's color_name where the row has one, else any.
  static func make(_ context: GeneratorContext, _ format: Format) throws(Failure) -> any Generator {
    guard context.compiler.things.generators(of: context.thing(.color)).contains("color_name") else {
      return ColorGenerator(format: format)
    }
    let entries = ThingEntries(.color, context)
    let codes = entries.rows.map { $0.count > 1 ? $0[1] : "#000000" }
    let texts =
      format == .hex
      ? codes
      : codes.map { code in
        let value = Int(code.dropFirst(), radix: 16) ?? 0
        return "\(value >> 16),\(value >> 8 & 255),\(value & 255)"
      }
    return try context.unique(
      ThingTextGenerator(draw: entries.draw, texts: TextList(texts, in: context.arena)),
      count: entries.draw.distinctCount)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(Int(random.next() >> 40), to: draft.text)
  }

  var count: UInt64 { 1 << 24 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(Int(index), to: draft.text)
  }

  private func append(_ color: Int, to text: ByteBuffer) -> CellContent {
    switch format {
    case .hex: text.append(color: color)
    case .rgb:
      text.append(integer: color >> 16)
      text.append(UInt8(ascii: ","))
      text.append(integer: color >> 8 & 255)
      text.append(UInt8(ascii: ","))
      text.append(integer: color & 255)
    }
    return .text
  }
}

/// A color of three doubled digits, which screens of all ages show alike.
struct SafeHexColorGenerator: CountableGenerator {
  var count: UInt64 { 4096 }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(random.next() >> 52, draft, &random)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let digits = Int(index)
    draft.text.append(color: (digits >> 8 & 15) * 0x110000 + (digits >> 4 & 15) * 0x1100 + (digits & 15) * 0x11)
    return .text
  }
}

extension ByteBuffer {
  /// `#rrggbb`.
  func append(color: Int) {
    append(UInt8(ascii: "#"))
    for shift in stride(from: 20, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: color >> shift & 15)
      append(digit < 10 ? 48 + digit : 87 + digit)
    }
  }
}

/// A color of a part of the wheel.
struct HueGenerator: Generator {
  private enum Format: String, CaseIterable, Sendable {
    case hex, rgb, hsl, hsv
  }

  /// Degrees; the greatest may lie beyond 360.
  private let hues: ClosedRange<Int>
  private let saturations: ClosedRange<Int>
  private let values: ClosedRange<Int>
  private let format: Format

  /// Where people see one color end and the next begin.
  private static let named: [String: ClosedRange<Int>] = [
    "red": 346...370, "orange": 18...45, "yellow": 46...66, "green": 80...160, "cyan": 165...195, "blue": 200...250,
    "purple": 260...295, "pink": 310...345,
  ]

  init(_ context: GeneratorContext) throws(Failure) {
    var isGray = false
    switch context.value("hue") {
    case .null: hues = 0...359
    case .string(let name) where Self.named[name.lowercased()] != nil: hues = Self.named[name.lowercased()] ?? 0...359
    case .string(let name) where ["monochrome", "gray", "grey"].contains(name.lowercased()):
      hues = 0...0
      isGray = true
    case let value where value.integer.map { (0...360).contains($0) } == true:
      hues = (value.integer ?? 0)...(value.integer ?? 0)
    case .array(let bounds):
      guard bounds.count == 2, let low = bounds[0].integer, let high = bounds[1].integer, 0 <= low, low <= high,
        high <= 360
      else { throw context.failure("hue: expected two numbers from 0 to 360, the smaller first") }
      hues = low...high
    case let value:
      let names = (Self.named.keys + ["monochrome"]).sorted().joined(separator: ", ")
      throw context.failure(
        "there is no hue \(value.json.prefix(40))", advice: "it is \(names), a number of degrees, or two of them")
    }
    switch context.text("luminosity")?.lowercased() {
    case nil: (saturations, values) = (40...95, 45...95)
    case "random": (saturations, values) = (0...100, 0...100)
    case "bright": (saturations, values) = (70...100, 75...100)
    case "dark": (saturations, values) = (60...100, 15...45)
    case "light": (saturations, values) = (10...40, 85...100)
    case let other?:
      throw context.failure(
        "there is no luminosity \"\(printable(other))\"", advice: "it is bright, dark, light or random")
    }
    guard let format = Format(rawValue: context.text("color_format")?.lowercased() ?? "") else {
      throw context.failure(
        "there is no color_format \"\(printable(context.text("color_format") ?? ""))\"",
        advice: "it is \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.format = format
    self.isGray = isGray
  }

  private let isGray: Bool

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let hue = random.integer(in: hues) % 360
    let saturation = isGray ? 0 : random.integer(in: saturations)
    let value = random.integer(in: values)
    let text = draft.text
    switch format {
    case .hex:
      let (red, green, blue) = Self.rgb(hue, saturation, value)
      text.append(color: red << 16 | green << 8 | blue)
    case .rgb:
      let (red, green, blue) = Self.rgb(hue, saturation, value)
      text.append("rgb(")
      append(red, green, blue, percent: false, to: text)
    case .hsv:
      text.append("hsv(")
      append(hue, saturation, value, percent: false, to: text)
    case .hsl:
      // The same color by its lightness instead of its brightest part.
      let lightness = value * (200 - saturation)
      let range = lightness <= 10_000 ? lightness : 20_000 - lightness
      text.append("hsl(")
      append(
        hue, range == 0 ? 0 : (value * saturation * 100 + range / 2) / range, (lightness + 100) / 200, percent: true,
        to: text)
    }
    return .text
  }

  private func append(_ first: Int, _ second: Int, _ third: Int, percent: Bool, to text: ByteBuffer) {
    text.append(integer: first)
    text.append(", ")
    text.append(integer: second)
    if percent { text.append(UInt8(ascii: "%")) }
    text.append(", ")
    text.append(integer: third)
    if percent { text.append(UInt8(ascii: "%")) }
    text.append(UInt8(ascii: ")"))
  }

  /// - Parameters:
  ///   - hue: degrees.
  ///   - saturation: of a hundred.
  ///   - value: of a hundred.
  private static func rgb(_ hue: Int, _ saturation: Int, _ value: Int) -> (Int, Int, Int) {
    let brightest = Double(value) / 100 * 255
    let chroma = brightest * Double(saturation) / 100
    let place = Double(hue) / 60
    let middle = chroma * (1 - abs(place.truncatingRemainder(dividingBy: 2) - 1))
    let least = brightest - chroma
    func whole(_ part: Double) -> Int { Int((part + least).rounded()) }
    switch Int(place) {
    case 0: return (whole(chroma), whole(middle), whole(0))
    case 1: return (whole(middle), whole(chroma), whole(0))
    case 2: return (whole(0), whole(chroma), whole(middle))
    case 3: return (whole(0), whole(middle), whole(chroma))
    case 4: return (whole(middle), whole(0), whole(chroma))
    default: return (whole(chroma), whole(0), whole(middle))
    }
  }
}
