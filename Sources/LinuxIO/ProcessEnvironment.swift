internal import Glibc

/// The process's environment variables; of two with the same name, the first.
package func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  // Safe: `environ` is an array of strings that ends with a null pointer, and nothing in this package changes it.
  var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = unsafe environ
  while let text = unsafe entry.pointee {
    let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, variables[String(parts[0])] == nil {
      variables[String(parts[0])] = String(parts[1])
    }
    unsafe entry += 1
  }
  return variables
}
