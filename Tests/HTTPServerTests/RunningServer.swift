import EventLoop
import Foundation
import Glibc
import LinuxIO
import Synchronization

@testable import HTTPServer

/// A server with its loop in a thread of its own, for clients that block.
final class RunningServer: Sendable {
  typealias Command = @Sendable (HTTPServer) -> Void

  let port: UInt16
  private let mailbox: Mailbox
  private let ended: DispatchSemaphore

  /// What is passed between the threads: commands one way, a byte in a pipe to wake the loop.
  private final class Mailbox: Sendable {
    let commands = Mutex<[Command]>([])
    let shouldStop = Atomic(false)
    let readEnd: CInt
    let writeEnd: CInt

    init() {
      var ends: [CInt] = [0, 0]
      let result = unsafe pipe(&ends)
      precondition(result == 0)
      (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
      close(readEnd)
      close(writeEnd)
    }

    func wake() {
      let byte: UInt8 = 0
      _ = unsafe withUnsafeBytes(of: byte) { unsafe write(writeEnd, $0.baseAddress, 1) }
    }

    func takeCommands() -> [Command] {
      var bytes = [UInt8](repeating: 0, count: 64)
      _ = unsafe read(readEnd, &bytes, bytes.count)
      return commands.withLock { commands in
        defer { commands = [] }
        return commands
      }
    }
  }

  init(limits: HTTPLimits = HTTPLimits(), configure: @escaping Command = { $0.addTestRoutes() }) throws {
    let mailbox = Mailbox()
    let started = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let boundPort = Mutex<Result<UInt16, any Error>>(.success(0))
    let thread = Thread {
      do {
        let loop = try EventLoop()
        let server = HTTPServer(loop: loop, limits: limits)
        configure(server)
        let address = try server.listen(on: SocketAddress(parsing: "127.0.0.1:0"))
        boundPort.withLock { $0 = .success(address.port) }
        let commands = try DescriptorEvent(loop: loop, readable: mailbox.readEnd) {
          for command in mailbox.takeCommands() { command(server) }
          if mailbox.shouldStop.load(ordering: .relaxed) { loop.stop() }
        }
        started.signal()
        withExtendedLifetime(commands) { loop.run() }
      } catch {
        boundPort.withLock { $0 = .failure(error) }
        started.signal()
      }
      ended.signal()
    }
    thread.start()
    started.wait()
    self.mailbox = mailbox
    self.ended = ended
    port = try boundPort.withLock { $0 }.get()
  }

  /// Runs something in the loop's thread and waits for it.
  func onLoop<Result: Sendable>(_ body: @escaping @Sendable (HTTPServer) -> Result) -> Result {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result?>(nil)
    mailbox.commands.withLock { commands in
      commands.append { server in
        let value = body(server)
        result.withLock { $0 = value }
        done.signal()
      }
    }
    mailbox.wake()
    done.wait()
    guard let value = result.withLock({ $0 }) else { fatalError("the command was not run") }
    return value
  }

  /// Lets the loop stand still while something is done, and then runs a command before anything else.
  func whileLoopIsBlocked(thenRun command: @escaping Command = { _ in }, _ body: () -> Void) {
    let (blocked, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    mailbox.commands.withLock { commands in
      commands.append { server in
        blocked.signal()
        goOn.wait()
        command(server)
      }
    }
    mailbox.wake()
    blocked.wait()
    body()
    goOn.signal()
  }

  var statistics: HTTPStatistics { onLoop { $0.statistics } }

  /// Waits until something is so.
  func waits(forSeconds seconds: Double = 20, until condition: () -> Bool) -> Bool {
    let start = MonotonicTime.now
    while !condition() {
      if MonotonicTime.now.seconds(since: start) > seconds { return false }
      usleep(2_000)
    }
    return true
  }

  /// The server's own descriptors: its listener, and its ends of connections.
  var openDescriptors: Int { descriptors.count }

  private var descriptors: [CInt] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { CInt($0) }.filter { localPort(of: $0) == port }
  }

  /// The descriptor that the server accepts with.
  var listeningDescriptor: CInt? {
    descriptors.first { descriptor in
      var listens: CInt = 0
      var length = socklen_t(MemoryLayout<CInt>.size)
      let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length)
      return result == 0 && listens != 0
    }
  }

  private func localPort(of descriptor: CInt) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutableBytes(of: &address) { bytes in
      unsafe getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return result == 0 && address.sin_family == AF_INET ? UInt16(bigEndian: address.sin_port) : nil
  }

  /// Ends the loop, and with it the server, and waits for that.
  func stop() {
    mailbox.shouldStop.store(true, ordering: .relaxed)
    mailbox.wake()
    ended.wait()
    ended.signal()
  }

  deinit {
    stop()
  }
}

extension HTTPServer {
  /// What the tests ask for.
  func addTestRoutes() {
    route("/metrics") { _ in HTTPResponse(text: "up 1\n") }
    route("/large") { _ in
      HTTPResponse(contentType: "application/octet-stream", body: [UInt8](repeating: 0x61, count: 100_000))
    }
    route("/echo") { request in
      let accept = request.header("accept") ?? "-"
      return HTTPResponse(text: "\(request.method) \(request.path) \(request.query ?? "-") \(accept)")
    }
    route("/") { _ in HTTPResponse(status: .serviceUnavailable, text: "starting\n") }
  }
}
