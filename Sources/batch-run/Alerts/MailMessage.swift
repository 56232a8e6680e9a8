import Glibc
import MillraceCore

/// An alert as a mail (RFC 5322, with RFC 2045 and 2047 for what is not ASCII). Nothing that an alert holds can become a
/// header or a recipient.
struct MailMessage {
  var alert: Alert
  /// Addresses that `isMailAddress` accepts.
  var sender: String
  var recipients: [String]

  func bytes(lineEnd: String) -> [UInt8] {
    let host = sender.split(separator: "@").last.map(String.init) ?? "localhost"
    let mark = "\(String(UInt64.random(in: 0 ... .max), radix: 36)).\(alert.time.seconds)"
    var lines = [
      "From: \(sender)", "To: \(recipients.joined(separator: ",\(lineEnd) "))",
      "Subject: \(Self.headerText(alert.title, lineEnd: lineEnd))", "Date: \(Self.date(alert.time))",
      "Message-ID: <\(mark)@\(host)>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable", "Auto-Submitted: auto-generated", "",
    ]
    for line in alert.text.split(separator: "\n", omittingEmptySubsequences: false) {
      lines += Self.quotedPrintable(Array(line.utf8))
    }
    return Array(lines.map { $0 + lineEnd }.joined().utf8)
  }

  /// A header's text: as it is when it is short and in ASCII, else in encoded words of 45 bytes at most.
  static func headerText(_ text: String, lineEnd: String) -> String {
    // "=?" would begin an encoded word.
    let isPlain =
      text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.utf8.contains(0x3d)
    if isPlain { return text }
    var words: [String] = []
    var word: [UInt8] = []
    for character in text.unicodeScalars.map({ Array(String($0).utf8) }) {
      if word.count + character.count > 16 {
        words.append(encodedWord(word))
        word = []
      }
      word += character
    }
    words.append(encodedWord(word))
    return words.joined(separator: "\(lineEnd) ")
  }

  /// `=?utf-8?Q?…?=` (RFC 2047, 4.2).
  private static func encodedWord(_ bytes: [UInt8]) -> String {
    let encoded = bytes.map { byte -> String in
      switch byte {
      case UInt8(ascii: " "): "_"
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
        String(Unicode.Scalar(byte))
      default: escaped(byte)
      }
    }
    return "=?utf-8?Q?\(encoded.joined())?="
  }

  /// A line in pieces of 76 characters at most (RFC 2045, 6.7). One of a single full stop would end the mail for some
  /// programs, and so is escaped.
  static func quotedPrintable(_ line: [UInt8]) -> [String] {
    var pieces: [String] = []
    var piece = ""
    for (index, byte) in line.enumerated() {
      let isLast = index == line.count - 1
      let isPlain: Bool =
        switch byte {
        case UInt8(ascii: "="): false
        case UInt8(ascii: "."): !piece.isEmpty
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !isLast
        default: (0x21...0x7e).contains(byte)
        }
      let next = isPlain ? String(Unicode.Scalar(byte)) : escaped(byte)
      if piece.utf8.count + next.utf8.count > 75 {
        pieces.append(piece + "=")
        piece = ""
      }
      piece += next
    }
    return pieces + [piece]
  }

  private static func escaped(_ byte: UInt8) -> String { "=" + padded(byte, 2, radix: 16).uppercased() }

  /// `Sat, 21 Nov 2026 18:45:03 +0000`.
  static func date(_ time: Timestamp) -> String {
    var seconds = time.seconds
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let (day, month) = unsafe (days[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
    let date = unsafe "\(parts.tm_mday) \(month) \(parts.tm_year + 1900)"
    let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, 2) }.joined(separator: ":")
    return "\(day), \(date) \(clock) +0000"
  }
}
