/// The formats that the exporter knows without a configuration, each a file of its own in the configuration's language.
package enum BuiltInFormats {
  /// The format of logs for which none is named.
  package static let defaultName = "etl"

  /// Their names, the default first, then tools and libraries.
  package static var names: [String] { files.map(\.name) }

  /// A format as the YAML of a configuration file.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The text; nil where there is none of that name.
  package static func text(of name: String) -> [UInt8]? {
    files.first { $0.name == name }?.text
  }

  private static let files: [(name: String, text: [UInt8])] = [
    ("etl", PackageResources.etl_yml),
    ("dbt", PackageResources.dbt_yml),
    ("meltano", PackageResources.meltano_yml),
    ("singer", PackageResources.singer_yml),
    ("airbyte", PackageResources.airbyte_yml),
    ("airflow", PackageResources.airflow_yml),
    ("dagster", PackageResources.dagster_yml),
    ("spark", PackageResources.spark_yml),
    ("structlog", PackageResources.structlog_yml),
    ("loguru", PackageResources.loguru_yml),
    ("python-json-logger", PackageResources.python_json_logger_yml),
    ("ecs", PackageResources.ecs_yml),
    ("pino", PackageResources.pino_yml),
    ("bunyan", PackageResources.bunyan_yml),
    ("winston", PackageResources.winston_yml),
    ("zap", PackageResources.zap_yml),
    ("zerolog", PackageResources.zerolog_yml),
    ("slog", PackageResources.slog_yml),
    ("serilog", PackageResources.serilog_yml),
    ("dotnet", PackageResources.dotnet_yml),
    ("nlog", PackageResources.nlog_yml),
    ("zlogger", PackageResources.zlogger_yml),
    ("log4j2", PackageResources.log4j2_yml),
  ]
}
