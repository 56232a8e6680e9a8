import MillraceCore

extension JobReport {
  /// Fills of the pictures: what is told apart by colour is by its pattern, too.
  func writePatterns(into page: inout MarkupWriter) {
    func pattern(_ name: StaticString, _ size: String, into definitions: inout MarkupWriter, _ lines: String) {
      definitions.element(
        "pattern",
        ["id": "\(name)", "width": size, "height": size, "patternUnits": "userSpaceOnUse"]
      ) { pattern in
        pattern.element("rect", ["class": "\(name)-ground", "width": size, "height": size])
        pattern.element("path", ["class": "\(name)-lines", "d": lines])
      }
    }
    page.element("svg", ["width": "0", "height": "0", "class": "patterns", "aria-hidden": "true"]) { svg in
      svg.element("defs") { definitions in
        pattern("retried-fill", "6", into: &definitions, "M-1 7L7 -1M-1 1L1 -1M5 7L7 5")
        pattern("failed-fill", "6", into: &definitions, "M0 0L6 6M6 0L0 6")
        pattern("lost-fill", "5", into: &definitions, "M0 2.5H5")
        pattern("running-fill", "5", into: &definitions, "M2.5 0V5")
      }
    }
    page.newline()
  }

  static let style: StaticString = """
    .state { font-size: 1.1rem; } .fine { color: var(--good); } .doubtful { color: var(--doubt); } .going { color: var(--fair); }
    .scroll table { width: auto; min-width: 34rem; } .scroll .summary { min-width: 0; } .summary th { padding-left: 0; }
    .wide { min-width: 44rem; } .chart { display: block; width: 100%; height: auto; } .patterns { position: absolute; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 2rem; }
    .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .4rem 0; }
    .legend svg { vertical-align: -2px; }
    svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } .tick { fill: var(--faint); font-size: 11px; }
    .grid { stroke: var(--line); stroke-width: 1; fill: none; }
    .completed { fill: var(--good); } .retried { fill: url(#retried-fill); } .running { fill: url(#running-fill); }
    .lost { fill: url(#lost-fill); } .failed { fill: url(#failed-fill); }
    .retried-fill-ground { fill: var(--fair); } .retried-fill-lines { stroke: var(--paper); stroke-width: 1.4; opacity: .6; }
    .failed-fill-ground { fill: var(--bad); } .failed-fill-lines { stroke: var(--paper); stroke-width: 1; opacity: .55; }
    .lost-fill-ground { fill: var(--doubt); } .lost-fill-lines { stroke: var(--paper); stroke-width: 1.4; opacity: .6; }
    .running-fill-ground { fill: var(--panel); } .running-fill-lines { stroke: var(--faint); stroke-width: 1.4; }
    .inside { fill: var(--paper); text-anchor: middle; font-size: 11px; font-weight: 600; paint-order: stroke;
      stroke-width: 3px; stroke-linejoin: round; }
    .completed ~ .inside { stroke: var(--good); } .retried ~ .inside { stroke: var(--fair); }
    .failed ~ .inside { stroke: var(--bad); } .lost ~ .inside { stroke: var(--doubt); }
    .running ~ .inside { fill: var(--ink); stroke: var(--panel); }
    .line { fill: none; stroke: var(--fair); stroke-width: 2; } .dot { fill: var(--fair); }
    .limit { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 3; } .limit-text { fill: var(--bad); font-weight: 600; }

    """
}
