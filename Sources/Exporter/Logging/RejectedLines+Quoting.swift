internal import CommandLineOptions
internal import JobState

extension RejectedLines {
  /// How the first line begins, fit for a terminal, without quotation marks: the logger has its own.
  var quotedBeginning: String { quoted(beginning) }
}

extension UnusableValues {
  /// How the first value begins, fit for a terminal, without quotation marks around what stands in the line.
  var quotedBeginning: String { quoted(beginning) }
}

private func quoted(_ bytes: [UInt8]) -> String {
  String(UsageError.quoted(String(decoding: bytes, as: UTF8.self)).dropFirst().dropLast())
}
