import ETLLog
import JSON
import Testing

@Suite("Formats that are refused")
struct FormatFaultTests {
  private static let faults: [(text: String, line: String)] = [
    (
      "format: {}",
      #"1:1: unknown key in a configuration: "format"; did you mean "formats"?"#
    ),
    (
      "- a",
      "1:1: a configuration is a mapping with some of formats, logs; this is a list"
    ),
    (
      "",
      "1:1: a configuration is a mapping with some of formats, logs; this is empty"
    ),
    (
      "formats: 5",
      #"1:10: "formats" is a mapping of at most 64 names to formats"#
    ),
    (
      "formats: {f: 5}",
      "1:14: a format is a mapping with some of base, time, file, pipeline, zone, text_lines, repeated_keys, events, metrics; this is a number"
    ),
    (
      "formats: {f: {}}",
      #"1:11: a format needs events or metrics: there is nothing to count in "f""#
    ),
    (
      "formats: {f: {events: []}}",
      #"1:11: a format needs events or metrics: there is nothing to count in "f""#
    ),
    (
      "formats: {'a b': {events: [{event: other}]}}",
      #"1:11: a format's name is up to 64 letters, digits, -, _ and dots; this is "a b""#
    ),
    (
      "formats: {f: {tmie: ts, events: [{event: other}]}}",
      #"1:15: unknown key in a format: "tmie"; did you mean "time"?"#
    ),
    (
      "formats: {f: {time: 5, events: [{event: other}]}}",
      #"1:21: time: a path is a text; this is a number; "5" with quotes is a text"#
    ),
    (
      "formats: {f: {time: [], events: [{event: other}]}}",
      "1:21: time is one source or a list of 1 to 16, of which the first present one counts"
    ),
    (
      "formats: {f: {time: [[a]], events: [{event: other}]}}",
      "1:22: time is one source or a list of 1 to 16, of which the first present one counts"
    ),
    (
      "formats: {f: {time: {unit: ms}, events: [{event: other}]}}",
      #"1:21: time needs "path""#
    ),
    (
      "formats: {f: {time: {path: ts, unit: min}, events: [{event: other}]}}",
      #"1:38: unknown unit "min"; there are s, ms, us, ns"#
    ),
    (
      "formats: {f: {time: {path: ts, unit: sec}, events: [{event: other}]}}",
      #"1:38: unknown unit "sec"; there are s, ms, us, ns"#
    ),
    (
      "formats: {f: {time: a..b, events: [{event: other}]}}",
      #"1:21: "a..b" is no path; names joined by single dots are one, such as err.type"#
    ),
    (
      "formats: {f: {time: .a, events: [{event: other}]}}",
      #"1:21: ".a" is no path; names joined by single dots are one, such as err.type"#
    ),
    (
      "formats: {f: {time: a.b.c.d.e.f.g.h.i, events: [{event: other}]}}",
      #"1:21: the path "a.b.c.d.e.f.g.h.i" has 9 parts; 8 are the most"#
    ),
    (
      "formats: {f: {time: a.*.b, events: [{event: other}]}}",
      #"1:21: a path has no wildcards: "a.*.b"; a number names one element of a list"#
    ),
    (
      #"formats: {f: {time: "@time", events: [{event: other}]}}"#,
      "1:21: @time is only for the value of a gauge"
    ),
    (
      "formats: {f: {file: {path: f, unit: s}, events: [{event: other}]}}",
      "1:37: file has no unit: it is not a duration"
    ),
    (
      "formats: {f: {file: {const: a, path: b}, events: [{event: other}]}}",
      #"1:32: "path" and "const" exclude each other in file"#
    ),
    (
      "formats: {f: {file: {path: a, as: type}, events: [{event: other}]}}",
      #"1:35: "as" can only be exception_type"#
    ),
    (
      "formats: {f: {file: {path: a, map: {}}, events: [{event: other}]}}",
      #"1:36: "map" is a mapping of 1 to 256 texts to what they stand for"#
    ),
    (
      "formats: {f: {file: {path: a, map: {x: [1]}}, events: [{event: other}]}}",
      #"1:40: what "x" stands for is a text, a number, true or false; this is a list"#
    ),
    (
      "formats: {f: {file: {path: a, scale: 2, unit: s}, events: [{event: other}]}}",
      "1:47: file has no unit: it is not a duration"
    ),
    (
      "formats: {f: {zone: Europe/Berlin, events: [{event: other}]}}",
      #"1:21: zone is how far the log's clock is ahead of UTC, such as "+01:00"; named zones are not known"#
    ),
    (
      "formats: {f: {zone: 0100, events: [{event: other}]}}",
      #"1:21: zone is how far the log's clock is ahead of UTC, such as "+01:00"; named zones are not known"#
    ),
    (
      "formats: {f: {text_lines: yes, events: [{event: other}]}}",
      #"1:27: text_lines is ignore; this is "yes""#
    ),
    (
      "formats: {f: {text_lines: skip, events: [{event: other}]}}",
      #"1:27: text_lines is ignore; this is "skip""#
    ),
    (
      "formats: {f: {repeated_keys: newest, events: [{event: other}]}}",
      #"1:30: repeated_keys is last or first; this is "newest""#
    ),
    (
      "formats: {f: {base: dtb, events: [{event: other}]}}",
      #"1:21: unknown built-in format "dtb"; did you mean "dbt"?"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_complete}]}}",
      #"1:41: unknown event "file_complete"; did you mean "file_completed"?"#
    ),
    (
      "formats: {f: {file: f, events: [{when: {a: 1}}]}}",
      #"1:33: an event needs "event""#
    ),
    (
      "formats: {f: {file: f, events: [{event: 3}]}}",
      #"1:41: event is a text; this is a number; "3" with quotes is a text"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, record: n}]}}",
      #"1:57: unknown key in an event: "record"; did you mean "records"?"#
    ),
    (
      "formats: {f: {file: f, events: [{event: run_started, records: n}]}}",
      "1:54: records counts for nothing in run_started, which has total_records, total_files, total_failures"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, error_type: e}]}}",
      "1:57: error_type counts for nothing in file_completed, which has file, records, seconds, rate, total_records, total_files, total_failures"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {}}]}}",
      #"1:63: "when" is empty; leave it out where every line is meant"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: msg}]}}",
      #"1:63: "when" is a mapping of paths to what they must be; this is a text"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: }}]}}",
      #"1:64: in braces "msg" is a key, and it has no value"#
    ),
    (
      #"formats: {f: {file: f, events: [{event: file_completed, when: {msg: ""}}]}}"#,
      "1:69: an empty value is like a missing one; write {present: false}"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: []}}]}}",
      "1:69: a list of 1 to 100 constants is a test: any of them"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {prefix: 5}}}]}}",
      #"1:78: prefix is a text; this is a number; "5" with quotes is a text"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {begins: a}}}]}}",
      #"1:70: unknown key in a test: "begins"; there are prefix, suffix, contains, present, not"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {prefix: a, suffix: b}}}]}}",
      "1:69: a test has one of prefix, suffix, contains, present, not; no path can have two"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {present: yes}}}]}}",
      "1:79: present is true or false; this is a text"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {not: {present: true}}}}]}}",
      #"1:75: "not" takes no "present" or "not"; write {present: false} or the test itself"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: {regex: a}}}]}}",
      #"1:70: unknown key in a test: "regex"; there are prefix, suffix, contains, present, not"#
    ),
    (
      #"formats: {f: {file: f, events: [{event: file_completed, when: {"@time": 5}}]}}"#,
      "1:64: @time cannot be tested; it is a metric's value"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: .nan}}]}}",
      "1:69: what a path must be is a text, a number, true or false; this is .nan"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, when: {msg: [[a]]}}]}}",
      "1:70: what a path must be is a text, a number, true or false; this is a list"
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, seconds: {since: start}}]}}",
      #"1:67: "since" can only be {since: file_started}"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, seconds: {since: file_started, unit: s}}]}}",
      #"1:67: "since" can only be {since: file_started}"#
    ),
    (
      "formats: {f: {file: f, events: [{event: file_completed, seconds: {since: file_started}}]}}",
      #"1:32: "since" in file_completed needs a rule for file_started"#
    ),
    (
      "formats: {f: {events: [{event: file_started}, {event: file_completed, seconds: {since: file_started}}]}}",
      #"1:71: "since" needs "file": which file's start is meant"#
    ),
    (
      "formats: {f: {events: [{event: other}, {event: run_started, when: {a: 1}}]}}",
      "1:40: this rule never holds: each line that it matches is one of rule 1 (other) already; put it before that"
    ),
    (
      "formats: {f: {events: [{event: run_started, when: {a: {prefix: x}}}, {event: run_stopped, when: {a: xy, b: 1}}]}}",
      "1:70: this rule never holds: each line that it matches is one of rule 1 (run_started) already; put it before that"
    ),
    (
      "formats: {f: {events: [{event: run_started, when: {a: {not: x}}}, {event: run_stopped, when: {a: [y, z]}}]}}",
      "1:67: this rule never holds: each line that it matches is one of rule 1 (run_started) already; put it before that"
    ),
  ]

  @Test("a mistake is not found, or its line does not say what would be right", arguments: faults)
  func mistakes(text: String, line: String) {
    #expect(configurationFault(text) == "f:" + line)
  }
}
