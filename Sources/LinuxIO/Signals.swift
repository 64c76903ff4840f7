internal import Glibc

/// The signals that a long-running program answers: `signal(7)`.
package enum SignalNumber {
  /// The terminal has gone; to a program without one: look again at your files.
  package static let hangUp = SIGHUP
  /// Ctrl-C.
  package static let interrupt = SIGINT
  /// End in an orderly way.
  package static let terminate = SIGTERM
}

/// Ends the process at once when it gets one of some signals, whatever it is doing: with 128 and the signal's number, as
/// shells show it.
///
/// The default action alone would not do: the first process of a container, which has number 1, gets only those signals
/// that it has a handler for (`pid_namespaces(7)`).
///
/// - Parameter numbers: The signals; nobody else handles them from now on.
package func exitAtOnce(on numbers: [CInt]) {
  for number in numbers {
    // Safe: `_exit` is all that it calls, which a handler may do in the middle of anything (signal-safety(7)).
    _ = signal(number) { number in _exit(128 &+ number) }
  }
}

/// Makes a write over RLIMIT_FSIZE fail with EFBIG, where by default the signal SIGXFSZ would end the process.
package func ignoreFileSizeSignal() {
  _ = signal(SIGXFSZ, SIG_IGN)
}
