internal import CommandLineOptions
internal import ETLLog
internal import EventLoop
internal import JobState
internal import LinuxIO
internal import Metrics
internal import UnixTime

/// Everything that a scrape shows, gathered at one moment.
struct ScrapeSource {
  /// The moment.
  let now: WallTime
  /// How old a job's newest event may be while the job counts as alive.
  let staleAfterSeconds: Double
  let pipelines: ArraySlice<PipelineState>
  /// How many events had a pipeline that was put under the overflow.
  let pipelineOverflow: Int64
  let lineCounts: LineCounts
  var valueCounts = ValueCounts()
  /// From the newest event to its being read; nil before the first event that says when it happened.
  let eventDelaySeconds: Double?
  /// What the HTTP server has done; nil where there is none.
  let requests: RequestCounts?
  let logs: ReadCounters
  /// Nil where no snapshot is kept.
  let snapshots: SnapshotStore.Statistics?
  let process: ProcessStatistics?
  let processStart: WallTime
  let buildLabels: LabelSet
  /// The metrics that formats declare.
  var customMetrics = CustomMetricTable()
  /// What became of the rules of formats.
  var formats: [FormatStatistics] = []

  /// The labels that say what this program is.
  static let ownBuildLabels = LabelSet.none.adding("version", productVersion)
    .adding("libevent", EventLoop.libraryVersion)

  /// Whether it may become of a line: only where a log has a format of its own is one a piece.
  func isShown(_ result: LineResult) -> Bool { result != .partial || !formats.isEmpty }

  func seconds(since nanoseconds: Int64?) -> Double? {
    nanoseconds.map { UnixTime.seconds(from: $0, to: now.nanoseconds) }
  }

  func isAlive(_ index: Int) -> Bool {
    pipelines[index].status.isAlive(at: now.nanoseconds, staleAfterSeconds: staleAfterSeconds)
  }
}
