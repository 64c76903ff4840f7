/// What somebody can do whose log several writers share, each with totals of its own.
enum ConflictAdvice {
  static let text =
    "several writers in one log need a \"pipeline\" field each, or totals that they share, or none"
}
