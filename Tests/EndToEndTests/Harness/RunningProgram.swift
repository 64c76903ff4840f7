import Foundation
import Glibc
import Testing

/// The executables under test.
enum Program: String {
  case exporter = "etl-exporter"
  case simulator = "etl-simulator"

  /// Beside the test runner, where the package's other products are, or in the folder that `ETL_TEST_BINARIES` names.
  var path: String {
    let folder =
      ProcessInfo.processInfo.environment["ETL_TEST_BINARIES"]
      ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    return "\(folder)/\(rawValue)"
  }
}

/// How a process ended.
enum ProcessEnd: Equatable {
  case exited(Int32)
  case killed(signal: Int32)
}

/// A process that a test has started, and what it says.
final class RunningProgram {
  let command: [String]
  let identifier: pid_t
  let outputPath: String
  let errorPath: String
  private var end: ProcessEnd?

  /// Starts a process with nothing of this one: no environment but what is given, no descriptors, no ignored signals.
  ///
  /// - Parameters:
  ///   - command: The path of the executable and its arguments.
  ///   - directory: Its working directory.
  ///   - preparation: Shell commands for the process that then becomes the program, such as `ulimit -n 40 &&`.
  ///   - environment: All of its environment.
  ///   - outputPath: The file that takes its standard output.
  ///   - errorPath: The file that takes its standard error.
  ///   - outputDescriptor: Takes the standard output instead of the file.
  /// - Throws: `TestFailure` when it cannot be started.
  init(
    _ command: [String],
    in directory: String,
    preparation: String = "",
    environment: [String: String],
    outputPath: String,
    errorPath: String,
    outputDescriptor: CInt? = nil
  ) throws {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let mode = mode_t(0o644)
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let outputDescriptor {
      unsafe posix_spawn_file_actions_adddup2(&actions, outputDescriptor, 1)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, mode)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, mode)
    // What the other tests of this process have open at this moment is none of its business.
    for descriptor in CInt(3)..<1_024 { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGXFSZ] { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    // The shell becomes the program, which so has the identifier that this process knows.
    let script = "cd \"$1\" && shift && \(preparation) exec \"$@\""
    let shell = ["/bin/sh", "-c", script, "sh", directory] + command
    var arguments = unsafe shell.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    var identifier: pid_t = 0
    let result = unsafe posix_spawn(&identifier, shell[0], &actions, &attributes, &arguments, &variables)
    guard result == 0 else {
      throw TestFailure("\(command[0]) cannot be started: \(unsafe String(cString: strerror(result)))")
    }
    self.command = command
    self.identifier = identifier
    self.outputPath = outputPath
    self.errorPath = errorPath
  }

  var output: String { Self.text(of: outputPath) }
  var errors: String { Self.text(of: errorPath) }
  var outputLines: [String] { textLines(output) }
  var errorLines: [String] { textLines(errors) }

  private static func text(of path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  // MARK: Its end

  /// How it ended; nil while it runs.
  func poll() -> ProcessEnd? {
    if let end { return end }
    var status: CInt = 0
    guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    let signal = status & 0x7F
    end = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    return end
  }

  /// Sends a signal, unless the process has ended, when its number may be another's.
  func send(_ signal: CInt) {
    guard poll() == nil else { return }
    kill(identifier, signal)
  }

  /// Waits for its end, in this thread, so that a deadline is that of the process and not of the other tests.
  ///
  /// - Parameter seconds: How long.
  /// - Returns: How it ended.
  /// - Throws: `TestFailure` when it still runs then.
  @discardableResult
  func waitForEnd(within seconds: Double = 30) throws -> ProcessEnd {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
      let isLate = Date() > deadline
      if let end = poll() { return end }
      guard !isLate else { throw TestFailure("\(self) still runs after \(seconds) s") }
      usleep(1_000)
    }
  }

  /// Sends a signal and waits for the end.
  ///
  /// - Parameters:
  ///   - signal: The signal.
  ///   - seconds: How long it may take.
  /// - Returns: How it ended.
  /// - Throws: `TestFailure` when it still runs then.
  @discardableResult
  func stop(_ signal: CInt = SIGTERM, within seconds: Double = 30) throws -> ProcessEnd {
    send(signal)
    return try waitForEnd(within: seconds)
  }

  /// Ends it at once, as a crash or the kernel's want of memory would.
  func crash() throws {
    #expect(try stop(SIGKILL) == .killed(signal: SIGKILL))
  }

  // MARK: What the kernel says of it

  /// A file of the process's folder in `/proc`.
  func kernelText(_ name: String) -> String {
    Self.text(of: "/proc/\(identifier)/\(name)")
  }

  /// User and system time so far, in seconds.
  var processorSeconds: Double {
    // After the command's name, which stands in brackets: utime and stime are fields 14 and 15, counted from 1.
    let fields = kernelText("stat").components(separatedBy: ") ").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .infinity }
    return (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
  }

  var openDescriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count) ?? 0
  }

  /// Stops it where it is, until `resume`; returns when the kernel says that it stands.
  func pause() async throws {
    send(SIGSTOP)
    try await waitUntil("\(command[0]) stands") { kernelText("status").contains("State:\tT") }
  }

  func resume() {
    send(SIGCONT)
  }
}

extension RunningProgram: CustomStringConvertible {
  var description: String {
    ([URL(fileURLWithPath: command[0]).lastPathComponent] + command.dropFirst()).joined(separator: " ")
  }
}

/// The lines of a text that ends each of them with a newline; what follows the last newline is a line of its own.
func textLines(_ text: String) -> [String] {
  var lines = text.components(separatedBy: "\n")
  if lines.last == "" { lines.removeLast() }
  return lines
}
