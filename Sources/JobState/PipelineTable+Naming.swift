internal import JSON

extension PipelineTable {
  /// Lets the pipeline without a name go on under one, as when its only log was given a name.
  ///
  /// - Parameter name: The name.
  /// - Returns: Whether it does; not where nothing was counted without a name, or something was under this one.
  package mutating func moveUnnamed(to name: String) -> Bool {
    let unnamed = states[0]
    let index = index(of: Array(name.utf8).span)
    guard unnamed.hasJobEvents, index > 0, states[index].name == name, !states[index].hasJobEvents,
      let state = unnamed.renamed(name)
    else { return false }
    states[index] = state
    states[0] = PipelineState(name: nil)
    return true
  }
}

extension PipelineState {
  /// The same under another name.
  fileprivate func renamed(_ name: String) -> PipelineState? {
    guard case .object(let members) = json else { return nil }
    var resetParts: [String] = []
    let renamed = members.map { $0.0 == "pipeline" ? ($0.0, .string(name)) : $0 }
    return PipelineState(json: .object(renamed), resetParts: &resetParts)
  }
}
