/// Which runs the job makes, when each of them begins, and how it ends.
struct RunPlan: Equatable {
  /// How many there are; nil for no end.
  let limit: Int?
  /// From the start of one to the start of the next, in nanoseconds; one that takes longer delays the next.
  let intervalNanoseconds: Int64
  /// After how many completed files runs crash; nil for none that crashes.
  let crashAfterFiles: Int?
  /// Of so many runs the last one crashes; at least 1.
  let crashEveryRuns: Int

  /// Whether there is a run of some number, counted from 0.
  func hasRun(_ number: Int) -> Bool { limit.map { number < $0 } ?? true }

  /// Whether a run crashes.
  func crashes(_ number: Int) -> Bool { crashAfterFiles != nil && (number + 1).isMultiple(of: crashEveryRuns) }

  /// The work of a run.
  ///
  /// - Parameters:
  ///   - number: Its number, counted from 0.
  ///   - parameters: The work of a run that does not crash.
  ///   - seed: The seed of the first run.
  /// - Returns: The work.
  func workload(_ number: Int, _ parameters: WorkloadParameters, seed: UInt64) -> Workload {
    var parameters = parameters
    if crashes(number) { parameters.fileLimit = crashAfterFiles }
    return Workload(parameters, seed: seed &+ UInt64(number))
  }
}
