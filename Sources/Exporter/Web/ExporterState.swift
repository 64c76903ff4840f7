internal import CommandLineOptions
internal import EventLoop
internal import JobState
internal import LinuxIO
internal import Metrics
internal import UnixTime

/// All that the exporter shows, as of one moment: the metrics, `/health` and the page are made of it alone.
struct ExporterState {
  /// What it is for: what takes time to find out is left out for those who do not show it.
  enum Purpose {
    case metrics
    case health
    case other
  }

  /// The moment.
  let now: WallTime
  /// How old a job's newest event may be while the job counts as alive.
  let staleAfterSeconds: Double

  /// The pipelines that have series now.
  let pipelines: ArraySlice<PipelineState>
  /// How many events had a pipeline that was put under the overflow.
  let pipelineOverflow: Int64
  /// The lines by what became of them.
  let lineCounts: LineCounts
  /// The values that could not be taken as they stood.
  let valueCounts: ValueCounts
  /// From the newest event to its being read; nil before the first event that says when it happened.
  let eventDelaySeconds: Double?

  /// What all logs together have to tell.
  let readCounters: ReadCounters
  /// How each log is doing; for `/health` alone.
  var logs: [LogHealth] = []
  /// Whether everything was read that was in the logs when the exporter started.
  var hasCaughtUp = true
  /// What the HTTP server has done; nil where there is none.
  var requests: RequestCounts?
  /// What became of the snapshots; nil where none is kept.
  var snapshots: SnapshotStore.Statistics?
  /// What the kernel counts of this process, for the metrics alone; nil where it cannot be read.
  var process: ProcessStatistics?
  /// When this process started.
  let processStart: WallTime
  /// The labels that say what this program is.
  var buildLabels = ownBuildLabels

  private static let ownBuildLabels = LabelSet.none.adding("version", productVersion)
    .adding("libevent", EventLoop.libraryVersion)

  /// Makes the state of an exporter that serves nobody and keeps no snapshot.
  ///
  /// - Parameters:
  ///   - now: The moment.
  ///   - staleAfterSeconds: How old a job's newest event may be while the job counts as alive.
  ///   - events: What the lines said.
  ///   - readCounters: What all logs together have to tell.
  ///   - processStart: When this process started.
  init(
    now: WallTime,
    staleAfterSeconds: Double,
    events: borrowing EventAggregator,
    readCounters: ReadCounters,
    processStart: WallTime
  ) {
    self.now = now
    self.staleAfterSeconds = staleAfterSeconds
    pipelines = events.pipelines.all
    pipelineOverflow = events.pipelines.pipelineOverflow
    lineCounts = events.lineCounts
    valueCounts = events.valueCounts
    eventDelaySeconds = events.eventDelaySeconds
    self.readCounters = readCounters
    self.processStart = processStart
  }

  /// The time since a moment; nil for none.
  func seconds(since nanoseconds: Int64?) -> Double? {
    nanoseconds.map { UnixTime.seconds(from: $0, to: now.nanoseconds) }
  }

  /// What only running totals told of, in the pipeline at an index.
  func gaps(_ index: Int) -> (records: Int64, files: Int64, failures: Int64) {
    pipelines[index].totals.gaps(at: now.nanoseconds)
  }

  /// Whether the job of the pipeline at an index is at work.
  func isAlive(_ index: Int) -> Bool {
    pipelines[index].status.isAlive(at: now.nanoseconds, staleAfterSeconds: staleAfterSeconds)
  }
}
