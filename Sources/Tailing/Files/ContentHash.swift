internal import LinuxIO

/// A hash of a run of bytes that is the same in every process: 64-bit FNV-1a.
///
/// Not `Hasher`, which is seeded anew in each process. Two logs that differ by chance collide once in 2⁶⁴; nobody gains
/// anything by making them collide on purpose.
package struct ContentHash: Equatable {
  /// The hash of the bytes so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init() {}

  /// Hashes bytes.
  package init(of bytes: RawSpan) {
    add(bytes)
  }

  /// Goes on with more bytes, as if they had been there from the start.
  mutating func add(_ bytes: RawSpan) {
    var hash = value
    for index in bytes.byteOffsets {
      hash = (hash ^ UInt64(bytes.byte(at: index))) &* 0x0000_0100_0000_01b3
    }
    value = hash
  }

  init(value: UInt64) {
    self.value = value
  }
}
