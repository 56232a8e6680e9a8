import ArgumentParser
import MillraceCore

@main
struct Placeholder: ParsableCommand {}
