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

/// Makes a write over RLIMIT_FSIZE fail with EFBIG, where by default the signal SIGXFSZ would end the process.
package func ignoreFileSizeSignal() {
  _ = signal(SIGXFSZ, SIG_IGN)
}
