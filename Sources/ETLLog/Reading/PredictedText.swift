internal import JSON

/// Up to 32 bytes that may stand somewhere again.
struct PredictedText: BitwiseCopyable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64
  private let firstMask: UInt64
  private let secondMask: UInt64
  private let thirdMask: UInt64
  private let fourthMask: UInt64
  /// How long the bytes are, 0 to 32.
  let byteCount: Int

  /// What nothing matches.
  static let none = PredictedText()

  private init() {
    (first, second, third, fourth) = (1, 0, 0, 0)
    (firstMask, secondMask, thirdMask, fourthMask) = (0, 0, 0, 0)
    byteCount = 0
  }

  init(_ text: ShortText) {
    (first, second, third, fourth) = (text.first, text.second, text.third, text.fourth)
    firstMask = Word.mask(byteCount: text.byteCount)
    secondMask = Word.mask(byteCount: text.byteCount - 8)
    thirdMask = Word.mask(byteCount: text.byteCount - 16)
    fourthMask = Word.mask(byteCount: text.byteCount - 24)
    byteCount = text.byteCount
  }

  /// Whether the bytes stand here; 32 bytes must be there to be read.
  @inline(__always)
  func matches(_ position: BytePosition) -> Bool {
    ((position.word & firstMask) ^ first) | (((position + 8).word & secondMask) ^ second)
      | (((position + 16).word & thirdMask) ^ third) | (((position + 24).word & fourthMask) ^ fourth) == 0
  }
}
