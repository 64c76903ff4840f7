"""Checks what the benchmarks say of numbers: python3 Tests/Benchmarks/test_benchmarks.py"""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

import benchmarks
import report
import workload
from measurement import Row, Samples, Target, WrongResult, alternate, number, percentile, rows_beside
from processes import Fleet


def log_of(path, lines):
    with open(path, "wb") as file:
        file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    return path


def job_lines(files, failures):
    """What a simulator would write: files, then failures, and its end."""
    records = 0
    for index in range(files + failures):
        done = min(index + 1, files)
        event = {"file_id": f"file_{index:06}", "total_files": done, "total_failures": max(0, index + 1 - files)}
        if index < files:
            records += 10 + index
            event.update(message="file_processing_completed", records_processed=10 + index, current_rate=1.5)
        else:
            event.update(message="file_processing_failed", error_type=workload.ERROR_TYPES[index % 2])
        yield {**event, "total_records": records}
    yield {"message": "etl_simulator_stopped", "total_records": records, "total_files": files,
           "total_failures": failures}


class Statistics(unittest.TestCase):
    def test_medians_and_bounds(self):
        cells = report.cells(Row("g", "what", "a", "s", [3.0, 1.0, 10.0, 2.0]))
        self.assertEqual(cells[2:5], ["2.5", "1", "10"])

    def test_percentiles(self):
        values = list(range(1, 101))
        self.assertEqual([percentile(values, part) for part in (0.5, 0.99, 1)], [50, 99, 100])
        self.assertEqual([percentile([7], part) for part in (0.01, 0.99)], [7, 7])
        self.assertEqual(percentile([1, 2], 0.99), 2)

    def test_numbers(self):
        shown = [number(value) for value in (0, 0.0123, 0.5, 1.25, 10.04, 99.94, 123.4, 1234567)]
        self.assertEqual(shown, ["0", "0.012", "0.5", "1.25", "10", "99.9", "123", "1,234,567"])

    def test_programs_take_turns(self):
        order = []
        alternate(2, {name: lambda name=name: order.append(name) or 1 for name in "ABC"}, lambda _: None)
        self.assertEqual("".join(order), "ABCABC")

    def test_a_rate_is_better_where_it_is_more_and_a_time_where_it_is_less(self):
        for unit, ratio in (("MB/s", 4), ("s", 0.25)):
            samples = Samples()
            samples.values = {"ours": [7, 8, 9], "theirs": [2, 2, 50]}
            row = rows_beside(samples, "g", "what", unit, "ours", {"theirs": Target(">=", 4)})[1]
            self.assertEqual((row.ratio, row.result), (ratio, "met" if ratio == 4 else "missed"))


class Results(unittest.TestCase):
    def test_targets(self):
        cases = [("<=", 10, [9, 10, 11], None, "met"), ("<=", 10, [9, 10.1, 11], None, "missed"),
                 (">=", 40, [5], 40, "met"), (">=", 40, [500], 39.9, "missed"), ("<=", 2.1, [1], 2.2, "missed"),
                 ("<=", 0, [0], None, "met"), ("<=", 0, [0.001], None, "missed")]
        for comparison, bound, samples, ratio, result in cases:
            row = Row("g", "what", "a", "s", samples, ratio=ratio, target=Target(comparison, bound))
            self.assertEqual(row.result, result, row)
            self.assertEqual(Row.from_json(json.loads(json.dumps(row.as_json()))), row)

    def test_a_wrong_result_is_said_and_its_times_do_not_count(self):
        def wrong():
            raise WrongResult("wrong counts: files 1, not 2")

        samples = alternate(3, {"ours": lambda: 1, "theirs": wrong}, lambda _: None)
        ours, theirs = rows_beside(samples, "g", "what", "s", "ours", {"theirs": Target(">=", 1)})
        self.assertEqual((ours.result, ours.samples), ("–", [1, 1, 1]))
        self.assertEqual((theirs.result, theirs.samples), ("not measured: wrong counts: files 1, not 2", []))
        self.assertEqual(Row.from_json(theirs.as_json()), theirs)
        samples = alternate(3, {"ours": wrong, "theirs": lambda: 1}, lambda _: None)
        for row in rows_beside(samples, "g", "what", "s", "ours", {"theirs": Target(">=", 1)}):
            self.assertTrue(row.result.startswith("not measured: "), row)

    def test_a_target_for_a_ratio_is_not_met_by_anything_else(self):
        samples = Samples()
        samples.values, samples.problems = {"a": [6.0], "b": [2.0], "still": [0.0]}, {"wrong": "why"}
        row = samples.row("g", "what", "a", "s", Target(">=", 1.4), ("a", "b"), lambda ratio: ratio / 2)
        self.assertEqual((row.ratio, row.result), (1.5, "met"))
        for other in ("wrong", "still"):
            row = samples.row("g", "what", "a", "s", Target(">=", 0.5), ("a", other))
            self.assertEqual(row.result, f"not measured: there is no ratio of a to {other}")
        row = samples.row("g", "what", "wrong", "s", Target(">=", 0), ("a", "b"))
        self.assertEqual(row.result, "not measured: why")

    def test_the_table_and_two_results_side_by_side(self):
        def result(samples, ratio):
            rows = [Row("g", "a|b", "ours", "s", samples, target=Target("<=", 2)),
                    Row("g", "a|b", "theirs", "s", [8], ratio=ratio, target=Target(">=", 4)),
                    Row("g", "c", "ours", "s", [], problem="no")]
            return {"time": "now", "commit": "abc", "machine": {}, "versions": {}, "options": {},
                    "rows": [row.as_json() for row in rows]}

        text = report.table(result([1, 2, 3], 4), as_markdown=True)
        self.assertIn("\n| a\\|b | ours | 2 | 1 | 3 | s |  | ≤ 2 | met |\n", text)
        self.assertIn("\n|  | theirs | 8 | 8 | 8 | s | 4 | ≥ 4 | met |\n", text)
        self.assertTrue(text.endswith("2 targets met, 0 missed; 1 rows not measured"), text)
        text = report.compare(result([2], 4), result([3], 2.7), as_markdown=True)
        self.assertIn("| a\\|b | ours | s | 2 | 3 | +50.0 % |  |  | met | missed |", text)
        self.assertIn("| a\\|b | theirs | s | 8 | 8 | +0.0 % | 4 | 2.7 | met | missed |", text)

    def test_rows_are_the_same_though_a_page_has_grown(self):
        keys = {report.key_of(Row("g", f"scrape {size} kB, 16 connections", f"10 pipelines, {series} series", "s", [1]))
                for size, series in (("9.8", "582"), ("11", "1,582"))}
        self.assertEqual(len(keys), 1)
        different = {report.key_of(Row("g", "growth", f"{size} MB", "s", [1])) for size in (5, 50)}
        self.assertEqual(len(different), 2)


class Counts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = log_of(os.path.join(self.folder, "etl.log"), job_lines(20, 5))

    def test_a_log_is_counted_also_where_it_is_read_in_pieces(self):
        expected = {"records": sum(range(10, 30)), "files": 20, "failures": 5, "lines": 26, "malformed": 0,
                    "errors": {"connection_timeout": 3, "corrupt_file_format": 2}}
        before = workload.CHUNK_BYTES
        self.addCleanup(setattr, workload, "CHUNK_BYTES", before)
        for workload.CHUNK_BYTES in (before, 300, 1000, 1001):
            self.assertEqual(workload.count_log(self.path), expected)

    def test_a_log_whose_totals_are_not_those_of_its_lines_is_refused(self):
        with open(self.path, "rb") as log:
            lines = log.readlines()
        with open(self.path, "wb") as log:
            log.writelines(line for line in lines if b"corrupt_file_format" not in line)
        self.assertRaises(WrongResult, workload.count_log, self.path)

    def test_metrics_are_added_up_over_pipelines(self):
        text = ('# TYPE etl_files_total counter\netl_files_total{pipeline="a"} 3\netl_files_total{pipeline="b"} 4\n'
                'etl_records_total 3.5962221e+07\netl_errors_by_type_total{error_type="x",pipeline="a"} 2\n'
                'etl_errors_by_type_total{error_type="x",pipeline="b"} 1\netl_errors_by_type_total{error_type="y"} 0\n'
                'etl_exporter_log_lines_total{result="event"} 5\netl_exporter_log_lines_total{result="malformed"} 2\n')
        self.assertEqual(workload.counts_of(text), {"files": 7, "records": 35962221, "lines": 7, "malformed": 2,
                                                    "errors": {"x": 3}})

    def test_wrong_counts_are_refused(self):
        log = workload.Log(self.path, workload.count_log(self.path))
        workload.check_counts({"files": 20, "errors": {"connection_timeout": 3, "corrupt_file_format": 2}}, log)
        for wrong in ({"files": 21}, {"files": 20, "errors": {"connection_timeout": 5}}, {"bytes": 0}, {}):
            self.assertRaises(WrongResult, workload.check_counts, wrong, log)

    def test_logs_made_of_another_have_the_counts_that_they_are_said_to_have(self):
        logs = workload.Workload("", None, self.folder, 0, lambda _: None)
        base = workload.Log(self.path, workload.count_log(self.path))
        for count in (1, 3):
            log = logs.derived(f"{count} pipelines", base, lambda source, counts, count=count:
                               workload.pipeline_lines(source, counts, count))
            self.assertEqual(log.expected, {**self.count_by_lines(log.path), "malformed": 0, "bytes": log.bytes})
        log = logs.derived("unknown", base, workload.unknown_field_lines)
        self.assertEqual(log.expected, {**self.count_by_lines(log.path), "malformed": 0, "bytes": log.bytes})
        log = logs.derived("malformed", base, workload.malformed_lines)
        self.assertEqual((log.expected["malformed"], log.expected["files"]), (log.expected["lines"], 0))

    def count_by_lines(self, path):
        counts = {"records": 0, "files": 0, "failures": 0, "errors": {}, "lines": 0}
        with open(path, encoding="utf-8") as log:
            for line in log:
                counts["lines"] += 1
                workload.add_up(json.loads(line), counts)
        return counts


class Programs(unittest.TestCase):
    def test_what_runs_ends_with_the_fleet_and_failures_are_said(self):
        with tempfile.TemporaryDirectory() as folder, Fleet(folder) as fleet:
            sleeper = fleet.start(["/usr/bin/sleep", "60"])
            with self.assertRaisesRegex(WrongResult, "false ended with status 1"):
                fleet.run(["/usr/bin/false"])
            fleet.__exit__()
            self.assertIsNotNone(sleeper.poll())
            fleet.running.clear()


class Options(unittest.TestCase):
    def refused(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as exit_:
            self.parse(*arguments)
        self.assertEqual(exit_.exception.code, 2)
        return said.getvalue()

    @staticmethod
    def parse(*arguments):
        before, sys.argv = sys.argv, ["run.sh", *arguments]
        try:
            return benchmarks.parse_options()
        finally:
            sys.argv = before

    def test_values(self):
        options = self.parse("--rows", "size,reading", "--size", "2.5GB")
        self.assertEqual((options.rows, options.size, options.rounds), (["reading", "size"], 2_500_000_000, 5))
        self.assertEqual(self.parse("--quick", "--rounds", "7").rounds, 7)

    def test_what_is_wrong_is_said(self):
        self.assertIn('there are no rows "redaing"', self.refused("--rows", "redaing"))
        self.assertIn("is no size from 10MB to 10GB", self.refused("--size", "5KB"))
        self.assertIn("is no number from 1 to 1000", self.refused("--rounds", "0"))
        self.assertIn("No such file", self.refused("--compare", "/nowhere.json"))


if __name__ == "__main__":
    unittest.main()
