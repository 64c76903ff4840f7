internal import Glibc

/// An error number of the kernel or the C library, as `errno(3)` lists them.
package struct Errno: Error, Equatable, Hashable, RawRepresentable {
  /// The number itself.
  package let rawValue: CInt

  package init(rawValue: CInt) {
    self.rawValue = rawValue
  }

  /// The calling thread's current error number.
  package static var current: Errno { Errno(rawValue: errno) }

  package static let accessDenied = Errno(rawValue: EACCES)
  package static let addressFamilyNotSupported = Errno(rawValue: EAFNOSUPPORT)
  package static let addressInUse = Errno(rawValue: EADDRINUSE)
  package static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
  package static let alreadyExists = Errno(rawValue: EEXIST)
  package static let badAddress = Errno(rawValue: EFAULT)
  package static let badFileDescriptor = Errno(rawValue: EBADF)
  package static let brokenPipe = Errno(rawValue: EPIPE)
  package static let inputOutputError = Errno(rawValue: EIO)
  package static let interrupted = Errno(rawValue: EINTR)
  package static let invalidArgument = Errno(rawValue: EINVAL)
  package static let isDirectory = Errno(rawValue: EISDIR)
  package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
  package static let noSpace = Errno(rawValue: ENOSPC)
  package static let noSuchDeviceOrAddress = Errno(rawValue: ENXIO)
  package static let noSuchFile = Errno(rawValue: ENOENT)
  package static let notDirectory = Errno(rawValue: ENOTDIR)
  package static let staleHandle = Errno(rawValue: ESTALE)
  package static let tooManyLinks = Errno(rawValue: ELOOP)
  package static let tooManyOpenFiles = Errno(rawValue: EMFILE)
  package static let tooManyOpenFilesInSystem = Errno(rawValue: ENFILE)
  package static let wouldBlock = Errno(rawValue: EAGAIN)
}

extension Errno: CustomStringConvertible {
  /// The C library's text for the number, such as "No such file or directory".
  package var description: String {
    // Safe: the call writes at most as many bytes as it is told, and ends them with a NUL.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, unsafe strerror_r(rawValue, start, buffer.count) == 0 else {
        return "error \(rawValue)"
      }
      return unsafe String(cString: start)
    }
  }
}
