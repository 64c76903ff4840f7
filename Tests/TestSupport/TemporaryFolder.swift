import Foundation

/// A folder of its own for one test, removed with all that is in it when nobody holds it any more.
package final class TemporaryFolder {
  /// Its absolute path.
  package let path: String

  /// Makes an empty folder.
  ///
  /// - Parameter parent: The folder that it is made in; nil for the usual one.
  /// - Throws: What `FileManager` throws.
  package init(in parent: String? = nil) throws {
    path = (parent ?? FileManager.default.temporaryDirectory.path) + "/etl-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { remove() }

  /// Removes it now. In a `defer` it also keeps the folder until then, when only its path is used.
  package func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
