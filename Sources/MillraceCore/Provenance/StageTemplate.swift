/// How a stage record is written that is much like an earlier one, and how it is read again.
enum StageTemplate {
  /// The members of `stage` that `template` has otherwise, behind `like`, the template's identifier. A member that only the
  /// template has is null.
  static func difference(of stage: JSONValue, from template: JSONValue, id: String) -> JSONValue {
    let (own, others) = (stage.members ?? [], template.members ?? [])
    let different = own.filter { member in member.name == "id" || template[member.name] != member.value }
    let missing = others.filter { stage[$0.name] == nil }.map { JSONValue.Member($0.name, .null) }
    return .object([.init("like", .string(id))] + different + missing)
  }

  /// The whole record again.
  static func whole(_ difference: JSONValue, like template: JSONValue) -> JSONValue {
    let changed = (difference.members ?? []).filter { $0.name != "like" }
    let kept = (template.members ?? []).map { member in
      changed.last { $0.name == member.name } ?? member
    }
    let names = Set(kept.map(\.name))
    return .object((kept + changed.filter { !names.contains($0.name) }).filter { $0.value != .null })
  }
}
