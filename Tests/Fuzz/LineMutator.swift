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
  // libFuzzer lends so many bytes for the time of the call; each place below is compared with how many are used.
  let input = unsafe UnsafeMutableBufferPointer(start: data, count: maximumSize)
  let start = min(size, 2) + Int(seed >> 1) % max(1, size - 2)
  let lineStart = unsafe (input[..<min(start, size)].lastIndex(of: Byte.newline) ?? 1) + 1
  let lineEnd = unsafe input[..<size][min(start, size)...].firstIndex(of: Byte.newline) ?? size
  let copy = lineEnd + 1
  let lineCount = lineEnd - lineStart
  guard seed % 2 == 0, lineCount > 0, copy + lineCount + 1 <= maximumSize else {
    return unsafe mutate(data, size, maximumSize)
  }
  let line = unsafe Array(input[lineStart..<lineEnd])
  let rest = unsafe Array(input[min(copy, size)..<size])
  unsafe input[lineEnd] = Byte.newline
  for index in line.indices { unsafe input[copy + index] = line[index] }
  let count = unsafe mutate(data + copy, lineCount, maximumSize - copy - 1)
  unsafe input[copy + count] = Byte.newline
  let restStart = copy + count + 1
  let kept = rest.prefix(maximumSize - restStart)
  for index in kept.indices { unsafe input[restStart + index] = kept[index] }
  return restStart + kept.count
}
