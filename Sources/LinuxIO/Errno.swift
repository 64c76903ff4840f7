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

  /// EACCES: the permissions do not allow it.
  package static let accessDenied = Errno(rawValue: EACCES)
  /// EAFNOSUPPORT: the machine does not speak that kind of address.
  package static let addressFamilyNotSupported = Errno(rawValue: EAFNOSUPPORT)
  /// EADDRINUSE: another socket has the address.
  package static let addressInUse = Errno(rawValue: EADDRINUSE)
  /// EADDRNOTAVAIL: the machine does not have that address.
  package static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
  /// EEXIST: there is something of that name already.
  package static let alreadyExists = Errno(rawValue: EEXIST)
  /// EFAULT: a pointer leads nowhere.
  package static let badAddress = Errno(rawValue: EFAULT)
  /// EBADF: the descriptor is not open, or not for this.
  package static let badFileDescriptor = Errno(rawValue: EBADF)
  /// EFBIG: the file is larger than it may be.
  package static let fileTooLarge = Errno(rawValue: EFBIG)
  /// EINPROGRESS: it goes on by itself.
  package static let inProgress = Errno(rawValue: EINPROGRESS)
  /// EINTR: a signal came first.
  package static let interrupted = Errno(rawValue: EINTR)
  /// EINVAL: an argument makes no sense to the kernel.
  package static let invalidArgument = Errno(rawValue: EINVAL)
  /// EISDIR: it is a directory.
  package static let isDirectory = Errno(rawValue: EISDIR)
  /// ENAMETOOLONG: a name is longer than the file system allows.
  package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
  /// ENXIO: nobody has the FIFO open for reading, or there is no such device.
  package static let noSuchDeviceOrAddress = Errno(rawValue: ENXIO)
  /// ENOENT: there is nothing of that name.
  package static let noSuchFile = Errno(rawValue: ENOENT)
  /// ENOTDIR: a part of the path is no directory.
  package static let notDirectory = Errno(rawValue: ENOTDIR)
  /// EOPNOTSUPP: the file system does not do that.
  package static let notSupported = Errno(rawValue: EOPNOTSUPP)
  /// EROFS: the file system can only be read.
  package static let readOnlyFileSystem = Errno(rawValue: EROFS)
  /// E2BIG: there is more of it than can be taken.
  package static let tooBig = Errno(rawValue: E2BIG)
  /// ETIMEDOUT: it took too long.
  package static let timedOut = Errno(rawValue: ETIMEDOUT)
  /// ELOOP: symbolic links lead to each other without end.
  package static let tooManyLinks = Errno(rawValue: ELOOP)
  /// EMFILE: this process has as many descriptors as it may.
  package static let tooManyOpenFiles = Errno(rawValue: EMFILE)
  /// ENFILE: the machine has as many open files as it may.
  package static let tooManyOpenFilesInSystem = Errno(rawValue: ENFILE)
  /// EAGAIN: it would have to wait.
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
