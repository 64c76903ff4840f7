/// Writes the samples of one metric after another into one buffer.
package struct SampleWriter {
  private(set) var output: [UInt8]
  private var name: [UInt8] = []

  init(output: consuming [UInt8]) {
    self.output = output
  }

  mutating func begin(name: [UInt8], head: [UInt8]) {
    self.name = name
    output.append(contentsOf: head)
  }

  consuming func finish() -> [UInt8] {
    output
  }

  /// Adds a sample with a whole value.
  ///
  /// - Parameters:
  ///   - value: The value; nil adds nothing, because a value that does not exist has no sample.
  ///   - labels: The series' labels.
  package mutating func add(_ value: Int64?, labels: LabelSet = .none) {
    guard let value else { return }
    beginSample(labels)
    appendInteger(value, to: &output)
    output.append(UInt8(ascii: "\n"))
  }

  /// Adds a sample with a value that may have a fraction.
  ///
  /// - Parameters:
  ///   - value: The value; nil adds nothing, because a value that does not exist has no sample.
  ///   - labels: The series' labels.
  package mutating func add(_ value: Double?, labels: LabelSet = .none) {
    guard let value else { return }
    beginSample(labels)
    appendDecimal(value, to: &output)
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func beginSample(_ labels: LabelSet) {
    output.append(contentsOf: name)
    if !labels.rendered.isEmpty {
      output.append(UInt8(ascii: "{"))
      output.append(contentsOf: labels.rendered)
      output.append(UInt8(ascii: "}"))
    }
    output.append(UInt8(ascii: " "))
  }
}

/// Writes a whole number in decimal.
///
/// - Parameters:
///   - value: The number.
///   - output: Where it goes.
func appendInteger(_ value: Int64, to output: inout [UInt8]) {
  if value < 0 { output.append(UInt8(ascii: "-")) }
  var rest = value.magnitude
  let first = output.count
  repeat {
    output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
    rest /= 10
  } while rest > 0
  var (low, high) = (first, output.count - 1)
  while low < high {
    output.swapAt(low, high)
    (low, high) = (low + 1, high - 1)
  }
}

/// Writes a number so that reading it back gives the same one; whole numbers without a fraction.
///
/// - Parameters:
///   - value: The number; the infinities and NaN in Go's spelling, as both exposition formats ask.
///   - output: Where it goes.
func appendDecimal(_ value: Double, to output: inout [UInt8]) {
  // Up to 2^53 every whole number is exact, so that its digits are its shortest form, too.
  if let whole = Int64(exactly: value), whole.magnitude <= 1 << 53 {
    appendInteger(whole, to: &output)
  } else if value.isFinite {
    output.append(contentsOf: value.description.utf8)
  } else if value.isNaN {
    output.append(contentsOf: "NaN".utf8)
  } else {
    output.append(contentsOf: (value > 0 ? "+Inf" : "-Inf").utf8)
  }
}
