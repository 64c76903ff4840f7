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

    .target(name: "LinuxIO"),
    .target(name: "UnixTime"),
    .target(name: "JSON"),
    .target(name: "CommandLineOptions", resources: [.embedInCode("version.env")]),
    .target(name: "EventLoop", dependencies: ["CLibEvent", "LinuxIO"]),
    .target(name: "HTTPServer", dependencies: ["CLibEvent", "EventLoop", "LinuxIO"]),
    .target(name: "ETLLog", dependencies: ["JSON", "UnixTime"]),
    .target(name: "Tailing", dependencies: ["LinuxIO"]),
    .target(name: "Metrics"),
    .target(name: "JobState", dependencies: ["ETLLog", "Metrics", "UnixTime"]),
    .target(
      name: "Exporter",
      dependencies: [
        "CommandLineOptions", "ETLLog", "EventLoop", "HTTPServer", "JSON", "JobState", "LinuxIO", "Metrics", "Tailing",
        "UnixTime",
      ],
      resources: [
        .embedInCode("Web/Resources/status.css"), .embedInCode("Web/Resources/status.html"),
        .embedInCode("Web/Resources/script/words.js"), .embedInCode("Web/Resources/script/elements.js"),
        .embedInCode("Web/Resources/script/pipelines.js"), .embedInCode("Web/Resources/script/judgement.js"),
        .embedInCode("Web/Resources/script/minutes.js"), .embedInCode("Web/Resources/script/scales.js"),
        .embedInCode("Web/Resources/script/present.js"), .embedInCode("Web/Resources/script/exporter.js"),
        .embedInCode("Web/Resources/script/plots.js"), .embedInCode("Web/Resources/script/runs.js"),
        .embedInCode("Web/Resources/script/polling.js"),
      ]
    ),
    .target(
      name: "Simulator",
      dependencies: ["CommandLineOptions", "ETLLog", "EventLoop", "LinuxIO", "UnixTime"]
    ),
    .executableTarget(name: "etl-exporter", dependencies: ["CommandLineOptions", "Exporter"]),
    .executableTarget(name: "etl-simulator", dependencies: ["CommandLineOptions", "Simulator"]),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO", "TestSupport"]),
    .testTarget(name: "UnixTimeTests", dependencies: ["TestSupport", "UnixTime"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "CommandLineOptionsTests", dependencies: ["CommandLineOptions"]),
    .testTarget(name: "EventLoopTests", dependencies: ["CLibEvent", "EventLoop", "LinuxIO"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["EventLoop", "HTTPServer", "LinuxIO", "TestSupport"]),
    .testTarget(name: "ETLLogTests", dependencies: ["ETLLog", "JSON", "TestSupport", "UnixTime"]),
    .testTarget(name: "TailingTests", dependencies: ["LinuxIO", "Tailing", "TestSupport"]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics", "TestSupport"]),
    .testTarget(
      name: "JobStateTests",
      dependencies: ["ETLLog", "JobState", "Metrics", "TestSupport", "UnixTime"]
    ),
    .testTarget(
      name: "ExporterTests",
      dependencies: [
        "CommandLineOptions", "ETLLog", "Exporter", "HTTPServer", "JSON", "JobState", "LinuxIO", "Metrics", "Tailing",
        "TestSupport", "UnixTime",
      ],
      exclude: ["Fixtures"]
    ),
    .testTarget(
      name: "SimulatorTests",
      dependencies: ["CommandLineOptions", "ETLLog", "LinuxIO", "Simulator", "TestSupport", "UnixTime"]
    ),
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "etl-exporter", "etl-simulator"]),
    .testTarget(name: "RepositoryTests"),
  ]
)

// Guides for readers, which the build would warn of.
for target in package.targets where ["ETLLog", "Exporter", "Simulator"].contains(target.name) {
  target.exclude = ["README.md"]
}

// The system library has no Swift to compile and takes no Swift settings.
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
