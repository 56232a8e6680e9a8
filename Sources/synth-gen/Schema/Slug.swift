import MillraceCore

/// A text in lower case, with a hyphen for all that is no letter or digit of ASCII: `Crème brûlée!` is `creme-brulee`.
func slugText(of text: String) -> String {
  var slug = ""
  for scalar in asciiLetters(of: text).lowercased().unicodeScalars {
    if scalar.isASCII, scalar.properties.isAlphabetic || (48...57).contains(scalar.value) {
      slug.unicodeScalars.append(scalar)
    } else if !slug.isEmpty, !slug.hasSuffix("-") {
      slug += "-"
    }
  }
  return slug.hasSuffix("-") ? String(slug.dropLast()) : slug
}

/// A Latin text in letters of ASCII, as people write it in addresses: ä is ae, ß ss, é e, ł l. What is not Latin is dropped.
func asciiLetters(of text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar.isASCII {
      result.unicodeScalars.append(scalar)
    } else if let letters = latinLetters[scalar] {
      result += letters
    }
  }
  return result
}

private let latinLetters: [Unicode.Scalar: String] = {
  let groups: [(String, String)] = [
    ("àáâãåāăą", "a"), ("ÀÁÂÃÅĀĂĄ", "A"), ("ä", "ae"), ("Ä", "Ae"), ("æ", "ae"), ("Æ", "Ae"), ("çćĉċč", "c"),
    ("ÇĆĈĊČ", "C"), ("ðďđ", "d"), ("ÐĎĐ", "D"), ("èéêëēĕėęě", "e"), ("ÈÉÊËĒĔĖĘĚ", "E"), ("ĝğġģ", "g"), ("ĜĞĠĢ", "G"),
    ("ìíîïĩīĭįı", "i"), ("ÌÍÎÏĨĪĬĮİ", "I"), ("ĺļľŀł", "l"), ("ĹĻĽĿŁ", "L"), ("ñńņň", "n"), ("ÑŃŅŇ", "N"),
    ("òóôõōŏő", "o"), ("ÒÓÔÕŌŎŐ", "O"), ("öø", "oe"), ("ÖØ", "Oe"), ("œ", "oe"), ("Œ", "Oe"), ("ŕŗř", "r"),
    ("ŔŖŘ", "R"),
    ("śŝşšș", "s"), ("ŚŜŞŠȘ", "S"), ("ß", "ss"), ("ţťŧț", "t"), ("ŢŤŦȚ", "T"), ("þ", "th"), ("Þ", "Th"),
    ("ùúûũūŭůűų", "u"), ("ÙÚÛŨŪŬŮŰŲ", "U"), ("ü", "ue"), ("Ü", "Ue"), ("ŵ", "w"), ("Ŵ", "W"), ("ýÿŷ", "y"),
    ("ÝŸŶ", "Y"),
    ("źżž", "z"), ("ŹŻŽ", "Z"), ("’", "'"),
  ]
  var letters: [Unicode.Scalar: String] = [:]
  for (from, to) in groups { for scalar in from.unicodeScalars { letters[scalar] = to } }
  return letters
}()
