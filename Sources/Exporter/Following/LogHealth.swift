/// How one log is doing, for people: what a scrape's numbers cannot say.
struct LogHealth {
  let path: String
  let lagBytes: Int64
  /// Why nothing comes from it now, with its path; nil while it is followed.
  var waitingFor: String?
  /// What fails; nil while nothing does.
  var failure: String?
}
