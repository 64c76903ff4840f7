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
  private let statusFile: FileDescriptor
  private let descriptorDirectory: OpaquePointer
  private let pageBytes: Int64

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

  /// Takes the present values.
  ///
  /// - Returns: The values; nil when the kernel's text is not as `proc(5)` describes it.
  package borrowing func read() -> ProcessStatistics? {
    var text = [UInt8](repeating: 0, count: 1024)
    var span = text.mutableSpan
    // Safe: whatever the kernel writes there is a valid byte.
    var bytes = unsafe span.mutableBytes
    guard let count = try? statusFile.read(into: &bytes, at: 0) else { return nil }
    // The second field is the command's name in brackets, which may itself hold spaces and brackets.
    guard let nameEnd = text[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = text[nameEnd..<count].split(separator: UInt8(ascii: " ")).dropFirst()
    // proc(5) counts from 1, and the fields here begin with its third.
    func field(_ number: Int) -> Int64? {
      let index = fields.startIndex + number - 3
      return fields.indices.contains(index) ? Int64(String(decoding: fields[index], as: UTF8.self)) : nil
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
