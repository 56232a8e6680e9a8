/// The path of the program that this process runs, links followed.
public func pathOfThisProgram() throws(Failure) -> String {
  let link = "/proc/self/exe"
  guard let path = resolvedPath(link) else {
    throw Failure(
      .internalError, "cannot tell where this program lies", at: Place(file: link), advice: "is /proc mounted?")
  }
  return path
}
