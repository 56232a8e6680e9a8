/// What the scripted model says: a schema of a table of orders, right or wrong.
public enum InventedTable {
  /// With arguments as objects.
  public static func plain(name: String = "orders") -> String {
    """
    {"name": "\(name)", "fields": [
      {"name": "order_id", "generator": "sequence", "arguments": {"start": 1000}, "null_rate": 0, "unique": true},
      {"name": "customer", "generator": "name", "arguments": {}, "null_rate": 0, "unique": false},
      {"name": "email", "generator": "email", "arguments": {}, "null_rate": 0.05, "unique": false},
      {"name": "price", "generator": "number", "arguments": {"min": 1, "max": 500, "decimals": 2}, \
    "null_rate": 0, "unique": false},
      {"name": "quantity", "generator": "integer", "arguments": {"min": 1, "max": 9}, "null_rate": 0, "unique": false},
      {"name": "total", "generator": "formula", "arguments": {"expression": "round(price * quantity, 2)"}, "null_rate": 0, \
    "unique": false}
    ], "constraints": ["total >= price"]}
    """
  }

  /// With arguments as a list of names and values.
  public static func strict() -> String {
    """
    {"name":"orders","fields":[{"name":"order_id","generator":"sequence","arguments":[{"name":"start","value":1000}],\
    "null_rate":0,"unique":true},{"name":"customer","generator":"name","arguments":[],"null_rate":0,"unique":false},\
    {"name":"quantity","generator":"integer","arguments":[{"name":"min","value":1},{"name":"max","value":9}],\
    "null_rate":0.1,"unique":false}],"constraints":[]}
    """
  }

  static func faulty(_ fault: ChatFault) -> String? {
    switch fault {
    case .unknownGenerator: table(#"{"name":"mood","generator":"mood_of_customer","arguments":{}}"#)
    case .badArgument: table(#"{"name":"quantity","generator":"integer","arguments":{"sides":6}}"#)
    case .duplicateNames:
      table(#"{"name":"email","generator":"email","arguments":{}},{"name":"email","generator":"email","arguments":{}}"#)
    case .noFields: table("")
    case .injected:
      table(
        #"{"name":"a","generator":"file","arguments":{"path":"/etc/passwd"}},"#
          + #"{"name":"b","generator":"formula","arguments":{"expression":"system('touch /tmp/owned')"}},"#
          + #"{"name":"c","generator":"name","arguments":{"locale":"../../etc/passwd"}},"#
          + #"{"name":"$(touch owned)","generator":"name","arguments":{}}"#)
    default: nil
    }
  }

  private static func table(_ fields: String) -> String {
    #"{"name":"orders","fields":[\#(fields)],"constraints":[]}"#
  }
}
