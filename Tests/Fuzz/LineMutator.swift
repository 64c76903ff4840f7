/// libFuzzer's own mutation of a few bytes.
///
/// - Parameters:
///   - data: The bytes, with room for so many as are allowed.
///   - size: How many there are.
///   - maximumSize: How many there may be.
/// - Returns: How many there are then.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximumSize: Int) -> Int

/// What libFuzzer calls for each new input: mutates all of one, or a copy of one line that is put behind it.
///
/// The reader remembers what lines look like, so what finds its mistakes is a line that is almost the one before.
///
/// - Parameters:
///   - data: The input, with room for so many bytes as are allowed.
///   - size: How many there are.
///   - maximumSize: How many there may be.
///   - seed: What all choices come from.
/// - Returns: How many there are then.
@c(LLVMFuzzerCustomMutator)
public func mutateInput(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximumSize: Int, _ seed: UInt32) -> Int {
  // libFuzzer lends so many bytes for the time of the call, and the buffer checks each index.
  let buffer = unsafe UnsafeMutableBufferPointer(start: data, count: maximumSize)
  let input = unsafe Array(buffer[..<size])
  var choices = Choices(seed: seed)
  let place = choices.below(max(1, size))
  let lineStart = (input.prefix(place).lastIndex(of: Byte.newline) ?? 1) + 1
  let lineEnd = input[min(place, size)...].firstIndex(of: Byte.newline) ?? size
  let copyStart = lineEnd + 1
  guard choices.below(2) == 0, lineStart < lineEnd, copyStart + (lineEnd - lineStart) < maximumSize else {
    return unsafe mutate(data, size, maximumSize)
  }
  var line = Array(input[lineStart..<lineEnd])
  if choices.below(2) == 0 {
    line[choices.below(line.count)] = LineBytes.all[choices.below(LineBytes.all.count)]
  } else {
    for index in line.indices { unsafe buffer[copyStart + index] = line[index] }
    let count = unsafe mutate(data + copyStart, line.count, maximumSize - copyStart)
    line = unsafe Array(buffer[copyStart..<copyStart + count])
  }
  let output = (input[..<lineEnd] + [Byte.newline] + line + input[lineEnd...]).prefix(maximumSize)
  for (index, byte) in output.enumerated() { unsafe buffer[index] = byte }
  return output.count
}

/// Numbers drawn from one, the digits of a fraction so to speak.
private struct Choices {
  private var fraction: UInt64

  init(seed: UInt32) {
    // The golden ratio's fraction spreads seeds that are near each other.
    fraction = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
  }

  mutating func below(_ bound: Int) -> Int {
    let (whole, rest) = fraction.multipliedFullWidth(by: UInt64(bound))
    fraction = rest
    return Int(whole)
  }
}

private enum LineBytes {
  /// Bytes that mean something in a line, and those beside which that changes.
  static let all = Array("0123456789{}[],:\"\\ .-+eEtfnuTZ\r\t\0\u{1F}\u{7F}".utf8) + [0x80, 0xBF, 0xC2, 0xFF]
}
