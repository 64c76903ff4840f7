import ETLLog
import JSON
import Testing

@Suite("Metrics and logs that are refused")
struct MetricFaultTests {
  private static let faults: [(text: String, line: String)] = [
    (
      "formats: {f: {metrics: [{name: a, type: counter, help: x}]}}",
      #"1:32: a counter's name ends in _total: "a_total""#
    ),
    (
      "formats: {f: {metrics: [{name: a, type: gauge, help: x}]}}",
      #"1:25: a gauge needs "value": the path of what it is set to"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: count, help: x}]}}",
      #"1:47: unknown type "count"; did you mean "counter"?"#
    ),
    (
      "formats: {f: {metrics: [{name: etl_a_total, type: counter, help: x}]}}",
      #"1:32: "etl_a_total" begins with etl_, which is not for metrics of one's own"#
    ),
    (
      "formats: {f: {metrics: [{name: A_total, type: counter, help: x}]}}",
      #"1:32: "A_total" is no name; small letters, digits and _ are, up to 128, with no digit first"#
    ),
    (
      "formats: {f: {metrics: [{name: 1_total, type: counter, help: x}]}}",
      #"1:32: "1_total" is no name; small letters, digits and _ are, up to 128, with no digit first"#
    ),
    (
      "formats: {f: {metrics: [{name: load_ms_total, type: counter, help: x}]}}",
      #"1:32: times are in seconds: end "load_ms_total" in _seconds, and write unit: ms beside the value's path"#
    ),
    (
      "formats: {f: {metrics: [{name: load_ms, type: gauge, help: x, value: v}]}}",
      #"1:32: times are in seconds: end "load_ms" in _seconds, and write unit: ms beside the value's path"#
    ),
    (
      "formats: {f: {metrics: [{name: a_sum, type: gauge, help: x, value: v}]}}",
      #"1:32: "a_sum" ends in _sum, which a gauge must not"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, value: v, total: t}]}}",
      #"1:75: "total" and "value" exclude each other in a metric"#
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x, total: t}]}}",
      #"1:57: "total" is for counters; a gauge has "value""#
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x}]}}",
      #"1:25: a gauge needs "value": the path of what it is set to"#
    ),
    (
      "formats: {f: {metrics: [{name: h, type: histogram, help: x, value: v}]}}",
      #"1:25: a histogram needs "buckets", such as [0.1, 1, 10, 60]"#
    ),
    (
      "formats: {f: {metrics: [{name: h, type: histogram, help: x, value: v, buckets: [2, 1]}]}}",
      "1:84: buckets grow; 1 is not above 2.0"
    ),
    (
      "formats: {f: {metrics: [{name: h, type: histogram, help: x, value: v, buckets: []}]}}",
      #"1:71: "buckets" has 1 to 64 bounds"#
    ),
    (
      "formats: {f: {metrics: [{name: h, type: histogram, help: x, value: v, buckets: [a]}]}}",
      "1:81: a bucket's upper bound is a number; this is a text"
    ),
    (
      "formats: {f: {metrics: [{name: h, type: histogram, help: x, value: v, buckets: [1, .inf]}]}}",
      "1:84: a bucket's upper bound is a number; this is .inf"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, buckets: [1]}]}}",
      "1:65: a counter has no buckets"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, reset: run}]}}",
      "1:65: only gauges are reset; a counter counts on over all runs"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, expire: 24h}]}}",
      "1:65: only gauges expire; a counter that went would be counted anew"
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x, value: v, expire: 24}]}}",
      #"1:75: "expire" is a duration such as 24h"#
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x, value: v, expire: soon}]}}",
      #"1:75: "expire" is a duration such as 24h"#
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x, value: v, reset: day}]}}",
      #"1:74: "reset" can only be run"#
    ),
    (
      "formats: {f: {metrics: [{name: g, type: gauge, help: x, value: v, reset: run}]}}",
      #"1:11: "reset: run" of g needs an event run_started"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {job: j}}]}}",
      #"1:74: "job" is set by Prometheus or the exporter; take another name for the label"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {__a: j}}]}}",
      #"1:74: "__a" is set by Prometheus or the exporter; take another name for the label"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a-b: j}}]}}",
      #"1:74: "a-b" is no name; small letters, digits and _ are, up to 128, with no digit first"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, limit: 0}}}]}}",
      "1:94: limit is a whole number from 1 to 1000; this is 0"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, limit: 5000}}}]}}",
      "1:94: limit is a whole number from 1 to 1000; this is 5000"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, values: []}}}]}}",
      #"1:95: "values" has 1 to 1000 values"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, values: [x, x]}}}]}}",
      #"1:99: "x" is there twice"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, values: [x], limit: 3}}}]}}",
      #"1:87: "values" is a limit already; leave "limit" out"#
    ),
    (
      #"formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: "@time"}}]}}"#,
      "1:74: a time is no label: each line would be a series of its own"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, limits: 3}}}]}}",
      #"1:87: unknown key in the label "a": "limits"; did you mean "limit"?"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: [a]}]}}",
      #"1:73: "labels" is a mapping of at most 8 names to paths"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, labels: {a: {path: j, values: [1,2,3,4,5,6,7,8,9,10,11]}, b: {path: k, values: [1,2,3,4,5,6,7,8,9,10]}}}]}}",
      "1:65: the labels' values make more series than max_series, 100; raise it, up to 1000"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, max_series: 100000}]}}",
      "1:77: max_series is a whole number from 1 to 1000; this is 100000"
    ),
    (
      #"formats: {f: {metrics: [{name: a_total, type: counter, help: x, value: "@time"}]}}"#,
      "1:72: @time is only for the value of a gauge"
    ),
    (
      #"formats: {f: {metrics: [{name: g, type: gauge, help: x, value: "@text"}]}}"#,
      "1:64: @text is no number; it is for tests, labels and time"
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x, help: y}]}}",
      #"1:65: "help" is set twice, first on line 1; once is right"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter}]}}",
      #"1:25: a metric needs "help""#
    ),
    (
      "formats: {f: {metrics: [{type: counter, help: x}]}}",
      #"1:25: a metric needs "name""#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x}, {name: a, type: gauge, help: x, value: v}]}}",
      #"1:66: the metric "a" is declared otherwise in "f"; type, help, labels, buckets and limits must be the same"#
    ),
    (
      "formats: {f: {metrics: [{name: a_total, type: counter, help: x}]}, g: {metrics: [{name: a_total, type: counter, help: y}]}}",
      #"1:68: the metric "a_total" is declared otherwise in "f"; type, help, labels, buckets and limits must be the same"#
    ),
    (
      "logs: []",
      #"1:7: "logs" has 1 to 1000 logs"#
    ),
    (
      "logs: {path: a}",
      #"1:7: "logs" is a list; this is a mapping"#
    ),
    (
      "logs: [a]",
      "1:8: a log is a mapping with some of path, pipeline, format, envelope; this is a text"
    ),
    (
      "logs: [{pipeline: a}]",
      #"1:8: a log needs "path""#
    ),
    (
      "logs: [{path: a, format: ordesr}]\nformats: {orders: {events: [{event: other}]}}",
      #"1:26: unknown format "ordesr"; did you mean "orders"?"#
    ),
    (
      "logs: [{path: a}, {path: a}]",
      #"1:26: "a" is there twice; one log has one format"#
    ),
    (
      "logs: [{path: a, envelope: dokcer}]",
      #"1:28: unknown envelope "dokcer"; did you mean "docker"?"#
    ),
    (
      "logs: [{path: 5}]",
      #"1:15: path is a text; this is a number; "5" with quotes is a text"#
    ),
    (
      "logs: [{path: a, file: b}]",
      #"1:18: unknown key in a log: "file"; there are path, pipeline, format, envelope"#
    ),
  ]

  @Test("a mistake is not found, or its line does not say what would be right", arguments: faults)
  func mistakes(text: String, line: String) {
    #expect(configurationFault(text) == "f:" + line)
  }
}
