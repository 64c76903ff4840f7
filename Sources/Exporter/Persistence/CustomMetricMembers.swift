internal import JSON
internal import JobState
internal import Metrics

// What a snapshot holds of the metrics that formats declare.

extension CustomMetricTable.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("has_unnamed_values", &hasUnnamedValues, .boolean)
    members.required("pipeline_overflow", &pipelineOverflow, .count)
    members.objects("families", &families)
  }
}

extension CustomMetricFamily.State: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("name", &name, .string)
    members.required("fingerprint", &fingerprint, .hexadecimal)
    members.required("starts_midway", &startsMidway, .boolean)
    members.required("series_overflow", &seriesOverflow, .count)
    members.required("label_overflows", &labelOverflows, .list(.count))
    members.objects("series", &series)
  }
}

extension CustomSeriesState: SnapshotObject {
  mutating func declare(_ members: inout SnapshotMembers) {
    members.required("pipeline", &pipeline, .orNull(.string))
    members.required("labels", &values, .list(.string))
    members.required("value", &value, .decimal)
    members.required("followed_total", &followedTotal, .orNull(.decimal))
    members.required("newest", &newestNanoseconds, .orNull(.integer))
    members.required("histogram", &histogram, .orNull(.histogram))
  }
}

extension SnapshotForm<Histogram> {
  /// A histogram with its bounds.
  fileprivate static var histogram: Self {
    let members = SnapshotForm<HistogramMembers>.object
    return Self(
      write: { members.write(HistogramMembers(bounds: $0.bounds, counts: $0.counts, sum: $0.sum)) },
      read: { json in
        guard let read = members.read(json), let bounds = read.bounds, let sum = read.sum,
          zip(bounds, bounds.dropFirst()).allSatisfy(<), bounds.allSatisfy(\.isFinite)
        else { return nil }
        return Histogram(bounds: bounds, counts: read.counts, sum: sum)
      }
    )
  }
}
