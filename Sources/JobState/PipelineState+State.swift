package import Metrics

extension PipelineState {
  /// What a new process needs to go on from here; exemplars are not kept.
  package struct State {
    /// The pipeline's name; nil for the one that has none.
    package var name: String?
    /// The work done.
    package var totals = RunTracker.State()
    /// The runs of the job.
    package var runs = JobRuns.State()
    /// Failures by type.
    package var errors: [ErrorCount] = []
    /// How many failures had a type that was put under the overflow; at least 0.
    package var errorTypeOverflow: Int64 = 0
    /// Why the newest failed file failed; nil before the first.
    package var lastFailureType: String?
    /// Records per second of the newest completed file.
    package var newestFileRate: Double?
    /// Seconds per file of the newest completed files.
    package var processingSeconds = RecentMean(capacity: recentFiles)
    /// Seconds per completed file.
    package var processingTimes = Histogram(bounds: processingSecondsBounds)
    /// Records per completed file.
    package var fileRecords = Histogram(bounds: fileRecordsBounds)
    /// Whether an event of a job has come.
    package var hasJobEvents = false
    /// The last hour.
    package var history = History()
    /// How the job is.
    package var status = JobStatus.State()

    /// Makes that of the time before the first line.
    package init() {}
  }

  var state: State {
    var state = State()
    state.name = name
    state.totals = totals.state
    state.runs = runs.state
    state.errors = errorCounts
    state.errorTypeOverflow = errorTypeOverflow
    state.lastFailureType = lastFailureType
    state.newestFileRate = newestFileRate
    state.processingSeconds = processingSeconds
    state.processingTimes = processingTimes
    state.fileRecords = fileRecords
    state.hasJobEvents = hasJobEvents
    state.history = history
    state.status = status.state
    return state
  }

  /// Takes the place of a pipeline of which nothing is known yet.
  ///
  /// - Parameter state: What an earlier process left; the histograms have the bounds of an empty state's.
  init(_ state: State) {
    self.init(name: state.name)
    totals = RunTracker(state.totals)
    runs = JobRuns(state.runs)
    for error in state.errors { addErrors(error.count, at: errorTypes.index(of: Array(error.type.utf8).span)) }
    if let type = state.lastFailureType {
      lastErrorTypeIndex = errorTypes.index(of: Array(type.utf8).span)
      addNewErrorTypes()
    }
    errorTypes.overflowCount = state.errorTypeOverflow
    newestFileRate = state.newestFileRate
    processingSeconds = state.processingSeconds
    processingTimes = state.processingTimes
    fileRecords = state.fileRecords
    hasJobEvents = state.hasJobEvents
    history = state.history
    status = JobStatus(state.status)
    oldestExemplarNanoseconds = status.lastEventNanoseconds ?? .min
  }
}
