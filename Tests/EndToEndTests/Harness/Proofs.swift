import Foundation
import Testing

extension EndToEnd {
  /// No line lost, none counted twice: against the tools that rotate logs, against kill -9 and against disks, descriptors
  /// and watches that run out. One at a time, because each of them takes all the processor that it can get.
  @Suite("proofs", .serialized)
  enum Proofs {
    /// `ETL_TEST_LONG=1` asks for the long forms.
    static let isLong = ProcessInfo.processInfo.environment["ETL_TEST_LONG"] == "1"

    /// A seed that is taken from `ETL_TEST_SEED`, or new.
    static func makeSeed() -> UInt64 {
      ProcessInfo.processInfo.environment["ETL_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
    }

    /// Says in one line of the test's log what a proof has gone through.
    static func report(_ numbers: String) {
      print("proof: \(numbers)")
    }
  }
}

/// What this machine lets the tests do.
enum Machine {
  static let hasLogrotate = succeeds("command -v logrotate")
  static let canMount = succeeds(
    "d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d; s=$?; umount $d; rmdir $d; exit $s"
  )
  static let canMakeNamespaces = succeeds("unshare --user --map-root-user true")
  /// Shell commands that make the process one that permissions hold for, as `RunningProgram` takes them; nil where that
  /// cannot be had.
  static let givingUpPrivileges: String? = {
    guard !succeeds("test $(id -u) != 0") else { return "" }
    let command = "setpriv --bounding-set=-all --inh-caps=-all"
    return succeeds("\(command) true") ? "set -- \(command) \"$@\" &&" : nil
  }()

  private static func succeeds(_ script: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "PATH=\(toolPath); \(script)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// Where Debian keeps its tools.
let toolPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

extension Sandbox {
  /// Runs a tool of the system to its end, in the folder.
  ///
  /// - Parameter command: Its name and arguments.
  /// - Returns: What it printed.
  /// - Throws: `TestFailure` when it does not end well within a minute.
  @discardableResult
  func runTool(_ command: [String]) throws -> String {
    let name = path("tool-\(UUID().uuidString)")
    let process = try RunningProgram(
      ["/usr/bin/env"] + command,
      in: directory,
      environment: ["PATH": toolPath, "LC_ALL": "C"],
      outputPath: "\(name).out",
      errorPath: "\(name).err"
    )
    defer {
      process.send(SIGKILL)
      try? FileManager.default.removeItem(atPath: "\(name).out")
      try? FileManager.default.removeItem(atPath: "\(name).err")
    }
    guard try process.waitForEnd(within: 60) == .exited(0) else {
      throw TestFailure("\(process) failed: \(process.errors)")
    }
    return process.output
  }

  /// Mounts a small file system in memory while a test runs.
  ///
  /// - Parameters:
  ///   - name: The folder that it is mounted on.
  ///   - bytes: Its size.
  ///   - body: The test.
  /// - Throws: What the test throws, and `TestFailure` when nothing can be mounted.
  func withSmallDisk(_ name: String, bytes: Int, _ body: () async throws -> Void) async throws {
    try makeDirectory(name)
    try runTool(["mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path(name)])
    do {
      try await body()
    } catch {
      try runTool(["umount", "--lazy", path(name)])
      throw error
    }
    // The programs that use it still run.
    try runTool(["umount", "--lazy", path(name)])
  }

  /// Takes all the room that a file system has left.
  func fillDisk(with name: String) throws {
    let descriptor = unsafe open(path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw TestFailure("\(path(name)) cannot be opened") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0, count: 4_096)
    while unsafe write(descriptor, block, block.count) > 0 {}
    guard errno == ENOSPC else { throw TestFailure("\(path(name)): \(unsafe String(cString: strerror(errno)))") }
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path(name))
  }
}
