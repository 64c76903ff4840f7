package final class TailWatcher {
  package init() {}
  package var wakeDescriptor: CInt? { nil }
  package func takeWakeups() {}
}
package final class LogTailer {
  package init(path: String, options: TailOptions, watcher: TailWatcher) throws(TailStartError) {}
  package func drain<Sink: LineSink & ~Copyable>(budget: Int, into sink: inout Sink) -> TailProgress { .caughtUp }
  package var lagBytes: Int64 { 0 }
  package var condition: TailCondition { .following }
  package var statistics: TailStatistics { TailStatistics() }
}
