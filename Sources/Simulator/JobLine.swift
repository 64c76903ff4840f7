internal import ETLLog

/// The lines that the simulated job writes.
enum JobLine {
  /// Writes the line that begins a run.
  ///
  /// - Parameters:
  ///   - options: What was asked for.
  ///   - seed: The seed of the run.
  ///   - timestamp: Nanoseconds since 1970-01-01T00:00:00Z.
  ///   - buffer: What the line is added to.
  static func appendStarted(
    _ options: SimulatorOptions,
    seed: UInt64,
    timestamp: Int64,
    to buffer: inout [UInt8]
  ) {
    LogLine.append(head(.jobStarted, Totals(), timestamp), to: &buffer)
    extend(
      &buffer,
      with: [
        ("records_per_second", "\(options.recordsPerSecond)"),
        ("failure_interval", "\(seconds(options.failureInterval.nanoseconds))"),
        ("min_records", "\(options.minRecords)"),
        ("max_records", "\(options.maxRecords)"),
        ("variance", "\(options.variance)"),
        ("seed", "\(seed)"),
      ]
    )
  }

  /// Writes the line of what happened to a file.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - timestamp: Nanoseconds since 1970-01-01T00:00:00Z.
  ///   - buffer: What the line is added to.
  static func append(_ event: WorkloadEvent, timestamp: Int64, to buffer: inout [UInt8]) {
    var fields: [(LogField, LogValue)]
    let file = (LogField.fileID, LogValue.text(fileID(event.fileNumber)))
    switch event.kind {
    case .started(let records, let nanoseconds):
      fields = head(.fileStarted, event.totals, timestamp)
      fields += [
        file, (.expectedRecords, .count(Int64(records))), (.estimatedDuration, .decimal(seconds(nanoseconds))),
      ]
    case .completed(let records, let nanoseconds):
      fields = head(.fileCompleted, event.totals, timestamp)
      fields += [
        file, (.recordsProcessed, .count(Int64(records))), (.processingTime, .decimal(seconds(nanoseconds))),
        (.currentRate, .decimal(hundredths(Double(records) / seconds(nanoseconds)))),
      ]
    case .failed(let failure, let retryNanoseconds):
      fields = head(.fileFailed, event.totals, timestamp)
      fields += [
        file, (.errorType, .text(failure.type)), (.error, .text(failure.text)),
        (.retryAfter, .decimal(seconds(retryNanoseconds))),
      ]
    }
    LogLine.append(fields, to: &buffer)
  }

  /// Writes the line that ends a run.
  ///
  /// - Parameters:
  ///   - totals: The run's totals.
  ///   - uptimeNanoseconds: How long the run was.
  ///   - timestamp: Nanoseconds since 1970-01-01T00:00:00Z.
  ///   - buffer: What the line is added to.
  static func appendStopped(
    _ totals: Totals,
    uptimeNanoseconds: Int64,
    timestamp: Int64,
    to buffer: inout [UInt8]
  ) {
    // Milliseconds, as in the timestamps.
    let uptime = seconds(uptimeNanoseconds / 1_000_000 * 1_000_000)
    let rate = uptime > 0 ? hundredths(Double(totals.records) / uptime) : 0
    LogLine.append(head(.jobStopped, totals, timestamp), to: &buffer)
    extend(
      &buffer,
      with: [
        (
          LogField.finalStats.name,
          "{\"records\": \(totals.records), \"files\": \(totals.files), \"failures\": \(totals.failures), "
            + "\"uptime_seconds\": \(uptime), \"records_per_second\": \(rate)}"
        )
      ]
    )
  }

  /// Writes the line of a run that crashes.
  ///
  /// - Parameters:
  ///   - totals: The run's totals.
  ///   - timestamp: Nanoseconds since 1970-01-01T00:00:00Z.
  ///   - buffer: What the line is added to.
  static func appendCrashed(_ totals: Totals, timestamp: Int64, to buffer: inout [UInt8]) {
    let cause: [(LogField, LogValue)] = [
      (.errorType, .text("out_of_memory")), (.error, .text("Killed by the kernel: out of memory")),
    ]
    LogLine.append(head(.jobCrashed, totals, timestamp) + cause, to: &buffer)
  }

  private static func head(
    _ message: LogMessage,
    _ totals: Totals,
    _ timestamp: Int64
  ) -> [(LogField, LogValue)] {
    [
      (.timestamp, .timestamp(nanoseconds: timestamp)),
      (.message, .message(message)),
      (.totalRecords, .count(Int64(totals.records))),
      (.totalFiles, .count(Int64(totals.files))),
      (.totalFailures, .count(Int64(totals.failures))),
    ]
  }

  /// Adds members of the simulator's own, which the log's format has no name for, to the line at the buffer's end.
  private static func extend(_ buffer: inout [UInt8], with members: [(name: String, value: String)]) {
    buffer.removeLast(2)
    for member in members { buffer.append(contentsOf: ", \"\(member.name)\": \(member.value)".utf8) }
    buffer.append(contentsOf: "}\n".utf8)
  }

  /// The name of a file: `file_000005` for the fifth; longer from the millionth on.
  private static func fileID(_ number: Int) -> String {
    let digits = "\(number)"
    return "file_" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
  }

  private static func seconds(_ nanoseconds: Int64) -> Double {
    Double(nanoseconds) / 1e9
  }

  private static func hundredths(_ number: Double) -> Double {
    (number * 100).rounded() / 100
  }
}
