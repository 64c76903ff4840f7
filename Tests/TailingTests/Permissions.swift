import Glibc
import Testing

/// Runs as a user that owns nothing; file system identities are each thread's own (setfsuid(2)).
func asNobody<Result>(_ body: () throws -> Result) throws -> Result {
  // The Glibc module leaves the header out.
  let symbol = unsafe dlsym(nil, "setfsuid")
  let setUser = unsafe unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)
  _ = setUser(65_534)
  defer { _ = setUser(getuid()) }
  return try body()
}

func setMode(_ mode: mode_t, of path: String) throws {
  let result = unsafe chmod(path, mode)
  try #require(result == 0)
}
