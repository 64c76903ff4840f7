internal import EventLoop
internal import LinuxIO

/// The simulated job on the clocks and the files of this machine.
///
/// The past that was asked for is written at once, in slices between which signals are served; then each event is written
/// when it is due.
final class Simulator {
  private enum Phase {
    /// Writing the past.
    case history
    /// Waiting for each event.
    case live
    /// The last line is written.
    case ended
  }

  /// About as much is written in one turn of the loop, so that a signal waits no longer than that takes.
  private static let historySliceBytes = 1 << 20
  private static let liveSliceBytes = 256 << 10

  private let options: SimulatorOptions
  private let seed: UInt64
  private let plan: RunPlan
  private let loop: EventLoop
  private var log: LogFile
  private var printed: LineOutput?
  private var timeline: Timeline
  private var phase: Phase
  /// The number of the present run, counted from 0.
  private var runNumber = 0
  /// When the present run begins, on the timeline; the offsets of its events count from there.
  private var runOffset: Int64 = 0
  /// Whether the present run's started line is written, and its last line not yet.
  private var isRunning = false
  private var workload: Workload
  private var nextEvent: WorkloadEvent?
  /// The last event that was written: the run's totals, and how far a history has come.
  private var lastEvent: WorkloadEvent?
  private var lines: [UInt8] = []
  private var timer: TimerEvent?
  private var signals: [SignalEvent] = []

  /// Makes a job that does nothing yet.
  ///
  /// - Parameters:
  ///   - options: What was asked for.
  ///   - seed: The seed of the run.
  ///   - log: Where the lines go.
  ///   - printed: Where they go as well from the end of the history on; nil for nowhere.
  ///   - wall: The present, from which a history is dated back.
  /// - Throws: `SystemCallError` when there is no descriptor left for the loop.
  init(
    _ options: SimulatorOptions,
    seed: UInt64,
    log: consuming LogFile,
    printed: consuming LineOutput?,
    at wall: WallTime = .now
  ) throws(SystemCallError) {
    self.options = options
    self.seed = seed
    plan = options.runPlan
    loop = try EventLoop()
    self.log = log
    self.printed = printed
    phase = options.history == nil ? .live : .history
    timeline = Timeline(
      at: options.history?.nanoseconds ?? 0,
      monotonic: MonotonicTime.now.nanoseconds,
      wall: wall.nanoseconds
    )
    workload = plan.workload(0, options.workload, seed: seed)
    nextEvent = workload.next()
  }

  /// Lets SIGTERM and SIGINT end the job in an orderly way, and SIGHUP reopen its log.
  ///
  /// - Throws: `SystemCallError` when the loop cannot take signals.
  func answerSignals() throws(SystemCallError) {
    for number in [SignalNumber.terminate, SignalNumber.interrupt] {
      signals.append(try SignalEvent(loop: loop, signal: number) { [unowned self] in stop() })
    }
    signals.append(try SignalEvent(loop: loop, signal: SignalNumber.hangUp) { [unowned self] in log.reopen() })
  }

  /// Makes one run after the other until the job is done or a signal ends it; a run has a first and a last line.
  func run() {
    let timer = TimerEvent(loop: loop) { [unowned self] in work() }
    self.timer = timer
    startRun()
    writeLines()
    timer.schedule(afterSeconds: 0)
    loop.run()
  }

  /// Writes what is due, as much of it as belongs in one turn of the loop, and sees to the next turn.
  private func work() {
    guard phase != .ended else { return }
    let present = presentOffset()
    let historyEnd = phase == .history && options.exit ? options.history?.nanoseconds : nil
    let dueOffset = historyEnd ?? present
    let sliceBytes = phase == .history ? Self.historySliceBytes : Self.liveSliceBytes
    while phase != .ended, lines.count < sliceBytes, nextOffset <= dueOffset { step() }
    guard phase != .ended else { return }
    writeLines()
    guard nextOffset > dueOffset else {
      timer?.schedule(afterSeconds: 0)
      return
    }
    if let historyEnd { return end(at: historyEnd) }
    if phase == .history {
      phase = .live
      // A block of history is a thousand times what a live job ever needs.
      lines = []
    }
    timer?.schedule(afterSeconds: Double(nextOffset - present) / 1e9)
  }

  /// When something is to be written next: on the timeline.
  private var nextOffset: Int64 {
    guard isRunning else { return runOffset }
    return nextEvent.map { runOffset + $0.offsetNanoseconds } ?? lastOffset
  }

  /// Writes the next event of the present run, or its last line, or the first one of the next run.
  private func step() {
    guard isRunning else { return startRun() }
    guard let event = nextEvent else { return finishRun() }
    JobLine.append(event, timestamp: timeline.timestamp(at: runOffset + event.offsetNanoseconds), to: &lines)
    lastEvent = event
    nextEvent = workload.next()
  }

  private func startRun() {
    JobLine.appendStarted(
      options,
      seed: seed &+ UInt64(runNumber),
      timestamp: timeline.timestamp(at: runOffset),
      to: &lines
    )
    isRunning = true
  }

  private func finishRun() {
    let offset = lastOffset
    endRun(at: offset, isCrash: plan.crashes(runNumber))
    guard plan.hasRun(runNumber + 1) else { return end(at: offset) }
    runNumber += 1
    runOffset = max(offset, runOffset + plan.intervalNanoseconds)
    workload = plan.workload(runNumber, options.workload, seed: seed)
    nextEvent = workload.next()
    lastEvent = nil
  }

  private func endRun(at offset: Int64, isCrash: Bool) {
    isRunning = false
    let totals = lastEvent?.totals ?? Totals()
    let timestamp = timeline.timestamp(at: offset)
    if isCrash { return JobLine.appendCrashed(totals, timestamp: timestamp, to: &lines) }
    JobLine.appendStopped(totals, uptimeNanoseconds: offset - runOffset, timestamp: timestamp, to: &lines)
  }

  /// Ends the job before it is done.
  private func stop() {
    guard phase != .ended else { return }
    // A history that is not complete ends where it has come to, and not now: no work was done in between.
    end(at: phase == .history ? lastOffset : max(presentOffset(), lastOffset))
  }

  private func end(at offset: Int64) {
    if isRunning { endRun(at: offset, isCrash: false) }
    writeLines()
    log.finish()
    phase = .ended
    timer?.cancel()
    loop.stop()
  }

  private var lastOffset: Int64 { runOffset + (lastEvent?.offsetNanoseconds ?? 0) }

  /// The workload's present, after the timeline was made to agree with the clocks.
  private func presentOffset() -> Int64 {
    let monotonic = MonotonicTime.now.nanoseconds
    guard phase == .live else { return timeline.offset(atMonotonic: monotonic) }
    return timeline.present(
      monotonic: monotonic,
      wall: WallTime.now.nanoseconds,
      due: nextOffset
    )
  }

  private func writeLines() {
    log.write(lines.span)
    if phase == .live, printed?.write(lines.span).error != nil {
      // Whoever read the lines has gone.
      printed = nil
    }
    lines.removeAll(keepingCapacity: true)
  }
}

@available(*, unavailable)
extension Simulator: Sendable {}
