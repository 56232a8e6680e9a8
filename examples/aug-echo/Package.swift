// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "aug-echo",
  dependencies: [
    // In a package of your own this is the URL of Millrace.
    .package(name: "millrace", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "aug-echo",
      dependencies: [
        .product(name: "MillraceCore", package: "millrace"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
