import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct ReportTests {
  private func html(_ maker: JobMaker, after seconds: Double = 100) throws -> String {
    let time = JobMaker.began + seconds
    var watch = try JobWatch(maker.folder, clock: Clock { time }, host: "node17")
    return JobReport(try watch.look(), name: "JOB").html
  }

  private func count(_ part: String, in text: String) -> Int {
    text.split(separator: part, omittingEmptySubsequences: false).count - 1
  }

  @Test func everyAttemptIsABoxWithItsKind() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.memoryPerWorker = 2 << 30 }.run().cut(3)
    try job.attempt("00000", from: 1, to: 5)
    try job.attempt("00001", 1, .exited(2), from: 1, to: 2, worker: 2).attempt("00001", 2, from: 3, to: 6, worker: 2)
    try job.attempt("00002", 1, .lost("node failure"), from: 5, to: 6)
    try job.attempt("00002", 2, .signalled(11), from: 7, to: 8, words: "</table><script>alert(1)</script>\u{1B}[2J")
    try job.at(9, .failed(ChunkIdentifier(2), reason: "was ended by signal 11"), .state(.completed, reason: nil))
    let page = try html(job)
    #expect(
      page.contains(
        "5 attempts by 2 workers in 0:07: 1 completed at the first attempt, 1 completed at a later attempt, 1 lost or stopped, not counted, 2 failed."
      ))
    #expect(page.contains("Completed</strong>, but 1 chunk is missing"))
    #expect(count("<rect class=\"retried\"", in: page) == 2)  // A box and the legend's.
    #expect(
      page.contains(
        "<title>chunk 00001, attempt 1 ended with status 2 after 1.0 s (worker 2 on node17, from 0:00, 1.0 MB)</title>")
    )
    #expect(page.contains("<td>00002</td><td class=\"number\">201 to 300</td><td class=\"number\">2</td>"))
    #expect(page.contains("as asked for"))
    #expect(page.contains(">limit</text>"))
    // What comes from outside is text.
    #expect(page.contains("&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{1B}[2J"))
    #expect(!page.contains("<script"))
  }

  @Test func aJobWithoutAttempts() throws {
    let desk = try JobDesk()
    let page = try html(desk.job())
    #expect(page.contains("No attempt at a chunk has begun."))
    #expect(page.contains("Its process is gone: <code>batch-run resume JOB</code> goes on."))
    #expect(!page.contains("NaN") && !page.contains("inf"))
  }

  @Test func whatTakesNoTimeIsDrawn() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2).attempt("00000", from: 1, to: 1, memory: 0)
    let lock = try job.folder.own()
    try job.at(1, .started(StartedAttempt(chunk: ChunkIdentifier(1), attempt: 1, worker: 2, host: "node17")))
    let page = try html(job, after: 1)
    _ = lock
    #expect(page.contains("1 completed at the first attempt, 1 at work."))
    #expect(!page.lowercased().contains("nan\"") && !page.contains("inf\""))
  }

  @Test func manyAttemptsAreDrawnAsSums() throws {
    for (workers, isCurve) in [(8, false), (200, true)] {
      var spans: [AttemptSpan] = []
      for index in 0..<20_000 {
        let start = Double(index / workers)
        spans.append(
          AttemptSpan(
            kind: index % 50 == 0 ? .failed : .completed, chunk: ChunkIdentifier(index), attempt: 1, start: start,
            end: start + 0.9, host: "node17", worker: index % workers, memory: 1, outcome: "completed"))
      }
      var page = MarkupWriter()
      TimelineDrawing(AttemptHistory(spans: spans, began: JobMaker.began)).draw(into: &page)
      #expect(page.markup.utf8.count < 500_000)
      #expect(
        page.markup.contains(
          isCurve ? "200 workers are too many for a row each" : "20000 attempts are too many for a box each"))
      #expect(page.markup.contains("class=\"failed\""))
    }
  }

  @Test func valuesLieInTheirRanges() {
    for values in [[1.0, 2, 3, 10], [0.001, 5, 1000], [0, 0], [], [7], [5, 5, 5]] {
      let histogram = Histogram(good: values, other: values)
      #expect(histogram.counts.reduce(0) { $0 + $1.good } == values.count)
      #expect(histogram.counts.reduce(0) { $0 + $1.other } == values.count)
      #expect(histogram.bounds.count == histogram.counts.count + 1)
      #expect(zip(histogram.bounds, histogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
      for value in values { #expect((0...1).contains(histogram.place(of: value))) }
    }
  }

  @Test func axesHaveRoundTimes() {
    #expect([0.3, 1, 1.5, 4, 7, 19, 101].map(ChartAxis.round) == [1, 1, 2, 5, 10, 20, 200])
    for length in [0.001, 0.5, 59, 3600, 1e6, 1e8] {
      var svg = MarkupWriter()
      ChartAxis(length: length, left: 0, right: 100).draw(top: 0, bottom: 10, into: &svg)
      #expect((2...10).contains(count("<text", in: svg.markup)), "\(length)")
    }
  }

  @Test func theExecutableWritesThePage() throws {
    let desk = try JobDesk()
    let id = "20261121-120000-k7q2"
    try desk.job(id).run().cut(1).attempt("00000", from: 1, to: 2).at(3, .state(.completed, reason: nil))
    let printed = desk.run("report", id)
    #expect(printed.status == 0)
    #expect(printed.outputText.hasPrefix("<!DOCTYPE html>"))
    let file = desk.state("report.html")
    #expect(desk.run("report", "-o", file, id).status == 0)
    #expect(desk.state.text("report.html")?.contains("<title>Job \(id)</title>") == true)
    let refused = desk.run("report", "-o", desk.state("no/report.html"), id)
    #expect(refused.status == 73)
    #expect(refused.errorText.contains("is missing: mkdir -p"))
    #expect(desk.run("report", "nothing").status == 66)
  }
}
