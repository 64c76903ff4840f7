import Foundation
import Glibc
import LinuxIO
import Testing

@testable import HTTPServer

@Suite("asking a server", .timeLimit(.minutes(1)))
struct HTTPProbeTests {
  private func address(_ port: UInt16) throws -> SocketAddress { try SocketAddress(parsing: "127.0.0.1:\(port)") }

  @Test(
    "a server that listens on all addresses is asked at one that nobody listens on",
    arguments: [
      (":8083", "127.0.0.1:8083"), ("0.0.0.0:8083", "127.0.0.1:8083"), ("[::]:8083", "[::1]:8083"),
      ("127.0.0.2:8083", "127.0.0.2:8083"), ("[fe80::1]:8083", "[fe80::1]:8083"),
    ]
  )
  func addresses(listening: String, asked: String) throws {
    #expect("\(try SocketAddress(parsing: listening).withinReach)" == asked)
  }

  @Test("the status of an answer")
  func status() throws {
    let server = try RunningServer()
    #expect(try HTTPProbe.answer(of: "/metrics", at: address(server.port), withinSeconds: 20).status == 200)
    #expect(try HTTPProbe.answer(of: "/nothing", at: address(server.port), withinSeconds: 20).status == 404)
  }

  @Test("the body of an answer is cut, or has a part of the head")
  func body() throws {
    let long = String(repeating: "x", count: 100_000)
    for (sent, body) in [
      ("HTTP/1.1 503 x\r\nA: b\r\n\r\none\r\n\r\ntwo\n", "one\r\n\r\ntwo\n"),
      ("HTTP/1.1 503 x\r\n\r\n\(long)", long), ("HTTP/1.1 503 x\r\n\r\n", ""), ("HTTP/1.1 503 x\r\nA: b\r\n", ""),
    ] {
      let stranger = try Stranger(sends: sent, closes: true)
      let answer = try HTTPProbe.answer(of: "/", at: address(stranger.port), withinSeconds: 20)
      #expect(answer.status == 503)
      #expect(String(decoding: answer.body, as: UTF8.self) == body)
    }
  }

  @Test("nobody listens")
  func refused() throws {
    let port: UInt16
    do {
      let server = try RunningServer()
      port = server.port
    }
    let address = try address(port)
    do throws(HTTPProbe.Failure) {
      _ = try HTTPProbe.answer(of: "/", at: address, withinSeconds: 20)
      Issue.record("somebody answered")
    } catch {
      #expect(error.description == "cannot connect to 127.0.0.1:\(port): Connection refused")
    }
  }

  private func failure(sent: String, closes: Bool) throws -> HTTPProbe.Failure? {
    let stranger = try Stranger(sends: sent, closes: closes)
    let address = try address(stranger.port)
    let start = MonotonicTime.now
    do throws(HTTPProbe.Failure) {
      // Who closes is waited for as long as a busy machine takes; who does not, until the time is over.
      _ = try HTTPProbe.answer(of: "/", at: address, withinSeconds: closes ? 20 : 0.3)
      return nil
    } catch {
      #expect(closes || MonotonicTime.now.seconds(since: start) < 15)
      return error
    }
  }

  @Test("what listens is silent, breaks off or speaks something else")
  func strangers() throws {
    guard case .system(let error) = try failure(sent: "", closes: false) else {
      Issue.record("silence was taken for an answer")
      return
    }
    #expect(error.errno == .timedOut)
    // Half a status line, without an end.
    guard case .system(let error) = try failure(sent: "HTTP/1.1 2", closes: false) else {
      Issue.record("half a line was taken for an answer")
      return
    }
    #expect(error.errno == .timedOut)
    for text in ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/2 200\r\n"] {
      guard case .notHTTP = try failure(sent: text, closes: true) else {
        Issue.record("\(text) was taken for HTTP")
        return
      }
    }
    let endless = String(repeating: "HTTP/1.1 ", count: 1_000)
    guard case .notHTTP = try failure(sent: endless, closes: false) else {
      Issue.record("an endless line was taken for HTTP")
      return
    }
  }
}

/// Takes one connection, reads what comes first, sends what it is told, and closes or is silent.
private final class Stranger: Sendable {
  let port: UInt16
  private let ended = DispatchSemaphore(value: 0)

  init(sends text: String, closes: Bool) throws {
    let listener = try SocketAddress(parsing: "127.0.0.1:0").makeListeningSocket(backlog: 4)
    port = try SocketAddress.port(boundBy: listener)
    let descriptor = dup(listener.rawValue)
    let ended = ended
    Thread.detachNewThread {
      defer { close(descriptor) }
      guard (try? wait(for: descriptor, toBe: .readable, before: nil)) != nil else { return }
      let client = accept(descriptor, nil, nil)
      defer { close(client) }
      var buffer = [UInt8](repeating: 0, count: 1_024)
      _ = unsafe recv(client, &buffer, buffer.count, 0)
      let bytes = Array(text.utf8)
      _ = unsafe bytes.withUnsafeBytes { unsafe send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      if !closes { ended.wait() }
    }
  }

  deinit {
    ended.signal()
  }
}
