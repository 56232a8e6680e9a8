// swift-tools-version: 6.2
import PackageDescription

/// An executable in the folder that has its name.
func tool(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      .product(name: "MillraceCore", package: "millrace"),
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ])
}

let package = Package(
  name: "own-tools",
  dependencies: [
    // In a package of your own this is the URL of Millrace.
    .package(name: "millrace", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [tool("aug-echo"), tool("gc-content")],
  swiftLanguageModes: [.v6]
)
