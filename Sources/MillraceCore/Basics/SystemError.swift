import Glibc

extension Failure {
  /// A system call's error: `MESSAGE: no space left on device`.
  public static func system(
    _ status: ExitStatus, _ message: String, errorNumber: Int32, at place: Place? = nil, advice: String? = nil
  ) -> Failure {
    Failure(status, "\(message): \(systemErrorText(errorNumber))", at: place, advice: advice)
  }
}

/// The system's words for an error number, beginning in lower case as they stand behind a colon.
public func systemErrorText(_ errorNumber: Int32) -> String {
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
    count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress, unsafe strerror_r(errorNumber, start, characters.count) == 0
      else { return 0 }
      return unsafe strlen(start)
    }
  }
  guard let first = bytes.first else { return "error \(errorNumber)" }
  return Unicode.Scalar(first).properties.lowercaseMapping + String(decoding: bytes.dropFirst(), as: UTF8.self)
}

/// Repeats a system call that a signal interrupted.
@inlinable @inline(__always)
public func retryingInterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
