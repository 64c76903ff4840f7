import Foundation
import Glibc
import TestSupport
import Testing

/// Why a test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Waits for something, and looks every few milliseconds.
///
/// - Parameters:
///   - what: What is waited for, to be said when it does not come.
///   - seconds: How long: not how long it should take, but when to give up, on a machine that does other things too.
///   - pause: Seconds between two looks.
///   - location: Where the test waits.
///   - condition: Whether it has come.
/// - Throws: `TestFailure` when it has not come in time, and what the condition throws.
func waitUntil(
  _ what: @autoclosure () -> String,
  within seconds: Double = 30,
  lookingEvery pause: Double = 0.005,
  location: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while true {
    // Asked before the condition, so that this process's own pauses do not count as the program's.
    let isLate = Date() > deadline
    if try await condition() { return }
    guard !isLate else { throw TestFailure("line \(location.line): in \(seconds) s not seen: \(what())") }
    try await Task.sleep(for: .seconds(pause))
  }
}

/// A folder for one test and the programs that run in it.
final class Sandbox {
  private let folder: TemporaryFolder
  private var programs: [RunningProgram] = []

  var directory: String { folder.path }

  private init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs a test in a folder of its own, and ends what it has started, however the test ends.
  ///
  /// - Parameter body: The test.
  /// - Throws: What the test throws.
  static func run(_ body: (Sandbox) async throws -> Void) async throws {
    let sandbox = try Sandbox()
    do {
      try await body(sandbox)
    } catch {
      for program in sandbox.programs { Issue.record("\(program) said:\n\(program.errors.suffix(2_000))") }
      sandbox.end()
      throw error
    }
    sandbox.end()
  }

  private func end() {
    for program in programs where program.poll() == nil {
      program.resume()
      do {
        try program.stop()
      } catch {
        Issue.record("\(error); it has to be killed")
        _ = try? program.stop(SIGKILL)
      }
    }
    folder.remove()
  }

  /// The path of a file in the folder.
  func path(_ name: String) -> String {
    "\(directory)/\(name)"
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: Which.
  ///   - arguments: Its arguments.
  ///   - environment: All of its environment.
  ///   - preparation: Shell commands for the process that then becomes the program, such as `ulimit -n 40 &&`.
  ///   - outputDescriptor: Takes the standard output instead of a file.
  /// - Returns: The process.
  /// - Throws: `TestFailure` when it cannot be started.
  func start(
    _ program: Program,
    _ arguments: [String],
    environment: [String: String] = [:],
    preparation: String = "",
    outputDescriptor: CInt? = nil
  ) throws -> RunningProgram {
    let running = try RunningProgram(
      [program.path] + arguments,
      in: directory,
      preparation: preparation,
      environment: environment,
      outputPath: path("\(programs.count).out"),
      errorPath: path("\(programs.count).err"),
      outputDescriptor: outputDescriptor
    )
    programs.append(running)
    return running
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - program: Which.
  ///   - arguments: Its arguments.
  ///   - environment: All of its environment.
  /// - Returns: The process, and how it ended.
  /// - Throws: `TestFailure` when it does not end.
  func run(
    _ program: Program,
    _ arguments: [String],
    environment: [String: String] = [:]
  ) throws -> (process: RunningProgram, end: ProcessEnd) {
    let process = try start(program, arguments, environment: environment)
    return (process, try process.waitForEnd(within: 60))
  }
}

// MARK: Files

extension Sandbox {
  /// Appends to a file in one write, and creates it where it is not there.
  func append(_ text: String, to name: String = "etl.log") throws {
    try append(Array(text.utf8), to: name)
  }

  func append(_ bytes: [UInt8], to name: String = "etl.log") throws {
    let descriptor = unsafe open(path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw TestFailure("\(path(name)) cannot be opened") }
    defer { close(descriptor) }
    let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw TestFailure("\(path(name)) cannot be written to") }
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  /// Gives a file another name, in place of a file that has it already.
  func rename(_ name: String, to newName: String) throws {
    guard unsafe Glibc.rename(path(name), path(newName)) == 0 else { throw TestFailure("\(name) cannot be renamed") }
  }

  func copy(_ name: String, to newName: String) throws {
    try FileManager.default.copyItem(atPath: path(name), toPath: path(newName))
  }

  func truncate(_ name: String) throws {
    guard unsafe Glibc.truncate(path(name), 0) == 0 else { throw TestFailure("\(name) cannot be truncated") }
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }

  func size(of name: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// The names of the log and of its rotated files.
  func logNames(_ name: String = "etl.log") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0 == name || $0.hasPrefix("\(name).") }
  }
}
