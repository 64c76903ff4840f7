// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "etl-monitoring",
  products: [
    .executable(name: "etl-exporter", targets: ["etl-exporter"]),
    .executable(name: "etl-simulator", targets: ["etl-simulator"]),
  ],
  targets: [
    .systemLibrary(
      name: "CLibEvent",
      path: "CLibEvent",
      pkgConfig: "libevent_core",
      providers: [.apt(["libevent-dev"])]
    ),

    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    .target(name: "LinuxIO"),
    .target(name: "EventLoop", dependencies: ["CLibEvent", "LinuxIO"]),
    .target(name: "HTTPServer", dependencies: ["CLibEvent", "EventLoop", "LinuxIO"]),
    .target(name: "ETLLog"),
    .target(name: "YAML", dependencies: ["CYAML", "ETLLog"]),
    .target(name: "Tailing", dependencies: ["ETLLog", "LinuxIO"]),
    .target(name: "Metrics"),
    .target(name: "CommandLineOptions"),
    .target(
      name: "Exporter",
      dependencies: [
        "CommandLineOptions", "ETLLog", "EventLoop", "HTTPServer", "LinuxIO", "Metrics", "Tailing",
      ],
      resources: [
        .embedInCode("Resources/status.css"), .embedInCode("Resources/status.html"),
        .embedInCode("Resources/status.js"),
      ]
    ),
    .target(name: "Simulator", dependencies: ["CommandLineOptions", "ETLLog", "EventLoop", "LinuxIO"]),
    .executableTarget(name: "etl-exporter", dependencies: ["CommandLineOptions", "Exporter"]),
    .executableTarget(name: "etl-simulator", dependencies: ["CommandLineOptions", "Simulator"]),

    .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO"]),
    .testTarget(name: "EventLoopTests", dependencies: ["CLibEvent", "EventLoop", "LinuxIO"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["EventLoop", "HTTPServer", "LinuxIO"]),
    .testTarget(
      name: "ETLLogTests",
      dependencies: ["CommandLineOptions", "ETLLog", "YAML"],
      exclude: ["Fixtures"]
    ),
    .testTarget(name: "YAMLTests", dependencies: ["ETLLog", "YAML"]),
    .testTarget(name: "TailingTests", dependencies: ["ETLLog", "LinuxIO", "Tailing"]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
    .testTarget(name: "CommandLineOptionsTests", dependencies: ["CommandLineOptions"]),
    .testTarget(
      name: "ExporterTests",
      dependencies: ["CommandLineOptions", "ETLLog", "Exporter", "HTTPServer", "LinuxIO", "Metrics", "Tailing"]
    ),
    .testTarget(name: "SimulatorTests", dependencies: ["CommandLineOptions", "ETLLog", "LinuxIO", "Simulator"]),
    .testTarget(name: "EndToEndTests", dependencies: ["etl-exporter", "etl-simulator"]),
    .testTarget(name: "RepositoryTests"),
  ]
)

// A system library has no Swift to compile and takes no Swift settings.
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
