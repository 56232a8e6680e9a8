import Glibc
import MillraceCore

/// Tells of a job again and again until nothing more happens by itself.
struct StatusFollower {
  /// Seconds from one telling to the next.
  var interval = 5.0
  /// Seconds from one look to the next: the end is told soon.
  var pause = 0.5

  func follow(
    _ watch: inout JobWatch, _ tell: (JobOverview) throws(Failure) -> Void
  ) throws(Failure) {
    var due = Clock.monotonicSeconds()
    while true {
      var overview = try watch.look(countsReceipts: false)
      let isLast = overview.ownership.isLast
      if isLast || Clock.monotonicSeconds() >= due {
        overview = try watch.look()
        try tell(overview)
        due += interval
      }
      // What was told may be later than what was seen.
      if isLast, overview.ownership.isLast { return }
      usleep(UInt32(max(0.001, min(pause, due - Clock.monotonicSeconds())) * 1e6))
    }
  }
}

extension JobOverview.Ownership {
  /// Nothing more happens to the job by itself.
  var isLast: Bool {
    switch self {
    case .owned, .onSlurm: false
    case .abandoned, .ended: true
    }
  }
}
