/// The option that was probably meant by a name that does not exist.
///
/// Capitals, `_` for `-` and a single dash are no difference. A name is near where a third of its letters at most are
/// wrong, missing, too many or swapped with their neighbour; else the shortest one of which it is a part:
/// `listen-address` for `web.listen-address`.
///
/// - Parameters:
///   - name: What was given, of any length.
///   - candidates: The names that exist.
/// - Returns: The nearest one, or `nil` where none is near.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let wanted = lettersThatCount(name)
  guard !wanted.isEmpty else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let letters = lettersThatCount(candidate)
    let limit = max(1, min(letters.count, wanted.count) / 3)
    // A difference in length is a lower bound of the distance, and bounds the work on a name of any length.
    guard abs(letters.count - wanted.count) <= limit else { continue }
    let distance = editDistance(wanted, letters)
    if distance <= limit, distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  if let best {
    return best.name
  }
  let shortestPart = 3
  guard wanted.count >= shortestPart else { return nil }
  return candidates.filter { isPart(wanted, of: lettersThatCount($0)) }.min { $0.count < $1.count }
}

/// Whether some bytes stand one after the other in others.
private func isPart(_ part: [UInt8], of whole: [UInt8]) -> Bool {
  guard part.count <= whole.count else { return false }
  return (0...whole.count - part.count).contains { whole[$0...].starts(with: part) }
}

/// A name reduced to what tells options apart.
private func lettersThatCount(_ name: String) -> [UInt8] {
  name.lowercased().utf8.drop { $0 == UInt8(ascii: "-") }.map { byte in
    "_.".utf8.contains(byte) ? UInt8(ascii: "-") : byte
  }
}

/// How many letters must be changed, added, removed or swapped with their neighbour to make one word of the other.
///
/// The optimal string alignment distance, with the last three rows of its table.
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      var distance = min(previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
        distance = min(distance, beforePrevious[column - 1] + 1)
      }
      current.append(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[second.count]
}
