import MillraceCore

/// Coordinates.
let geoGenerators: [GeneratorDescription] = [
  GeneratorDescription("latitude", "degrees of latitude, near the row's city") { context in
    CoordinateGenerator(.latitude, context)
  },
  GeneratorDescription("longitude", "degrees of longitude, near the row's city") { context in
    CoordinateGenerator(.longitude, context)
  },
  GeneratorDescription("latlng", "latitude and longitude near the row's city, as a list: [52.52,13.405]") { context in
    CoordinateGenerator(.both, context)
  },
  GeneratorDescription(
    "coordinate", "degrees anywhere, or around a center: coordinate(center=52.5, radius=0.1)",
    [.number("center"), .number("radius", 0.001)]
  ) { (context) throws(Failure) in
    let radius = context.number("radius") ?? 0.001
    guard radius >= 0, radius <= 180 else { throw context.failure("radius=\(radius), where 0 to 180 is possible") }
    guard let center = context.number("center") else { return DegreesGenerator(millionths: -180_000_000...180_000_000) }
    guard abs(center) <= 180 else { throw context.failure("center=\(center), where -180 to 180 is possible") }
    let (low, high) = (((center - radius) * 1e6).rounded(.up), ((center + radius) * 1e6).rounded(.down))
    return DegreesGenerator(millionths: Int(min(low, high))...Int(max(low, high)))
  },
  GeneratorDescription(
    "local_latlng",
    "a place in a country with its coordinates: [40.6501,-73.9496,\"Brooklyn\",\"US\",\"America/New_York\"]",
    [.text("country_code", "US"), .boolean("coords_only", false)]
  ) { (context) throws(Failure) in
    let code = (context.text("country_code") ?? "US").uppercased()
    let places = KnownPlace.all(in: code, context)
    guard !places.isEmpty else {
      throw context.failure(
        "country_code=\"\(printable(code))\": no place of it is known",
        advice: "give the code of a country of ISO 3166-1, such as US")
    }
    return KnownPlace.generator(places, context)
  },
  GeneratorDescription(
    "location_on_land",
    "a place anywhere on land with its coordinates: [52.52,13.405,\"Berlin\",\"DE\",\"Europe/Berlin\"]",
    [.boolean("coords_only", false)]
  ) { context in KnownPlace.generator(KnownPlace.onLand(context), context) },
]

/// Coordinates around the row's city, the same in all fields.
struct CoordinateGenerator: Generator {
  enum Part: Sendable { case latitude, longitude, both }

  private let part: Part
  private let places: PlaceSource
  private let key: RandomKey

  /// Millionths of a degree of latitude: three kilometres.
  private static let spread = 27_000

  init(_ part: Part, _ context: GeneratorContext) {
    self.part = part
    places = PlaceSource(context)
    key = places.key.child("coordinates")
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let entry = places.tables.entries[places.place(of: draft).number]
    var own = draft.random(key)
    // Most lie near the middle.
    func offset() -> Int { own.below(Self.spread + 1) + own.below(Self.spread + 1) - Self.spread }
    let latitude = Int(entry.latitude) + offset()
    let longitude = Int(entry.longitude) + offset()
    switch part {
    case .latitude: return draft.text.append(millionths: latitude)
    case .longitude: return draft.text.append(millionths: longitude)
    case .both:
      draft.text.append(UInt8(ascii: "["))
      _ = draft.text.append(millionths: latitude)
      draft.text.append(UInt8(ascii: ","))
      _ = draft.text.append(millionths: longitude)
      draft.text.append(UInt8(ascii: "]"))
      return .json
    }
  }
}

/// Degrees, each millionth of a range as likely.
struct DegreesGenerator: CountableGenerator {
  let millionths: ClosedRange<Int>

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    draft.text.append(millionths: random.integer(in: millionths))
  }

  var count: UInt64 { UInt64(millionths.upperBound - millionths.lowerBound + 1) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    draft.text.append(millionths: millionths.lowerBound + Int(index))
  }
}

extension ByteBuffer {
  /// A number with six decimals.
  fileprivate func append(millionths: Int) -> CellContent {
    append(scaled: millionths, decimals: 6)
    return CellContent(.number, Double(millionths) / 1e6)
  }
}

/// Places whose coordinates are known as they are.
private struct KnownPlace {
  var latitude: String
  var longitude: String
  var name: String
  var country: String
  var timeZone: String

  static func onLand(_ context: GeneratorContext) -> [KnownPlace] {
    context.locale.common.rows("land").filter { $0.count > 4 }.map {
      KnownPlace(latitude: $0[0], longitude: $0[1], name: $0[2], country: $0[3], timeZone: $0[4])
    }
  }

  /// Those of the locale of the country where there is one, and those that all locales share.
  static func all(in country: String, _ context: GeneratorContext) -> [KnownPlace] {
    var places = onLand(context).filter { $0.country == country }
    var seen = Set(places.map(\.name))
    for name in LocaleData.names {
      let locale = context.compiler.locale(name)
      guard locale.name == name, locale.fact("country") == country else { continue }
      for row in locale.rows("places") where row.count > 8 && seen.insert(row[0]).inserted {
        places.append(
          KnownPlace(latitude: row[5], longitude: row[6], name: row[0], country: country, timeZone: row[8]))
      }
    }
    return places
  }

  static func generator(_ places: [KnownPlace], _ context: GeneratorContext) -> ListedGenerator {
    let isShort = context.boolean("coords_only") == true
    let texts = places.map { place in
      let numbers: [JSONValue] = [place.latitude, place.longitude].map { .number(jsonNumber($0) ?? "0") }
      let words: [JSONValue] = [place.name, place.country, place.timeZone].map { .string($0) }
      return JSONValue.array(isShort ? numbers : numbers + words).json
    }
    return ListedGenerator(texts, content: .json, context)
  }
}
