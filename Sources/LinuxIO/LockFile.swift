internal import Glibc

/// A lock that one process holds for as long as it lives, whatever ends it: `flock(2)` on a file that names the holder.
package struct LockFile: ~Copyable {
  /// Why a lock could not be had.
  package enum Failure: Error, Equatable {
    /// Another process holds it; nil where the file does not name it.
    case held(byProcess: Int32?)
    /// The file cannot be opened or locked.
    case system(SystemCallError)
  }

  private let file: FileDescriptor

  private init(holding file: consuming FileDescriptor) {
    self.file = file
  }

  /// Takes the lock.
  ///
  /// - Parameter path: The file; created where it is missing, and left there, because removing it would let two
  ///   processes lock two files of one name.
  /// - Returns: The lock, held until it goes away.
  /// - Throws: `Failure`.
  package static func acquire(_ path: String) throws(Failure) -> LockFile {
    do throws(SystemCallError) {
      let file = try FileDescriptor(opening: path, [.readWrite, .create])
      let descriptor = file.rawValue
      if try nonBlockingSystemCall("lock", on: path, { flock(descriptor, LOCK_EX | LOCK_NB) }) != nil {
        // Held even where a full disk does not take the holder's name, which is for people.
        _ = ftruncate(descriptor, 0)
        let name = Array("\(getpid())\n".utf8)
        // Safe: every byte of the array is initialized.
        try? file.writeAll(unsafe name.span.bytes)
        return LockFile(holding: file)
      }
    } catch {
      throw .system(error)
    }
    throw .held(byProcess: holder(of: path))
  }

  private static func holder(of path: String) -> Int32? {
    // A number without its newline may be the first digits of one that did not fit on the disk.
    guard let text = try? readFile(path, maximumBytes: 64), let end = text.firstIndex(of: UInt8(ascii: "\n")) else {
      return nil
    }
    return Int32(String(decoding: text[..<end], as: UTF8.self))
  }
}
