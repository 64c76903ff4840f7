/// Why the job cannot start: one line that says what is wrong and what to do about it.
package struct StartError: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
