internal import JSON

/// Reads the object of a line into the slots and test bits of a format.
///
/// Only what paths lead to is looked into; all the rest is validated and skipped.
struct FormatScanner: ~Copyable {
  let tree: MatchTree
  private let takesFirst: Bool
  private(set) var slots: LineSlots
  /// The tests that hold, those of strings with escapes only after `finishTexts`.
  private(set) var bits: UInt128 = 0
  /// How much memory the copies need of texts that cannot be shown as they stand.
  private var copiedByteCount = 0
  private var copiesTextBefore = false
  private var texts = LineTexts()

  init(_ program: FormatProgram) {
    tree = program.tree
    takesFirst = program.takesFirstOfRepeatedKeys
    slots = LineSlots(count: program.tree.nodes.count)
  }

  mutating func startLine() {
    slots.startLine()
    bits = 0
    copiedByteCount = 0
    copiesTextBefore = false
  }

  /// Sets what stands before the object.
  ///
  /// - Parameters:
  ///   - string: The text.
  ///   - end: Up to where bytes can be read.
  mutating func setTextBefore(_ string: JSONString, end: BytePosition) {
    let node = tree.textNode
    guard tree.nodes[node].isWanted, string.byteCount > 0 else { return }
    set(node, .text, string, route: 0, end: end)
    copiesTextBefore = string.withSpan { bytes in
      for index in bytes.indices where !(0x20..<0x80 ~= bytes[index]) { return true }
      return false
    }
    if copiesTextBefore { copiedByteCount += LineTexts.shownByteCount(of: string) }
  }

  /// Reads an object from behind its opening brace.
  ///
  /// - Parameters:
  ///   - start: The place behind the brace.
  ///   - json: The grammar.
  ///   - index: The node whose value the object is.
  ///   - route: How it was reached.
  /// - Returns: The place behind its closing brace, or nil where it is no valid object.
  mutating func scanObject(_ start: BytePosition, _ json: JSONScanner, node index: Int = 0, route: UInt8 = 0)
    -> BytePosition?
  {
    var position = json.skipWhitespace(start)
    if position.byte == Byte.closeBrace { return position + 1 }
    while true {
      guard let (key, value) = json.scanKey(position) else { return nil }
      let child = child(of: index, key, json.end)
      let valueEnd = child < 0 ? json.skipValue(value) : scanValue(value, json, node: child, parentRoute: route)
      guard let valueEnd else { return nil }
      position = json.skipWhitespace(valueEnd)
      if position.byte == Byte.closeBrace { return position + 1 }
      guard position.byte == Byte.comma else { return nil }
      position = json.skipWhitespace(position + 1)
    }
  }

  private mutating func scanArray(_ start: BytePosition, _ json: JSONScanner, node index: Int, route: UInt8)
    -> BytePosition?
  {
    var position = json.skipWhitespace(start)
    if position.byte == Byte.closeBracket { return position + 1 }
    var element = 0
    while true {
      let child = child(of: index, element: element)
      let valueEnd = child < 0 ? json.skipValue(position) : scanValue(position, json, node: child, parentRoute: route)
      guard let valueEnd else { return nil }
      position = json.skipWhitespace(valueEnd)
      if position.byte == Byte.closeBracket { return position + 1 }
      guard position.byte == Byte.comma else { return nil }
      position = json.skipWhitespace(position + 1)
      element += 1
    }
  }

  /// The node that a key leads to, -1 where it is of no interest.
  private func child(of index: Int, _ key: JSONString, _ end: BytePosition) -> Int {
    let node = tree.nodes[index]
    if key.isEscaped { return child(of: node, escaped: key, end) }
    let byteCount = Int32(truncatingIfNeeded: key.byteCount)
    var name: ShortText?
    for place in Int(node.firstKey)..<Int(node.keysEnd) where tree.keys[place].byteCount == byteCount {
      if byteCount > Int32(ShortText.maximumByteCount) {
        if isEqual(key, tree.longNames[Int(tree.keys[place].longName)]) { return Int(tree.keys[place].node) }
      } else {
        let text = name ?? ShortText(key.start, byteCount: Int(byteCount), end: end)
        if tree.keys[place].name == text { return Int(tree.keys[place].node) }
        name = text
      }
    }
    return -1
  }

  private func isEqual(_ key: JSONString, _ name: [UInt8]) -> Bool {
    key.withSpan { bytes in
      for index in name.indices where bytes[index] != name[index] { return false }
      return true
    }
  }

  @inline(never)
  private func child(of node: MatchTree.Node, escaped key: JSONString, _ end: BytePosition) -> Int {
    let short = ShortText(key, end: end)
    for place in Int(node.firstKey)..<Int(node.keysEnd) {
      let candidate = tree.keys[place]
      if candidate.byteCount <= Int32(ShortText.maximumByteCount) {
        if let short, candidate.name == short { return Int(candidate.node) }
      } else if short == nil {
        var index = 0
        var isSame = true
        key.forEachUnescapedByte { byte in
          let name = tree.longNames[Int(candidate.longName)]
          isSame = isSame && index < name.count && name[index] == byte
          index += 1
        }
        if isSame, index == Int(candidate.byteCount) { return Int(candidate.node) }
      }
    }
    return -1
  }

  private func child(of index: Int, element: Int) -> Int {
    let node = tree.nodes[index]
    for place in Int(node.firstKey)..<Int(node.keysEnd) where Int(tree.keys[place].arrayIndex) == element {
      return Int(tree.keys[place].node)
    }
    return -1
  }

  private mutating func scanValue(_ position: BytePosition, _ json: JSONScanner, node index: Int, parentRoute: UInt8)
    -> BytePosition?
  {
    let node = tree.nodes[index]
    let route = parentRoute | 1 << (node.depth - 1)
    var slot = slots[index]
    let routeBit: UInt128 = 1 << UInt128(parentRoute)
    if slot.seenLine != slots.line { slot.seenRoutes = 0 }
    if slot.seenRoutes & routeBit != 0 {
      if takesFirst { return json.skipValue(position) }
      clearBelow(index, node, route: route)
    }
    slot.seenLine = slots.line
    slot.seenRoutes |= routeBit
    slots[index] = slot
    let isWanted = node.isWanted && !(takesFirst && slot.line == slots.line)

    switch position.byte {
    case Byte.quote:
      guard let string = json.scanString(position + 1) else { return nil }
      if isWanted { set(index, string.byteCount > 0 ? .text : .empty, string, route: route, end: json.end) }
      return string.end + 1
    case Byte.openBrace, Byte.openBracket:
      if isWanted {
        set(
          index,
          .container,
          JSONString(start: position, end: position, isEscaped: false),
          route: route,
          end: json.end
        )
      }
      guard node.hasKeys else { return json.skipValue(position) }
      return position.byte == Byte.openBrace
        ? scanObject(position + 1, json, node: index, route: route)
        : scanArray(position + 1, json, node: index, route: route)
    default:
      guard let end = json.skipValue(position) else { return nil }
      if isWanted {
        let kind: LineSlot.Kind =
          switch position.byte {
          case UInt8(ascii: "n"): .empty
          case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
          default: .number
          }
        set(index, kind, JSONString(start: position, end: end, isEscaped: false), route: route, end: json.end)
      }
      return end
    }
  }

  /// Forgets what stood below an object whose key has come again.
  private mutating func clearBelow(_ index: Int, _ node: MatchTree.Node, route: UInt8) {
    let routeMask = UInt8(truncatingIfNeeded: 1 << UInt16(node.depth) - 1)
    for below in (index + 1)..<Int(node.end) where slots.has(below) && slots[below].route & routeMask == route {
      slots[below].line = 0
      bits &= ~tree.nodes[below].testBits
    }
  }

  private mutating func set(
    _ index: Int,
    _ kind: LineSlot.Kind,
    _ string: JSONString,
    route: UInt8,
    end: BytePosition
  ) {
    let node = tree.nodes[index]
    if slots.has(index) { bits &= ~node.testBits }
    slots[index].line = slots.line
    slots[index].kind = kind
    slots[index].string = string
    slots[index].route = route
    if string.needsCopy { copiedByteCount += LineTexts.byteCount(of: string) + LineTexts.shownByteCount(of: string) }
    if !string.isEscaped, !node.tests.isEmpty {
      bits |= tree.bits(of: node, kind, string, end: end)
    }
  }

  /// Unescapes the line's texts, tests them, and replaces in them what cannot be shown; they stand until the next line.
  mutating func finishTexts() {
    guard copiedByteCount > 0 else { return }
    texts.reset(byteCount: copiedByteCount)
    if copiesTextBefore { slots[tree.textNode].string = texts.copyShown(slots[tree.textNode].string) }
    for index in tree.nodes.indices where slots.has(index) && slots[index].string.needsCopy {
      let string = slots[index].string
      if string.isEscaped, !tree.nodes[index].tests.isEmpty {
        let whole = texts.resolve(string)
        bits |= tree.bits(of: tree.nodes[index], slots[index].kind, whole, end: whole.end)
      }
      slots[index].string = texts.resolveShown(string)
    }
  }
}
