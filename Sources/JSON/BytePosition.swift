/// A place in the lines being read.
///
/// Nothing here is checked, because this is where the log is read at memory speed. What makes it hold is the newline that
/// ends every chunk (`LogReader.read` insists on it): no grammar of the scanner takes a newline, so whoever looks at
/// one byte, and goes on only if it was one he takes, stops there at the latest. Wider reads ask first how many bytes
/// there are.
///
/// What the reader of the log needs inlined is public rather than package, here and in the scanner: the compiler inlines
/// across modules only what is public.
@safe public struct BytePosition: Comparable, BitwiseCopyable {
  @usableFromInline let pointer: UnsafeRawPointer

  /// Makes a position of an address.
  ///
  /// - Parameter pointer: The address, in a chunk that ends with a newline and outlives the position.
  @inlinable
  public init(_ pointer: UnsafeRawPointer) {
    // Keeps an address and does not read there.
    unsafe self.pointer = pointer
  }

  /// The byte at this place.
  @inlinable public var byte: UInt8 {
    @inline(__always) get {
      // Within the chunk by the rule above.
      unsafe pointer.load(as: UInt8.self)
    }
  }

  /// The next eight bytes, the first one lowest; there must be as many.
  @inlinable public var word: UInt64 {
    @inline(__always) get {
      // Within the chunk because callers compare with its end first.
      unsafe UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }
  }

  /// The bytes from this place to another one behind it.
  @inlinable
  public func bytes(to end: BytePosition) -> UnsafeBufferPointer<UInt8> {
    // Both places are in the same chunk, whose bytes are initialized.
    unsafe UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: UInt8.self), count: end - self)
  }

  /// The position so many bytes behind another one.
  @inline(__always) @inlinable
  public static func + (position: BytePosition, byteCount: Int) -> BytePosition {
    // Makes an address and does not read there.
    unsafe BytePosition(position.pointer + byteCount)
  }

  /// Moves the position so many bytes on.
  @inline(__always) @inlinable
  public static func += (position: inout BytePosition, byteCount: Int) {
    position = position + byteCount
  }

  /// How many bytes lie between two positions of one chunk.
  @inline(__always) @inlinable
  public static func - (end: BytePosition, start: BytePosition) -> Int {
    // Both are in the same chunk.
    unsafe end.pointer - start.pointer
  }

  @inline(__always) @inlinable
  public static func == (left: BytePosition, right: BytePosition) -> Bool {
    // Compares addresses and does not read there.
    unsafe left.pointer == right.pointer
  }

  @inline(__always) @inlinable
  public static func < (left: BytePosition, right: BytePosition) -> Bool {
    // Compares addresses and does not read there.
    unsafe left.pointer < right.pointer
  }
}

/// The bytes that JSON's grammar names (RFC 8259 §2).
public enum Byte {
  /// The bytes by their names.
  @inlinable public static var null: UInt8 { UInt8(0) }
  @inlinable public static var tab: UInt8 { UInt8(ascii: "\t") }
  @inlinable public static var newline: UInt8 { UInt8(ascii: "\n") }
  @inlinable public static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
  @inlinable public static var space: UInt8 { UInt8(ascii: " ") }
  @inlinable public static var quote: UInt8 { UInt8(ascii: "\"") }
  @inlinable public static var backslash: UInt8 { UInt8(ascii: "\\") }
  @inlinable public static var comma: UInt8 { UInt8(ascii: ",") }
  @inlinable public static var colon: UInt8 { UInt8(ascii: ":") }
  @inlinable public static var period: UInt8 { UInt8(ascii: ".") }
  @inlinable public static var plus: UInt8 { UInt8(ascii: "+") }
  @inlinable public static var minus: UInt8 { UInt8(ascii: "-") }
  @inlinable public static var zero: UInt8 { UInt8(ascii: "0") }
  @inlinable public static var nine: UInt8 { UInt8(ascii: "9") }
  @inlinable public static var openBrace: UInt8 { UInt8(ascii: "{") }
  @inlinable public static var closeBrace: UInt8 { UInt8(ascii: "}") }
  @inlinable public static var openBracket: UInt8 { UInt8(ascii: "[") }
  @inlinable public static var closeBracket: UInt8 { UInt8(ascii: "]") }
  @inlinable public static var lowercaseE: UInt8 { UInt8(ascii: "e") }
  @inlinable public static var lowercaseU: UInt8 { UInt8(ascii: "u") }
  /// The bit by which an ASCII letter's two cases differ.
  @inlinable public static var caseBit: UInt8 { 0x20 }
}

/// Eight bytes looked at together.
public enum Word {
  /// A word of eight times the same byte.
  @inline(__always) @inlinable
  public static func repeating(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

  /// How many bytes stand before the first one whose top bit is set; 8 where none is.
  @inline(__always) @inlinable
  public static func leadingBytes(beforeTopBitIn word: UInt64) -> Int {
    (word & repeating(0x80)).trailingZeroBitCount >> 3
  }

  /// A word of which the lowest bytes are all ones, and the rest zero.
  ///
  /// - Parameter byteCount: How many; less than 0 is none, more than 8 is all.
  /// - Returns: The word.
  @inline(__always) @inlinable
  public static func mask(byteCount: Int) -> UInt64 {
    byteCount <= 0 ? 0 : byteCount >= 8 ? ~0 : (1 &<< UInt64(8 &* byteCount)) &- 1
  }
}
