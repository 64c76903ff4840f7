internal import Glibc

/// What the kernel counts of this process, as Prometheus's standard `process_*` metrics want it.
package struct ProcessStatistics: Equatable {
  /// Processor time of all threads, in user and kernel mode, in seconds.
  package var processorSeconds: Double
  /// Open file descriptors.
  package var openDescriptors: Int64?
  /// The limit of open file descriptors; nil when there is none.
  package var maximumDescriptors: Int64?
  /// Address space in use, in bytes.
  package var virtualMemoryBytes: Int64
  /// Memory in use, in bytes.
  package var residentMemoryBytes: Int64
  /// Threads.
  package var threads: Int64
}

/// Reads the statistics of this process from `/proc` (`proc(5)`), through descriptors that it keeps open, so that it
/// works when no descriptor is left.
///
/// Safe to use although it holds a C pointer: the directory is opened in `init` and closed in `deinit`.
@safe
package struct ProcessStatisticsReader: ~Copyable {
  /// How old the values may be that are given out: reading them takes the kernel longer than it takes to show all
  /// metrics, and say little of less than a second.
  static let maximumAgeSeconds = 1.0

  private let statusFile: FileDescriptor
  private let descriptorDirectory: OpaquePointer
  private let pageBytes: Int64
  private var newest: (values: ProcessStatistics?, readAt: MonotonicTime)?

  /// Opens what it needs.
  ///
  /// - Throws: `SystemCallError` when `/proc` is not there.
  package init() throws(SystemCallError) {
    guard let directory = unsafe opendir("/proc/self/fd") else {
      throw SystemCallError(operation: "open", subject: "/proc/self/fd", errno: .current)
    }
    do {
      statusFile = try FileDescriptor(opening: "/proc/self/stat", .readOnly)
    } catch {
      unsafe closedir(directory)
      throw error
    }
    unsafe descriptorDirectory = directory
    pageBytes = Int64(sysconf(CInt(_SC_PAGESIZE)))
  }

  deinit {
    unsafe closedir(descriptorDirectory)
  }

  /// Takes the values as they are, or were less than a second ago.
  ///
  /// - Parameter now: The present.
  /// - Returns: The values; nil when the kernel's text is not as `proc(5)` describes it.
  package mutating func read(at now: MonotonicTime) -> ProcessStatistics? {
    if let newest, now.seconds(since: newest.readAt) < Self.maximumAgeSeconds { return newest.values }
    let values = read()
    newest = (values, now)
    return values
  }

  private borrowing func read() -> ProcessStatistics? {
    var text = InlineArray<1024, UInt8>(repeating: 0)
    var span = text.mutableSpan
    // Safe: whatever the kernel writes there is a valid byte.
    var bytes = unsafe span.mutableBytes
    guard let count = try? statusFile.read(into: &bytes, at: 0) else { return nil }
    // The second field is the command's name in brackets, which may itself hold spaces and brackets.
    guard let nameEnd = (0..<count).last(where: { text[$0] == UInt8(ascii: ")") }) else { return nil }
    func field(_ number: Int) -> Int64? {
      Self.number(ofField: number, behindName: text.span.extracting((nameEnd + 1)..<count))
    }
    guard let threads = field(20), let virtualBytes = field(23), let residentPages = field(24) else { return nil }
    return ProcessStatistics(
      processorSeconds: processorSeconds(),
      openDescriptors: countOpenDescriptors(),
      maximumDescriptors: maximumDescriptors(),
      virtualMemoryBytes: virtualBytes,
      residentMemoryBytes: residentPages * pageBytes,
      threads: threads
    )
  }

  /// Reads a number without a text of its own: the text is read for several.
  ///
  /// - Parameters:
  ///   - number: Which field, counted from 1 as `proc(5)` does.
  ///   - fields: A blank and the third field, and so on.
  /// - Returns: The number; nil where the field is none that is 0 or more and fits.
  private static func number(ofField number: Int, behindName fields: Span<UInt8>) -> Int64? {
    var current = 2
    var value: Int64?
    for place in fields.indices {
      let byte = fields[place]
      if byte == UInt8(ascii: " ") {
        if current == number { break }
        current += 1
      } else if current == number {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { break }
        let (product, isTooLarge) = (value ?? 0).multipliedReportingOverflow(by: 10)
        let (sum, isStillTooLarge) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        guard !isTooLarge, !isStillTooLarge else { return nil }
        value = sum
      }
    }
    return value
  }

  private func processorSeconds() -> Double {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return Double(seconds) + Double(microseconds) / 1e6
  }

  private borrowing func countOpenDescriptors() -> Int64 {
    unsafe rewinddir(descriptorDirectory)
    var names: Int64 = 0
    while unsafe readdir(descriptorDirectory) != nil { names += 1 }
    // Two of the names are "." and "..".
    return max(0, names - 2)
  }

  private func maximumDescriptors() -> Int64? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return Int64(exactly: limit.rlim_cur)
  }
}
