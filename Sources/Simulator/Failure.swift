/// Why a file failed.
struct Failure: Equatable {
  /// The type, in the log `error_type`.
  let type: String
  /// What the job says of it, in the log `error`.
  let text: String

  /// All failures that are simulated: for each type as many texts, so that drawing one evenly draws the types evenly.
  static let kinds: [[Failure]] = [
    kind(
      "connection_timeout",
      "connection to warehouse-db:5432 timed out after 30 s",
      "no answer from sftp.partner.example:22 within 20 s",
      "read from source-api.example:443 timed out after 15 s"
    ),
    kind(
      "corrupt_file_format",
      "gzip: unexpected end of file",
      "row group 3: CRC-32 of the data page does not match its header",
      "invalid UTF-8 at byte 18432"
    ),
    kind(
      "disk_space_insufficient",
      "cannot write to /var/lib/etl/staging: No space left on device",
      "staging area has 112 MiB free, the file needs 640 MiB",
      "could not extend temporary file for sorting: No space left on device"
    ),
    kind(
      "database_lock_timeout",
      "canceling statement due to lock timeout on table orders",
      "deadlock detected while updating table customers",
      "waited 10 s for an exclusive lock on partition events_current"
    ),
    kind(
      "invalid_data_schema",
      "column \"order_date\" is missing in the header",
      "line 117: expected 14 fields, found 13",
      "line 42, column \"amount\": \"12,50\" is not a decimal number"
    ),
  ]

  private static func kind(_ type: String, _ texts: String...) -> [Failure] {
    texts.map { Failure(type: type, text: $0) }
  }
}
