/// Adds two numbers that are not negative; stops at the largest one, because absurd totals in a log must not end the
/// process.
///
/// - Parameters:
///   - left: One number.
///   - right: The other.
/// - Returns: The sum.
package func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? .max : sum
}
