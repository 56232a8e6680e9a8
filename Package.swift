// swift-tools-version: 6.2
import PackageDescription

// ISA-L inflates and deflates about three times as fast as zlib. Where Debian's libisal-dev is not to be had, build with
// MILLRACE_WITHOUT_ISAL=1: gzip then goes through zlib alone.
let usesISAL = Context.environment["MILLRACE_WITHOUT_ISAL"] == nil

let swiftSettings: [SwiftSetting] =
  [
    .strictMemorySafety(),
    // Debug builds, and with them the tests, check exclusive access at run time; on the record path the checks cost a
    // third of the time.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
  ] + (usesISAL ? [.define("MILLRACE_ISAL")] : [])

/// For what tests wait for, in debug builds too: scripted servers, and the numbers that generators draw.
let optimisedAlways: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The commit that this build was made from, for provenance records; "unknown" outside a checkout.
let buildCommit =
  Context.gitInformation.map { $0.currentCommit + ($0.hasUncommittedChanges ? "+changes" : "") } ?? "unknown"

/// A tool has some forty thousand addresses of its own to be relocated, whenever it starts. Packed (DT_RELR, since glibc 2.36)
/// they take a hundredth of the room, and position-independent executables need not be given up for a quick start. Gold, the
/// compiler's own choice, cannot pack them.
let toolLinkerSettings: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
    .when(platforms: [.linux], configuration: .release))
]

/// An executable of the toolkit, in the folder that has its name.
func tool(_ name: String, dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["MillraceCore", .product(name: "ArgumentParser", package: "swift-argument-parser")] + dependencies,
    exclude: exclude, swiftSettings: swiftSettings, linkerSettings: toolLinkerSettings)
}

let package = Package(
  name: "millrace",
  products: [
    .library(name: "MillraceCore", targets: ["MillraceCore"]),
    .executable(name: "chunk", targets: ["chunk"]),
    .executable(name: "merge", targets: ["merge"]),
    .executable(name: "aug-finance", targets: ["aug-finance"]),
    .executable(name: "aug-pubmed", targets: ["aug-pubmed"]),
    .executable(name: "batch-run", targets: ["batch-run"]),
    .executable(name: "prov", targets: ["prov"]),
    .executable(name: "synth-gen", targets: ["synth-gen"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its default trait, which would load Foundation.
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    // No pkgConfig: its -lcrypto would link the shared library, of which every start of a tool would load all.
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    // No pkgConfig: its -DSIMDJSON_THREADS_ENABLED=1 is a flag that SwiftPM prohibits, and only parse_many needs it.
    .systemLibrary(name: "CSimdJSONLibrary", providers: [.apt(["libsimdjson-dev"])]),

    .systemLibrary(name: "CExtendedAttributes"),

    // The one C target of our own on the record path: its loops are hot, so debug builds optimise it too.
    .target(name: "CRecordIndex", cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "CSimdJSON", dependencies: ["CSimdJSONLibrary"], cxxSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("simdjson")]),
    // Compiled with libcurl's header and linked to nothing: the library is opened when the first request is made.
    .target(name: "CCurl", dependencies: ["CDynamicLibrary"]),
    // Likewise with hiredis's header.
    .target(name: "CHiredis", dependencies: ["CDynamicLibrary"]),
    .target(name: "CDynamicLibrary"),
    .target(name: "CChildProcess"),
    // The lists that synthetic data is made of, embedded by the C compiler: no array of theirs is for Swift to compile.
    .target(name: "CSynthData", cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),
    .target(name: "CBuildInformation", cSettings: [.define("MILLRACE_COMMIT", to: "\"\(buildCommit)\"")]),

    .target(
      name: "MillraceCore",
      dependencies: [
        "CBuildInformation", "CCurl", "CExtendedAttributes", "CHiredis", "CRecordIndex", "CSimdJSON", "CZlib", "CZstd",
        "CCrypto",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + (usesISAL ? ["CISAL"] : []),
      swiftSettings: swiftSettings),

    .target(name: "YAMLDocuments", dependencies: ["CLibYAML", "MillraceCore"], swiftSettings: swiftSettings),
    .target(name: "Chunks", dependencies: ["MillraceCore"], swiftSettings: swiftSettings),
    tool("chunk", dependencies: ["Chunks"]),
    tool("merge", dependencies: ["Chunks"]),
    tool("aug-finance"),
    tool("aug-pubmed", dependencies: ["CLibXML2"]),
    tool("batch-run", dependencies: ["CChildProcess", "Chunks", "YAMLDocuments"]),
    tool("synth-gen", dependencies: ["CSynthData", "YAMLDocuments"], exclude: ["Resources"]),
    tool("prov", dependencies: [.product(name: "Subprocess", package: "swift-subprocess")]),

    .target(
      name: "Support", dependencies: ["CZlib"], path: "Tests/Support",
      exclude: ["csv_oracle.py", "pubmed_oracle.py", "slurm/cluster"], swiftSettings: swiftSettings + optimisedAlways),
    // What the tests of augmenters share.
    .target(
      name: "AugmenterSupport", dependencies: ["MillraceCore", "Support"], path: "Tests/AugmenterSupport",
      swiftSettings: swiftSettings),
    // A command that the tests of the library run where a test process cannot stand in: it is killed, and it exits.
    .executableTarget(
      name: "probe",
      dependencies: ["MillraceCore", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/Probe", swiftSettings: swiftSettings),
    // What augmenters talk to in tests and demonstrations.
    .target(
      name: "ScriptedEUtilities", dependencies: ["Support"], path: "Tests/Servers/EUtilities",
      swiftSettings: swiftSettings + optimisedAlways),
    .target(
      name: "ScriptedAlphaVantage", dependencies: ["Support"], path: "Tests/Servers/AlphaVantage",
      swiftSettings: swiftSettings + optimisedAlways),
    // What synth-gen asks for a schema in tests and demonstrations.
    .target(
      name: "ScriptedChat", dependencies: ["Support"], path: "Tests/Servers/Chat",
      swiftSettings: swiftSettings + optimisedAlways),
    .executableTarget(
      name: "chat-server",
      dependencies: ["ScriptedChat", "Support", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/Servers/chat-server", swiftSettings: swiftSettings),
    .executableTarget(
      name: "eutils-server",
      dependencies: [
        "ScriptedEUtilities", "Support", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Servers/eutils-server", swiftSettings: swiftSettings),
    .executableTarget(
      name: "alphavantage-server",
      dependencies: [
        "ScriptedAlphaVantage", "Support", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Servers/alphavantage-server", swiftSettings: swiftSettings),
    .testTarget(
      name: "AugFinanceTests",
      dependencies: [
        "AugmenterSupport", "ScriptedAlphaVantage", "aug-finance", "MillraceCore", "Support", "alphavantage-server",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "AugPubmedTests",
      dependencies: [
        "AugmenterSupport", "ScriptedEUtilities", "aug-pubmed", "MillraceCore", "Support", "eutils-server",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MillraceCoreTests", dependencies: ["MillraceCore", "CRecordIndex", "Support", "probe"],
      exclude: ["Conformance"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ProvTests",
      dependencies: [
        "MillraceCore", "Support", "probe", "prov", "chunk", "merge", "aug-finance", "aug-pubmed", "batch-run",
        "synth-gen",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["Support", "chunk", "merge", "aug-finance", "aug-pubmed", "batch-run", "prov", "synth-gen"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SupportTests",
      dependencies: [
        "ScriptedAlphaVantage", "ScriptedEUtilities", "MillraceCore", "Support", "alphavantage-server", "eutils-server",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SynthGenTests",
      dependencies: ["MillraceCore", "ScriptedChat", "Support", "synth-gen", "prov", "chat-server"],
      exclude: ["Quality/Oracle"], swiftSettings: swiftSettings),
    .testTarget(
      name: "BatchRunTests", dependencies: ["MillraceCore", "Support", "batch-run", "chunk", "merge", "prov"],
      swiftSettings: swiftSettings),
    .testTarget(name: "HouseTests", dependencies: ["Support"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ChunkTests", dependencies: ["MillraceCore", "Chunks", "Support", "chunk"], path: "Tests/ChunkTests",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MergeTests", dependencies: ["MillraceCore", "Chunks", "Support", "chunk", "merge"],
      path: "Tests/MergeTests", swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// `Fuzz/run` alone builds the fuzzer. It links the parsers of the tools, which are libraries then.
if Context.environment["MILLRACE_FUZZ"] != nil {
  let links: [Target.Dependency] = [
    "MillraceCore", .product(name: "ArgumentParser", package: "swift-argument-parser"),
  ]
  package.products = [.executable(name: "fuzz", targets: ["fuzz"])]
  package.targets.removeAll { $0.isTest || ["aug-finance", "aug-pubmed", "synth-gen"].contains($0.name) }
  package.targets += [
    .target(
      name: "aug-finance", dependencies: links, exclude: ["AugFinance.swift", "Augment.swift", "PriceOptions.swift"],
      swiftSettings: swiftSettings),
    .target(
      name: "aug-pubmed", dependencies: links + ["CLibXML2"],
      exclude: [
        "AugPubMed.swift", "Augment.swift", "Augment+Files.swift", "Augment+Network.swift", "AugmentOptions.swift",
        "Parse.swift",
      ], swiftSettings: swiftSettings),
    .target(
      name: "synth-gen", dependencies: links + ["CSynthData", "YAMLDocuments"],
      exclude: ["Resources", "SynthGen.swift", "Command", "Describe/DescribeOptions.swift"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "fuzz", dependencies: links + ["Chunks", "CRecordIndex", "aug-finance", "aug-pubmed", "synth-gen"],
      path: "Fuzz/Sources", swiftSettings: swiftSettings),
  ]
}
