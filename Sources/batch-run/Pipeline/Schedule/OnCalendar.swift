import MillraceCore

extension CronSchedule {
  /// The same moments as systemd.time(7) writes them: one line, or two where a day of either kind will do.
  var onCalendar: [String] {
    let time = "\(hour.systemdText(width: 2, all: 0...23)):\(minute.systemdText(width: 2, all: 0...59)):00"
    let months = month.systemdText(width: 2, all: 1...12)
    let days = dayOfMonth.systemdText(width: 2, all: 1...31)
    let isEveryWeekday = dayOfWeek.values.count == 7
    let weekdays = isEveryWeekday ? "" : dayOfWeek.values.map { Self.weekdayNames[$0] }.joined(separator: ",") + " "
    // Every day of the week, or of the month, leaves nothing to choose from.
    guard eitherDay, !isEveryWeekday, dayOfMonth.values.count < 31 else {
      let alone = eitherDay
      return ["\(alone ? "" : weekdays)*-\(months)-\(alone ? "*" : days) \(time)"]
    }
    return ["*-\(months)-\(days) \(time)", "\(weekdays)*-\(months)-* \(time)"]
  }

  private static let weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
}

extension CronField {
  /// All values one by one, or a star.
  fileprivate func systemdText(width: Int, all: ClosedRange<Int>) -> String {
    values.count == all.count ? "*" : values.map { padded($0, width) }.joined(separator: ",")
  }
}
