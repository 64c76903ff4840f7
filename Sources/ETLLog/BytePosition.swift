/// A place in the lines being read.
///
/// Nothing here is checked, because this is where the log is read at memory speed. What makes it hold is the newline that
/// ends every chunk (`LogReader.read` insists on it): no grammar of the scanner takes a newline, so whoever looks at
/// one byte, and goes on only if it was one he takes, stops there at the latest. Wider reads ask first how many bytes
/// there are.
@safe struct BytePosition: Comparable, BitwiseCopyable {
  private let pointer: UnsafeRawPointer

  init(_ pointer: UnsafeRawPointer) {
    // Keeps an address and does not read there.
    unsafe self.pointer = pointer
  }

  /// The byte at this place.
  var byte: UInt8 {
    @inline(__always) get {
      // Within the chunk by the rule above.
      unsafe pointer.load(as: UInt8.self)
    }
  }

  /// The next eight bytes, the first one lowest; there must be as many.
  var word: UInt64 {
    @inline(__always) get {
      // Within the chunk because callers compare with its end first.
      unsafe UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }
  }

  /// The bytes from this place to another one behind it.
  func bytes(to end: BytePosition) -> UnsafeBufferPointer<UInt8> {
    // Both places are in the same chunk, whose bytes are initialized.
    unsafe UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: UInt8.self), count: end - self)
  }

  @inline(__always)
  static func + (position: BytePosition, byteCount: Int) -> BytePosition {
    // Makes an address and does not read there.
    unsafe BytePosition(position.pointer + byteCount)
  }

  @inline(__always)
  static func += (position: inout BytePosition, byteCount: Int) {
    position = position + byteCount
  }

  @inline(__always)
  static func - (end: BytePosition, start: BytePosition) -> Int {
    // Both are in the same chunk.
    unsafe end.pointer - start.pointer
  }

  @inline(__always)
  static func == (left: BytePosition, right: BytePosition) -> Bool {
    // Compares addresses and does not read there.
    unsafe left.pointer == right.pointer
  }

  @inline(__always)
  static func < (left: BytePosition, right: BytePosition) -> Bool {
    // Compares addresses and does not read there.
    unsafe left.pointer < right.pointer
  }
}

/// The bytes that JSON's grammar names (RFC 8259 §2).
enum Byte {
  static let null = UInt8(0)
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let comma = UInt8(ascii: ",")
  static let colon = UInt8(ascii: ":")
  static let period = UInt8(ascii: ".")
  static let plus = UInt8(ascii: "+")
  static let minus = UInt8(ascii: "-")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let lowercaseE = UInt8(ascii: "e")
  static let lowercaseT = UInt8(ascii: "t")
  static let lowercaseU = UInt8(ascii: "u")
  static let lowercaseZ = UInt8(ascii: "z")
  /// The bit by which an ASCII letter's two cases differ.
  static let caseBit: UInt8 = 0x20
}

/// Eight bytes looked at together.
enum Word {
  /// A word of eight times the same byte.
  @inline(__always)
  static func repeating(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

  /// How many bytes stand before the first one whose top bit is set; 8 where none is.
  @inline(__always)
  static func leadingBytes(beforeTopBitIn word: UInt64) -> Int {
    (word & repeating(0x80)).trailingZeroBitCount >> 3
  }

  /// A word of which the lowest bytes are all ones, and the rest zero.
  ///
  /// - Parameter byteCount: How many; less than 0 is none, more than 8 is all.
  /// - Returns: The word.
  @inline(__always)
  static func mask(byteCount: Int) -> UInt64 {
    byteCount <= 0 ? 0 : byteCount >= 8 ? ~0 : (1 &<< UInt64(8 &* byteCount)) &- 1
  }
}
