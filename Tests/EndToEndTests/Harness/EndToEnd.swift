import Testing

/// The tests that run the real executables: against each other, and against files and clients that the tests make up.
@Suite("end to end", .fewAtATime)
enum EndToEnd {}

/// Lets only a few of the tests run at a time: they all start processes, and more of them would only slow each other
/// down past their deadlines.
struct FewAtATime: TestTrait, SuiteTrait, TestScoping {
  private static let gate = Gate(places: 6)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.gate.enter()
    do {
      try await function()
    } catch {
      await Self.gate.leave()
      throw error
    }
    await Self.gate.leave()
  }
}

extension Trait where Self == FewAtATime {
  static var fewAtATime: FewAtATime { FewAtATime() }
}

private actor Gate {
  private var places: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) {
    self.places = places
  }

  func enter() async {
    guard places == 0 else {
      places -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty {
      places += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
