let goldenRun = """
  # HELP etl_records_total Records that the job has processed.
  # TYPE etl_records_total counter
  etl_records_total 1250
  # HELP etl_files_total Files that the job has processed successfully.
  # TYPE etl_files_total counter
  etl_files_total 5
  # HELP etl_failures_total Files that the job has failed to process.
  # TYPE etl_failures_total counter
  etl_failures_total 2
  # HELP etl_errors_by_type_total Files that the job has failed to process, by the type of error; the types add up to etl_failures_total.
  # TYPE etl_errors_by_type_total counter
  etl_errors_by_type_total{error_type="connection_timeout"} 0
  etl_errors_by_type_total{error_type="corrupt_file_format"} 0
  etl_errors_by_type_total{error_type="disk_space_insufficient"} 1
  etl_errors_by_type_total{error_type="database_lock_timeout"} 0
  etl_errors_by_type_total{error_type="invalid_data_schema"} 0
  etl_errors_by_type_total{error_type="unknown"} 1
  # HELP etl_current_rate_records_per_second Records per second of the newest completed file; 0 while the job is down.
  # TYPE etl_current_rate_records_per_second gauge
  etl_current_rate_records_per_second 9.88
  # HELP etl_avg_processing_time_seconds Mean processing time of the last 100 completed files.
  # TYPE etl_avg_processing_time_seconds gauge
  etl_avg_processing_time_seconds 25.3
  # HELP etl_seconds_since_last_success Time since the job last completed a file.
  # TYPE etl_seconds_since_last_success gauge
  etl_seconds_since_last_success 7
  # HELP etl_seconds_since_last_failure Time since the job last failed on a file.
  # TYPE etl_seconds_since_last_failure gauge
  etl_seconds_since_last_failure 6
  # HELP etl_health_status 1 while the job's newest event is young enough and was not its end, else 0.
  # TYPE etl_health_status gauge
  etl_health_status 1
  # HELP etl_uptime_seconds Time since the job's present run began; 0 while the job is down.
  # TYPE etl_uptime_seconds gauge
  etl_uptime_seconds 10
  # HELP etl_start_time_seconds When the job's present run began, in Unix time.
  # TYPE etl_start_time_seconds gauge
  etl_start_time_seconds 1737172800
  # HELP etl_last_success_timestamp_seconds When the job last completed a file, in Unix time.
  # TYPE etl_last_success_timestamp_seconds gauge
  etl_last_success_timestamp_seconds 1737172803
  # HELP etl_last_failure_timestamp_seconds When the job last failed on a file, in Unix time.
  # TYPE etl_last_failure_timestamp_seconds gauge
  etl_last_failure_timestamp_seconds 1737172804
  # HELP etl_last_event_timestamp_seconds When the job's newest event happened, in Unix time.
  # TYPE etl_last_event_timestamp_seconds gauge
  etl_last_event_timestamp_seconds 1737172804
  # HELP etl_runs_total Runs of the job that have ended, by how; a job that says neither when it starts nor when it ends has none.
  # TYPE etl_runs_total counter
  etl_runs_total{result="success"} 0
  etl_runs_total{result="partial"} 0
  etl_runs_total{result="crashed"} 0
  etl_runs_total{result="aborted"} 0
  # HELP etl_last_run_start_timestamp_seconds When the newest ended run began, in Unix time.
  # TYPE etl_last_run_start_timestamp_seconds gauge
  # HELP etl_last_run_end_timestamp_seconds When the newest run ended, in Unix time.
  # TYPE etl_last_run_end_timestamp_seconds gauge
  # HELP etl_last_run_duration_seconds How long the newest ended run took.
  # TYPE etl_last_run_duration_seconds gauge
  # HELP etl_last_run_records Records that the newest ended run processed.
  # TYPE etl_last_run_records gauge
  # HELP etl_last_run_files Files that the newest ended run completed.
  # TYPE etl_last_run_files gauge
  # HELP etl_last_run_failures Files that failed in the newest ended run.
  # TYPE etl_last_run_failures gauge
  # HELP etl_last_run_success 1 where the newest ended run stopped without a failed file, else 0.
  # TYPE etl_last_run_success gauge
  # HELP etl_last_successful_run_timestamp_seconds When the newest run ended that stopped without a failed file, in Unix time.
  # TYPE etl_last_successful_run_timestamp_seconds gauge
  # HELP etl_file_processing_seconds Processing times of completed files.
  # TYPE etl_file_processing_seconds histogram
  etl_file_processing_seconds_bucket{le="0.1"} 0
  etl_file_processing_seconds_bucket{le="0.5"} 0
  etl_file_processing_seconds_bucket{le="1.0"} 0
  etl_file_processing_seconds_bucket{le="2.5"} 0
  etl_file_processing_seconds_bucket{le="5.0"} 0
  etl_file_processing_seconds_bucket{le="10.0"} 0
  etl_file_processing_seconds_bucket{le="20.0"} 0
  etl_file_processing_seconds_bucket{le="30.0"} 1
  etl_file_processing_seconds_bucket{le="45.0"} 1
  etl_file_processing_seconds_bucket{le="60.0"} 1
  etl_file_processing_seconds_bucket{le="90.0"} 1
  etl_file_processing_seconds_bucket{le="120.0"} 1
  etl_file_processing_seconds_bucket{le="300.0"} 1
  etl_file_processing_seconds_bucket{le="600.0"} 1
  etl_file_processing_seconds_bucket{le="1800.0"} 1
  etl_file_processing_seconds_bucket{le="3600.0"} 1
  etl_file_processing_seconds_bucket{le="+Inf"} 1
  etl_file_processing_seconds_sum 25.3
  etl_file_processing_seconds_count 1
  # HELP etl_file_records Records of completed files.
  # TYPE etl_file_records histogram
  etl_file_records_bucket{le="1.0"} 0
  etl_file_records_bucket{le="10.0"} 0
  etl_file_records_bucket{le="50.0"} 0
  etl_file_records_bucket{le="100.0"} 0
  etl_file_records_bucket{le="250.0"} 1
  etl_file_records_bucket{le="500.0"} 1
  etl_file_records_bucket{le="1000.0"} 1
  etl_file_records_bucket{le="2500.0"} 1
  etl_file_records_bucket{le="5000.0"} 1
  etl_file_records_bucket{le="10000.0"} 1
  etl_file_records_bucket{le="100000.0"} 1
  etl_file_records_bucket{le="1000000.0"} 1
  etl_file_records_bucket{le="+Inf"} 1
  etl_file_records_sum 250
  etl_file_records_count 1
  # HELP etl_file_in_progress_seconds Time since the file was started that the job is working on.
  # TYPE etl_file_in_progress_seconds gauge
  # HELP etl_exporter_log_lines_total Lines read from the logs, by what became of them.
  # TYPE etl_exporter_log_lines_total counter
  etl_exporter_log_lines_total{result="event"} 3
  etl_exporter_log_lines_total{result="other"} 1
  etl_exporter_log_lines_total{result="malformed"} 1
  etl_exporter_log_lines_total{result="oversized"} 0
  etl_exporter_log_lines_total{result="duplicate"} 0
  etl_exporter_log_lines_total{result="stale"} 0
  etl_exporter_log_lines_total{result="text"} 0
  # HELP etl_exporter_unusable_values_total Values in the logs that their field cannot have, by field; the rest of such a line counts.
  # TYPE etl_exporter_unusable_values_total counter
  etl_exporter_unusable_values_total{field="timestamp"} 0
  etl_exporter_unusable_values_total{field="message"} 0
  etl_exporter_unusable_values_total{field="total_records"} 0
  etl_exporter_unusable_values_total{field="total_files"} 0
  etl_exporter_unusable_values_total{field="total_failures"} 0
  etl_exporter_unusable_values_total{field="file_id"} 0
  etl_exporter_unusable_values_total{field="records_processed"} 0
  etl_exporter_unusable_values_total{field="processing_time"} 0
  etl_exporter_unusable_values_total{field="current_rate"} 0
  etl_exporter_unusable_values_total{field="error_type"} 0
  etl_exporter_unusable_values_total{field="failure_reason"} 0
  etl_exporter_unusable_values_total{field="pipeline"} 0
  # HELP etl_exporter_replaced_texts_total Texts in the logs with characters that cannot be shown, which were replaced, by field.
  # TYPE etl_exporter_replaced_texts_total counter
  etl_exporter_replaced_texts_total{field="file_id"} 0
  etl_exporter_replaced_texts_total{field="error_type"} 0
  etl_exporter_replaced_texts_total{field="failure_reason"} 0
  etl_exporter_replaced_texts_total{field="pipeline"} 0
  # HELP etl_exporter_event_delay_seconds Time from the newest event to its being read; negative where the job's clock is ahead.
  # TYPE etl_exporter_event_delay_seconds gauge
  etl_exporter_event_delay_seconds 6
  # HELP etl_exporter_log_bytes_total Bytes read from the logs.
  # TYPE etl_exporter_log_bytes_total counter
  etl_exporter_log_bytes_total 700
  # HELP etl_exporter_log_lag_bytes Bytes that are in the logs and not read yet.
  # TYPE etl_exporter_log_lag_bytes gauge
  etl_exporter_log_lag_bytes 17
  # HELP etl_exporter_log_rotations_total Times that a log was replaced or cut off, by how it happened.
  # TYPE etl_exporter_log_rotations_total counter
  etl_exporter_log_rotations_total{kind="rename"} 3
  etl_exporter_log_rotations_total{kind="truncate"} 0
  etl_exporter_log_rotations_total{kind="delete"} 0
  etl_exporter_log_rotations_total{kind="replace"} 0
  etl_exporter_log_rotations_total{kind="symlink"} 0
  # HELP etl_exporter_log_read_errors_total Times that a log could not be looked at or read.
  # TYPE etl_exporter_log_read_errors_total counter
  etl_exporter_log_read_errors_total 2
  # HELP etl_exporter_log_abandoned_files_total Files of the logs that could not be read and were given up.
  # TYPE etl_exporter_log_abandoned_files_total counter
  etl_exporter_log_abandoned_files_total 0
  # HELP etl_exporter_log_lost_positions_total Files that were not found any more after a restart.
  # TYPE etl_exporter_log_lost_positions_total counter
  etl_exporter_log_lost_positions_total 0
  # HELP etl_exporter_log_truncations_without_copy_total Times that a log was cut to nothing and no copy was found of what it had held.
  # TYPE etl_exporter_log_truncations_without_copy_total counter
  etl_exporter_log_truncations_without_copy_total 0
  # HELP etl_exporter_label_overflow_total Events whose label's value was put under other, because there were too many values or it was too long.
  # TYPE etl_exporter_label_overflow_total counter
  etl_exporter_label_overflow_total{label="pipeline"} 0
  etl_exporter_label_overflow_total{label="error_type"} 0
  # HELP etl_exporter_log_gap_records_total Records that only the job's running totals told of, because their lines were lost; part of etl_records_total.
  # TYPE etl_exporter_log_gap_records_total counter
  etl_exporter_log_gap_records_total 1000
  # HELP etl_exporter_log_gap_files_total Files that only the job's running totals told of, because their lines were lost; part of etl_files_total.
  # TYPE etl_exporter_log_gap_files_total counter
  etl_exporter_log_gap_files_total 4
  # HELP etl_exporter_log_gap_failures_total Failures that only the job's running totals told of, because their lines were lost; part of etl_failures_total.
  # TYPE etl_exporter_log_gap_failures_total counter
  etl_exporter_log_gap_failures_total 1
  # HELP etl_exporter_conflicting_totals_total Lines whose running totals go back and forth, as where several writers with totals of their own share a log.
  # TYPE etl_exporter_conflicting_totals_total counter
  etl_exporter_conflicting_totals_total 0
  # HELP etl_exporter_snapshot_writes_total Snapshots written.
  # TYPE etl_exporter_snapshot_writes_total counter
  # HELP etl_exporter_snapshot_errors_total Snapshots that could not be written.
  # TYPE etl_exporter_snapshot_errors_total counter
  # HELP etl_exporter_snapshot_timestamp_seconds When the newest snapshot was written, in Unix time.
  # TYPE etl_exporter_snapshot_timestamp_seconds gauge
  # HELP etl_exporter_snapshot_bytes Size of the newest snapshot.
  # TYPE etl_exporter_snapshot_bytes gauge
  # HELP etl_exporter_http_requests_total Requests answered, by path and status code.
  # TYPE etl_exporter_http_requests_total counter
  # HELP etl_exporter_http_connections Open connections.
  # TYPE etl_exporter_http_connections gauge
  # HELP etl_exporter_http_limits_total Times that a limit on clients took effect, by limit.
  # TYPE etl_exporter_http_limits_total counter
  # HELP etl_exporter_build_info 1, with the exporter's version and what it was built with.
  # TYPE etl_exporter_build_info gauge
  etl_exporter_build_info{version="1.2.3"} 1
  # HELP process_cpu_seconds_total User and system CPU time of this process, in seconds.
  # TYPE process_cpu_seconds_total counter
  # HELP process_open_fds Open file descriptors.
  # TYPE process_open_fds gauge
  # HELP process_max_fds Limit of open file descriptors.
  # TYPE process_max_fds gauge
  # HELP process_virtual_memory_bytes Address space in use.
  # TYPE process_virtual_memory_bytes gauge
  # HELP process_resident_memory_bytes Memory in use.
  # TYPE process_resident_memory_bytes gauge
  # HELP process_threads Threads of this process.
  # TYPE process_threads gauge
  # HELP process_start_time_seconds When this process started, in Unix time.
  # TYPE process_start_time_seconds gauge
  process_start_time_seconds 1737172795

  """
