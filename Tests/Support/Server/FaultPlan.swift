import Synchronization

/// The ways in which a scripted service misbehaves.
public protocol ServerFault: CaseIterable, Hashable, Sendable {
  /// As plans on command lines and logs call it.
  var name: String { get }

  init?(name: String)

  /// One line for a list of all.
  var explanation: String { get }

  /// Whether requests of that kind can meet the fault.
  ///
  /// - Parameter subjects: what the request is of: the names that scopes in plans may have.
  func applies(to subjects: [String]) -> Bool
}

extension ServerFault where Self: RawRepresentable<String> {
  public var name: String { rawValue }

  public init?(name: String) { self.init(rawValue: name) }
}

/// Which request meets which fault: first the script, then chance.
public struct ServerFaultPlan<Fault: ServerFault>: Sendable {
  /// Faults in the order of the requests.
  public struct Script: Sendable {
    /// What the requests are of, "efetch"; nil: all requests.
    public var scope: String?
    /// Nil: no fault.
    public var faults: [Fault?]

    public init(of scope: String? = nil, _ faults: [Fault?]) {
      self.scope = scope
      self.faults = faults
    }
  }

  public struct Rate: Sendable {
    public var scope: String?
    public var fault: Fault
    /// 0 to 1.
    public var rate: Double

    public init(of scope: String? = nil, _ fault: Fault, _ rate: Double) {
      self.scope = scope
      self.fault = fault
      self.rate = rate
    }
  }

  public var scripts: [Script] = []
  public var rates: [Rate] = []

  public init(scripts: [Script] = [], rates: [Rate] = []) {
    self.scripts = scripts
    self.rates = rates
  }
}

/// Deals out the faults of a plan.
public final class ServerFaultDealer<Fault: ServerFault>: Sendable {
  private struct State {
    var plan: ServerFaultPlan<Fault>
    var generator: SeededGenerator
  }

  private let state: Mutex<State>

  public init(_ plan: ServerFaultPlan<Fault>, seed: UInt64) {
    state = Mutex(State(plan: plan, generator: SeededGenerator(seed: seed)))
  }

  /// The fault of the next request; each call uses one up.
  ///
  /// - Parameter subjects: what the request is of.
  public func next(for subjects: [String]) -> Fault? {
    let isMeant = { (scope: String?) in scope.map(subjects.contains) ?? true }
    let fault: Fault? = state.withLock { state in
      // A script for these requests comes before one for all.
      let scripts = state.plan.scripts.indices.sorted {
        state.plan.scripts[$0].scope != nil && state.plan.scripts[$1].scope == nil
      }
      for index in scripts where isMeant(state.plan.scripts[index].scope) {
        if !state.plan.scripts[index].faults.isEmpty { return state.plan.scripts[index].faults.removeFirst() }
      }
      var drawn = Double(state.generator.next() >> 11) / Double(1 << 53)
      for rate in state.plan.rates where isMeant(rate.scope) && rate.fault.applies(to: subjects) {
        if drawn < rate.rate { return rate.fault }
        drawn -= rate.rate
      }
      return nil
    }
    return fault.flatMap { $0.applies(to: subjects) ? $0 : nil }
  }
}

// MARK: On command lines

/// An argument that describes no faults.
public struct NoFaultPlan: Error, CustomStringConvertible {
  public let description: String
}

extension ServerFaultPlan {
  /// `KIND=RATE,KIND=RATE`, `SCOPE:KIND=RATE`.
  public static func rates(_ argument: String) throws(NoFaultPlan) -> [Rate] {
    let (scope, words) = parts(argument)
    var rates: [Rate] = []
    for word in words {
      let sides = word.split(separator: "=")
      guard sides.count == 2, let fault = Fault(name: String(sides[0])), let rate = Double(sides[1]),
        (0...1).contains(rate)
      else { throw NoFaultPlan(description: "\"\(word)\" is no fault with a rate of 0 to 1") }
      rates.append(Rate(of: scope, fault, rate))
    }
    return rates
  }

  /// `KIND,KIND,ok`, `SCOPE:KIND,ok`.
  public static func script(_ argument: String) throws(NoFaultPlan) -> Script {
    let (scope, words) = parts(argument)
    var faults: [Fault?] = []
    for word in words {
      let fault = Fault(name: String(word))
      guard fault != nil || word == "ok" else { throw NoFaultPlan(description: "\"\(word)\" is no fault") }
      faults.append(fault)
    }
    return Script(of: scope, faults)
  }

  /// `KIND`, `SCOPE:KIND`: always.
  public static func always(_ argument: String) throws(NoFaultPlan) -> Rate {
    let (scope, words) = parts(argument)
    guard let word = words.first, words.count == 1, let fault = Fault(name: String(word)) else {
      throw NoFaultPlan(description: "\"\(argument)\" is no fault")
    }
    return Rate(of: scope, fault, 1)
  }

  private static func parts(_ argument: String) -> (scope: String?, words: [Substring]) {
    let colon = argument.firstIndex(of: ":")
    let rest = colon.map { argument[argument.index(after: $0)...] } ?? argument[...]
    return (colon.map { String(argument[..<$0]) }, rest.split(separator: ","))
  }
}
