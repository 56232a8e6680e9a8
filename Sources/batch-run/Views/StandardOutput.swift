import Glibc
import MillraceCore

/// Prints on standard output.
func put(_ text: String) throws(Failure) { try writeText(text, to: STDOUT_FILENO, named: "standard output") }
