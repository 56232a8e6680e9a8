import ArgumentParser
import Glibc

/// A tool that keeps answers of a service.
public protocol CachingTool {
  /// The name of the folder in the cache, or of the part of a server's, as `NetworkOptions.service` has it.
  static var cachedService: String { get }
  static var cacheLimits: CacheLimits { get }
}

extension CachingTool {
  public static var cacheLimits: CacheLimits { CacheLimits() }
}

/// `cache list|prune|clear`: the answers that a tool keeps, for a person to look at and to remove.
///
///     subcommands: [Augment.self, CacheCommand<AugPubMed>.self]
public struct CacheCommand<Tool: CachingTool>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "cache", abstract: "List the answers that are kept, or remove them.",
      subcommands: [CacheList<Tool>.self, CachePrune<Tool>.self, CacheClear<Tool>.self])
  }

  public init() {}
}

/// Prints a row an answer.
public struct CacheList<Tool: CachingTool>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list", abstract: "Print the answers that are kept, as NDJSON.",
      discussion: """
        A row has the answer's key, its bytes with what the cache adds, when it was stored, and its age in seconds. In a folder the least recently used come first.
        """)
  }

  @OptionGroup var place: CachePlaceOptions

  public init() {}

  public func run() throws {
    guard let cache = try place.existing(Tool.self) else { return }
    let rows = ByteBuffer()
    func flush() throws(Failure) {
      try StandardOutput.write(rows)
      rows.removeAll()
    }
    try cache.list { listing throws(Failure) in
      JSONValue.object([
        .init("key", .string(listing.key)), .init("bytes", .integer(listing.bytes)),
        .init("stored", .string(listing.stored.description)), .init("age", .integer(Int(listing.age))),
      ]).write(to: rows)
      rows.append(UInt8(ascii: "\n"))
      if rows.count >= 1 << 16 { try flush() }
    }
    try flush()
  }
}

/// Removes the answers that are old.
public struct CachePrune<Tool: CachingTool>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "prune", abstract: "Remove answers that are old, or went unused for long.",
      discussion: """
        Without --older-than, a folder's answers go that no run would keep: those unused for too long, then the least recently used beyond the limits. A Redis server does that by itself.
        """)
  }

  @OptionGroup var place: CachePlaceOptions
  @Option(
    help: ArgumentHelp(
      "Remove what was stored longer ago than this: 12h, 30d. Damaged ones go too.", valueName: "time"),
    transform: TimeSpan.init)
  var olderThan: TimeSpan?
  @Flag(help: "Only say what would be removed.") var dryRun = false

  public init() {}

  public func validate() throws {
    if let olderThan, olderThan.seconds == nil {
      throw ValidationError("--older-than forever would remove nothing; name a time such as 30d")
    }
  }

  public func run() throws {
    try place.remove(
      olderThan?.seconds.map { .olderThan(seconds: $0) } ?? .beyondLimits, of: Tool.self, isDryRun: dryRun)
  }
}

/// Removes all answers.
public struct CacheClear<Tool: CachingTool>: ParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "clear", abstract: "Remove all answers that this tool keeps.")
  }

  @OptionGroup var place: CachePlaceOptions
  @Flag(help: "Only say what would be removed.") var dryRun = false

  public init() {}

  public func run() throws { try place.remove(.all, of: Tool.self, isDryRun: dryRun) }
}

/// Which cache is looked at.
struct CachePlaceOptions: ParsableArguments {
  @Option(help: CacheHome.help, completion: .directory)
  var cache: String?

  func validate() throws { if let cache { try CacheHome.validate(cache) } }

  func existing(_ tool: any CachingTool.Type) throws(Failure) -> (any AnswerCache)? {
    let surroundings = Surroundings.ofThisProcess()
    return try CacheHome(cache, environment: surroundings.environment).existingCache(
      of: tool.cachedService, limits: tool.cacheLimits, surroundings: surroundings)
  }

  /// Removes, and says what.
  func remove(_ which: CacheRemoval.Scope, of tool: any CachingTool.Type, isDryRun: Bool) throws(Failure) {
    let removed = try existing(tool)?.remove(which, isDryRun: isDryRun) ?? CacheRemoval()
    Diagnostics().note(
      "\(isDryRun ? "would remove" : "removed") \(counted(removed.entries, "answer")), \(removed.bytes) bytes")
  }
}
