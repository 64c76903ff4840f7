/// What libFuzzer calls with each input: https://llvm.org/docs/LibFuzzer.html
///
/// The first byte chooses the limit of a line, the second one after which lines the chunks are cut; the rest is a log.
///
/// - Parameters:
///   - data: The input.
///   - size: How long it is.
/// - Returns: 0; whatever is wrong ends the process.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // libFuzzer lends so many bytes for the time of the call.
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  guard input.count > 2 else { return 0 }
  let limit = input[0] % 4 == 0 ? 32 : 65_536
  let lines = input.dropFirst(2).split(separator: Byte.newline, omittingEmptySubsequences: false).map(Array.init)
  checkLines(lines, limit: limit, cuts: input[1])
  for line in lines {
    checkValue(line)
    checkTimestamp(line)
  }
  return 0
}

/// Ends the process, so that libFuzzer keeps the input, unless a condition holds.
func require(_ condition: Bool, _ complaint: @autoclosure () -> String, _ line: [UInt8]) {
  if !condition { fatalError("\(complaint()): \(String(decoding: line, as: UTF8.self)) \(line)") }
}

/// JSON that is read is valid, is all that is valid, and is read again as it is written.
private func checkValue(_ text: [UInt8]) {
  let isValid = ReferenceGrammar.isValue(text)
  guard let value = JSONValue.parse(text) else {
    require(!isValid || ReferenceGrammar.mayHaveHugeNumber(text), "a valid value is refused", text)
    return
  }
  require(isValid, "a broken value is read", text)
  var written: [UInt8] = []
  value.append(to: &written)
  var again: [UInt8] = []
  JSONValue.parse(written)?.append(to: &again)
  require(again == written, "a value is not read as it was written", text)
}

/// A moment that is read is read again as it is written, but for what is below a millisecond.
private func checkTimestamp(_ text: [UInt8]) {
  guard let moment = Timestamp.parse(text.span) else { return }
  var written: [UInt8] = []
  Timestamp.append(moment, to: &written)
  let (expected, overflow) = moment.subtractingReportingOverflow(
    moment.flooredQuotientAndRemainder(dividingBy: 1_000_000).remainder
  )
  require(Timestamp.parse(written.span) == (overflow ? nil : expected), "a moment is read as another one", text)
}
