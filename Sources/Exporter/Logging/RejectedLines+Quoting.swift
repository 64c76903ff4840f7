internal import CommandLineOptions
internal import JobState

extension RejectedLines {
  /// How the first line begins, fit for a terminal, without quotation marks: the logger has its own.
  var quotedBeginning: String {
    String(UsageError.quoted(String(decoding: beginning, as: UTF8.self)).dropFirst().dropLast())
  }
}
