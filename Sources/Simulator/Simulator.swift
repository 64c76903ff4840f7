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
    /// The stopped line is written.
    case ended
  }

  /// About as much is written in one turn of the loop, so that a signal waits no longer than that takes.
  private static let historySliceBytes = 1 << 20
  private static let liveSliceBytes = 256 << 10

  private let options: SimulatorOptions
  private let seed: UInt64
  private let loop: EventLoop
  private var log: LogFile
  private var printed: LineOutput?
  private var timeline: Timeline
  private var phase: Phase
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
    loop = try EventLoop()
    self.log = log
    self.printed = printed
    phase = options.history == nil ? .live : .history
    timeline = Timeline(
      at: options.history?.nanoseconds ?? 0,
      monotonic: MonotonicTime.now.nanoseconds,
      wall: wall.nanoseconds
    )
    workload = Workload(options.workload, seed: seed)
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

  /// Writes the started line, works until the job is done or a signal ends it, and writes the stopped line.
  func run() {
    let timer = TimerEvent(loop: loop) { [unowned self] in work() }
    self.timer = timer
    JobLine.appendStarted(options, seed: seed, timestamp: timeline.timestamp(at: 0), to: &lines)
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
    while lines.count < sliceBytes, let event = nextEvent, event.offsetNanoseconds <= dueOffset {
      JobLine.append(event, timestamp: timeline.timestamp(at: event.offsetNanoseconds), to: &lines)
      lastEvent = event
      nextEvent = workload.next()
    }
    writeLines()
    guard let nextEvent else { return end(at: lastOffset) }
    guard nextEvent.offsetNanoseconds > dueOffset else {
      timer?.schedule(afterSeconds: 0)
      return
    }
    if let historyEnd { return end(at: historyEnd) }
    if phase == .history {
      phase = .live
      // A block of history is a thousand times what a live job ever needs.
      lines = []
    }
    timer?.schedule(afterSeconds: Double(nextEvent.offsetNanoseconds - present) / 1e9)
  }

  /// Ends the job before it is done.
  private func stop() {
    guard phase != .ended else { return }
    // A history that is not complete ends where it has come to, and not now: no work was done in between.
    end(at: phase == .history ? lastOffset : max(presentOffset(), lastOffset))
  }

  private func end(at offset: Int64) {
    JobLine.appendStopped(
      lastEvent?.totals ?? Totals(),
      uptimeNanoseconds: offset,
      timestamp: timeline.timestamp(at: offset),
      to: &lines
    )
    writeLines()
    log.finish()
    phase = .ended
    timer?.cancel()
    loop.stop()
  }

  private var lastOffset: Int64 { lastEvent?.offsetNanoseconds ?? 0 }

  /// The workload's present, after the timeline was made to agree with the clocks.
  private func presentOffset() -> Int64 {
    let monotonic = MonotonicTime.now.nanoseconds
    guard phase == .live, let nextEvent else { return timeline.offset(atMonotonic: monotonic) }
    return timeline.present(
      monotonic: monotonic,
      wall: WallTime.now.nanoseconds,
      due: nextEvent.offsetNanoseconds
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
