import MillraceCore

/// How a job went, as a page.
struct JobReport {
  private let overview: JobOverview
  private let figures: JobFigures
  private let history: AttemptHistory
  /// What the person types to mean the job.
  private let name: String

  /// More failed chunks are not told one by one.
  private static let mostFailed = 200
  private static let mostRemarks = 50
  private static let mostSlow = 5

  init(_ overview: JobOverview, name: String) {
    self.overview = overview
    self.name = name
    figures = JobFigures(overview)
    history = AttemptHistory(overview)
  }

  private var record: JobRecord { overview.record }

  var html: String {
    HTMLPage.make(title: "Job \(printable(overview.identifier))", style: Self.style) { page in
      writePatterns(into: &page)
      writeSummary(into: &page)
      if history.spans.isEmpty {
        page.element("p", text: "No attempt at a chunk has begun.")
      } else {
        writeTimeline(into: &page)
        writeDistributions(into: &page)
        writeWorkers(into: &page)
      }
      writeFailures(into: &page)
      writeRemarks(into: &page)
      page.element(
        "p", ["class": "faint"],
        text:
          "Told at \(overview.time) by batch-run \(Millrace.version); times are UTC, and in the pictures since \(history.began)."
      )
      page.newline()
    }
  }

  // MARK: Summary

  private func writeSummary(into page: inout MarkupWriter) {
    page.element("p", ["class": "state"]) { line in
      let style =
        switch record.state {
        case .completed: figures.counts.failed > 0 ? "doubtful" : "fine"
        case .failed, .cancelled: "warning"
        case .created, .queued, .running: "going"
        }
      line.element("strong", ["class": style], text: record.state.rawValue)
      if record.state == .completed, figures.counts.failed > 0 {
        line.text(", but \(counted(figures.counts.failed, "chunk is", "chunks are")) missing")
      }
      if let reason = record.stateReason { line.text(": \(printable(reason))") }
      if case .abandoned = overview.ownership {
        line.text(". Its process is gone: ")
        line.element("code", text: "batch-run resume \(name)")
        line.text(" goes on.")
      }
    }
    page.element("div", ["class": "scroll"]) { page in
      page.element("table", ["class": "summary"]) { table in
        for (label, text) in summary {
          table.element("tr") { row in
            row.element("th", ["scope": "row"], text: label)
            row.element("td") { cell in
              if label == "Command" || label == "Folder" {
                cell.element("code", text: printable(text))
              } else {
                cell.text(printable(text))
              }
            }
          }
          table.newline()
        }
      }
    }
    page.newline()
  }

  private var summary: [(String, String)] {
    let specification = record.specification
    let settings = specification.settings
    let counts = figures.counts
    var rows: [(String, String)] = [
      ("Command", CommandLineText.quoting(CommandLineText.redacting(record.command))),
      ("Folder", overview.folder.path), ("Made", specification.created.description),
    ]
    if let last = record.states.last, last.state != .created {
      rows.append(("\(last.state.rawValue) \(last.state.isFinal ? "at" : "since")", last.time.description))
    }
    if let elapsed = figures.elapsed { rows.append(("At work for", clockTime(elapsed))) }
    var chunks = "\(figures.chunksDone(isInputWhole: record.inputEnd != nil)) completed"
    if counts.failed > 0 { chunks += ", \(counts.failed) failed" }
    if figures.splits > 0 { chunks += "; \(figures.splits) split for want of memory" }
    if counts.retries > 0 { chunks += "; \(counted(counts.retries, "retry", "retries"))" }
    rows.append(("Chunks", chunks))
    rows.append(
      (
        "Done",
        "\(counts.completedRecords) of \(counts.records) records, \(decimal(Double(counts.completedBytes), "B"))"
      ))
    if let rate = figures.rate, rate > 0 { rows.append(("Rate", decimal(rate, "B/s"))) }
    let limit = settings.memoryPerWorker.map { " of \(decimal(Double($0), "B")) a worker" } ?? ""
    rows.append(("Most memory", decimal(Double(figures.peakMemory), "B") + limit))
    let hosts = namingFirst(Set(history.spans.map(\.host)).sorted(), most: 8)
    if !hosts.isEmpty { rows.append(("Where", hosts)) }
    if !record.slurmJobs.isEmpty { rows.append(("Slurm jobs", namingFirst(record.slurmJobs))) }
    return rows
  }

  // MARK: Pictures

  private func writeTimeline(into page: inout MarkupWriter) {
    let timeline = TimelineDrawing(history)
    page.element("h2", text: "Chunks by worker")
    page.element("p", ["class": "faint"], text: timeline.description)
    timeline.draw(into: &page)
  }

  private func writeDistributions(into page: inout MarkupWriter) {
    let ended = history.spans.filter { $0.kind != .running }
    guard !ended.isEmpty else { return }
    let good = ended.filter { $0.kind == .completed || $0.kind == .retried }
    let other = ended.filter { $0.kind == .failed || $0.kind == .lost }
    page.element("div", ["class": "pair"]) { pair in
      pair.element("div") { part in
        part.element("h2", text: "Durations")
        writeDurations(good, other, into: &part)
      }
      pair.newline()
      pair.element("div") { part in
        part.element("h2", text: "Memory")
        writeMemory(good, other, into: &part)
      }
    }
    page.newline()
    writeSlowest(good, into: &page)
  }

  private func writeDurations(_ good: [AttemptSpan], _ other: [AttemptSpan], into page: inout MarkupWriter) {
    let sorted = good.map { $0.end - $0.start }.sorted()
    func quantile(_ share: Double) -> String {
      attemptTime(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))])
    }
    let words =
      sorted.isEmpty
      ? "No attempt was completed."
      : "Of completed attempts: median \(quantile(0.5)), 95 % within \(quantile(0.95)), longest \(quantile(1))."
    page.element("p", ["class": "faint"], text: words)
    HistogramDrawing(
      histogram: Histogram(good: sorted, other: other.map { $0.end - $0.start }), text: attemptTime,
      description: "Histogram of the attempts' durations. \(words)"
    ).draw(into: &page)
  }

  private func writeMemory(_ good: [AttemptSpan], _ other: [AttemptSpan], into page: inout MarkupWriter) {
    let limit = record.specification.settings.memoryPerWorker.map(Double.init)
    let most = decimal(Double(figures.peakMemory), "B")
    let words =
      "Greatest memory of each attempt: \(most) at most"
      + (limit.map { ", limit \(decimal($0, "B"))." } ?? ", no limit.")
    page.element("p", ["class": "faint"], text: words)
    HistogramDrawing(
      histogram: Histogram(good: good.map { Double($0.memory) }, other: other.map { Double($0.memory) }, marked: limit),
      text: { decimal($0, "B") }, description: "Histogram of the attempts' memory. \(words)",
      mark: limit.map { ($0, "limit") }
    ).draw(into: &page)
  }

  private func writeSlowest(_ good: [AttemptSpan], into page: inout MarkupWriter) {
    let slowest = good.sorted { ($0.end - $0.start, $1.chunk) > ($1.end - $1.start, $0.chunk) }.prefix(Self.mostSlow)
    guard good.count > Self.mostSlow else { return }
    page.element("h2", text: "Longest chunks")
    ReportTable.write(
      ["Chunk", "Took", "Attempt", "Memory", "Worker", "Host"], numbers: [1, 2, 3, 4],
      slowest.map { span in
        [
          span.chunk.description, attemptTime(span.end - span.start), "\(span.attempt)",
          decimal(Double(span.memory), "B"),
          "\(span.worker)", span.host,
        ]
      }, into: &page)
  }

  private func writeWorkers(into page: inout MarkupWriter) {
    let chart = WorkerChart(record, history: history)
    guard !chart.changes.isEmpty else { return }
    page.element("h2", text: "Number of workers")
    chart.draw(into: &page)
  }

  // MARK: Words

  private func writeFailures(into page: inout MarkupWriter) {
    let failed = record.failedChunks
    if !failed.isEmpty {
      page.element("h2", text: "Failed chunks")
      ReportTable.write(
        ["Chunk", "Records", "Attempts", "Reason", "Last words"], numbers: [1, 2],
        failed.prefix(Self.mostFailed).map { chunk in
          let words = FailedChunk(chunk)
          let from = chunk.cut.firstRecord + 1
          return [
            chunk.identifier.description, "\(from) to \(from + max(0, chunk.cut.records - 1))",
            "\(chunk.attempts.count)",
            words.reason, words.lastWords,
          ]
        }, rest: failed.count - Self.mostFailed, into: &page)
    }
    let unsuccessful = Dictionary(
      grouping: history.spans.filter { $0.kind == .failed || $0.kind == .lost }, by: \.outcome)
    guard !unsuccessful.isEmpty else { return }
    let sorted = unsuccessful.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    page.element("h2", text: "Attempts without a result")
    ReportTable.write(
      ["Attempts", "How they ended", "First of them"], numbers: [0],
      sorted.prefix(Self.mostRemarks).map { outcome, spans in
        ["\(spans.count)", outcome, spans.first.map { "chunk \($0.chunk), attempt \($0.attempt)" } ?? ""]
      }, rest: sorted.count - Self.mostRemarks, into: &page)
  }

  private func writeRemarks(into page: inout MarkupWriter) {
    var remarks: [(time: Timestamp, text: String)] = record.states.map { ($0.time, "the job is \($0.state.rawValue)") }
    remarks += record.owners.map { ($0.time, "process \($0.process) on \($0.host) works on the job") }
    remarks += record.recoveries.map { ($0.time, JobEvent.recovery($0.recovery).words ?? "") }
    remarks += record.alerts.compactMap { alert in
      JobEvent.alert(channel: alert.channel, event: alert.event, error: alert.error).words.map { (alert.time, $0) }
    }
    remarks += record.notes.map { ($0.time, $0.note) }
    let sorted = remarks.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
      \.element)
    page.element("h2", text: "What happened")
    ReportTable.write(
      ["Time", ""], sorted.suffix(Self.mostRemarks).map { [$0.time.description, $0.text] },
      rest: sorted.count - Self.mostRemarks, into: &page)
  }
}
