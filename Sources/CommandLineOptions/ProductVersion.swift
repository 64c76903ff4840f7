/// The version of this package, which both executables show.
///
/// It is that of `version.env`, the only place that states it: `ETL_VERSION=`, the version and a newline. Compose and the
/// Dockerfile read it there as well, for the tags and labels of the images.
package let productVersion = String(
  decoding: PackageResources.version_env.drop { $0 != UInt8(ascii: "=") }.dropFirst().dropLast(),
  as: UTF8.self
)
