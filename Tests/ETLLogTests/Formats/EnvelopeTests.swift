import ETLLog
import Foundation
import JSON
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
  private func tally(_ envelope: LogEnvelope, _ lines: [String], more: String = "", maximumLineBytes: Int = 65_536)
    throws -> FormatTally
  {
    let yaml = """
      formats:
        f:
          time: t
          \(more)
          events:
            - {event: file_completed, when: {msg: done}, records: n}
      """
    let format = try #require(try configuration(yaml).formats.first)
    let log = Array(lines.map { $0 + "\n" }.joined().utf8)
    return ETLLogTests.tally(format, envelope: envelope, maximumLineBytes: maximumLineBytes, log).tally
  }

  /// A line inside Docker's json-file.
  private func docker(_ line: String, isCut: Bool = false, stream: String = "stdout") throws -> String {
    let escaped = try JSONEncoder().encode(line + (isCut ? "" : "\n"))
    let log = String(decoding: escaped, as: UTF8.self)
    return #"{"log":\#(log),"stream":"\#(stream)","time":"2026-11-29T01:00:00.5Z"}"#
  }

  private static let envelopeTime: Int64 = 1_795_914_000_500_000_000

  @Test("Docker's lines are not opened")
  func dockerLines() throws {
    let tally = try tally(
      .docker,
      [
        try docker(#"{"msg":"done","n":5}"#), try docker("starting up"), try docker(#"{"msg":"é\n\"","n":1}"#),
        try docker("\r"), #"{"log":"half"#, #"{"stream":"stdout"}"#, "no object", #"{"log":5,"time":"x"}"#,
        try docker(#"{"msg": "#),
        try docker(#"{"t":"2026-11-29T02:00:00Z","msg":"done","n":2}"#),
      ]
    )
    #expect(tally.lines == ["event": 2, "text": 3, "other": 1, "blank": 1, "malformed": 3])
    #expect(tally.records == 7)
    #expect(tally.moments == [Self.envelopeTime, Self.envelopeTime, Self.envelopeTime + 3_599_500_000_000])
  }

  @Test("a piece of a cut line counts, or hides the lines behind it")
  func pieces() throws {
    let start = #"{"msg":"done","x":"#
    // As a line of its own the last piece would be an event.
    let end = #" 5 {"msg":"done","n":1}"#
    let docker = try tally(
      .docker,
      [
        try docker(start, isCut: true), try docker("more", isCut: true),
        try docker(#"{"msg":"done","n":7}"#, stream: "stderr"), try docker(end), try docker(#"{"msg":"done","n":2}"#),
      ]
    )
    #expect(docker.lines == ["partial": 3, "event": 2] && docker.records == 9)
    let time = "2026-11-29T01:00:00.5Z"
    let cri = try tally(
      .cri,
      [
        "\(time) stdout P \(start)", #"\#(time) stderr F {"msg":"done","n":7}"#, "\(time) stdout F \(end)",
        #"\#(time) stdout F:x {"msg":"done","n":2}"#,
      ]
    )
    #expect(cri.lines == ["partial": 2, "event": 2] && cri.records == 9)
  }

  @Test("lines of the Container Runtime Interface are not opened")
  func cri() throws {
    let time = "2026-11-29T01:00:00.5Z"
    let tally = try tally(
      .cri,
      [
        #"\#(time) stdout F {"msg":"done","n":5}"#, "\(time) stdout F starting {up}", "\(time) stdout F",
        "\(time) stdout",
        #"{"msg":"done","n":5}"#, "\(time) stdout X {}", #"\#(time) stdout F INFO {"msg":"done","n":1}"#,
      ]
    )
    #expect(tally.lines == ["event": 2, "text": 2, "malformed": 3])
    #expect(tally.records == 6 && tally.moments == [Self.envelopeTime, Self.envelopeTime])
  }

  @Test("entries of the journal are not opened")
  func journal() throws {
    let time = #""__REALTIME_TIMESTAMP":"1795914000500000""#
    let tally = try tally(
      .journald,
      [
        #"{\#(time),"MESSAGE":"{\"msg\":\"done\",\"n\":\"5\"}"}"#, #"{"MESSAGE":[123,34],\#(time)}"#,
        #"{"MESSAGE":null,\#(time)}"#,
        #"{\#(time)}"#, #"{"MESSAGE":"started","_TRANSPORT":"stdout"}"#,
      ]
    )
    #expect(tally.lines == ["event": 1, "text": 3, "malformed": 1])
    #expect(tally.records == 5 && tally.moments == [Self.envelopeTime])
  }

  @Test("a line is read that is longer than the limit, or one that is not is left out")
  func limits() throws {
    let line = #"{"msg":"done","n":5}"#
    let bytes = line.utf8.count
    #expect(
      try tally(.none, [line, line + " ", line + "\r"], maximumLineBytes: bytes).lines == ["event": 2, "oversized": 1]
    )
    let enclosed = try docker(line)
    #expect(try tally(.docker, [enclosed], maximumLineBytes: enclosed.utf8.count).lines == ["event": 1])
    #expect(try tally(.docker, [enclosed], maximumLineBytes: enclosed.utf8.count - 1).lines == ["oversized": 1])
  }

  @Test("lines that cannot be read count as something else than the format says")
  func unreadable() throws {
    let lines = ["", "  ", "\0\0", "Traceback", "} {", "{", #"x {"msg":"done","n":3} y"#, #"x {"msg":"done","n":3}"#]
    #expect(try tally(.none, lines).lines == ["blank": 3, "text": 1, "malformed": 3, "event": 1])
    #expect(try tally(.none, lines, more: "text_lines: ignore").lines == ["blank": 3, "text": 4, "event": 1])
  }
}
