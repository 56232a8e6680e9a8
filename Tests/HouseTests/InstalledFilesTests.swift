import Glibc
import Support
import Testing

/// The package's folder.
let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

/// The tools that Package.swift declares.
let tools: [String] = {
  let package = readFile("\(root)/Package.swift").map { String(decoding: $0, as: UTF8.self) } ?? ""
  return package.split(separator: "\n").compactMap { line in
    let parts = line.split(separator: "\"")
    return parts.count > 1 && parts[0] == "    tool(" ? String(parts[1]) : nil
  }
}()

func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

/// The tools whose pages are committed.
let documented = tools.filter { text("man/man1/\($0).1") != nil }

func text(_ path: String) -> String? { readFile("\(root)/\(path)").map { String(decoding: $0, as: UTF8.self) } }

/// What is committed must be what the commands would make now: `make man completions` writes it anew.
@Suite struct GeneratedFilesTests {
  static let generator = Executable("generate-manual-tool")

  @Test func everyToolIsDocumented() {
    #expect(tools.contains("chunk"))
    #expect(documented == tools)
  }

  @Test(
    .enabled(if: isExecutable(generator.path), "make test builds the generator of man pages"),
    arguments: documented)
  func manPage(tool: String) throws {
    let made = Executable("\(root)/man/generate").run([Self.generator.path, Executable(tool).path])
    #expect(made.status == 0, "\(made.errorText)")
    #expect(made.outputText == text("man/man1/\(tool).1"), "make man writes it anew")
    #expect(made.outputText.contains("\n.Nm \(tool)\n"))
  }

  @Test(.enabled(if: isExecutable("/usr/bin/mandoc"), "mandoc is not installed"), arguments: documented)
  func manPageIsCleanForMandoc(tool: String) {
    let lint = Executable("/usr/bin/mandoc").run(["-T", "lint", "-W", "warning", "\(root)/man/man1/\(tool).1"])
    #expect(lint.outputText + lint.errorText == "")
  }

  @Test(arguments: documented) func completions(tool: String) {
    for (shell, file) in [("bash", "bash/\(tool)"), ("zsh", "zsh/_\(tool)"), ("fish", "fish/\(tool).fish")] {
      let made = Executable(tool).run(["--generate-completion-script", shell])
      #expect(made.status == 0)
      #expect(made.outputText == text("completions/\(file)"), "make completions writes it anew")
    }
  }
}

@Suite struct InstallTests {
  let folder = TemporaryFolder()

  func make(_ target: String, prefix: String) -> Outcome {
    Executable("/usr/bin/make").run([
      "-s", "-C", root, target, "PREFIX=/opt/millrace", "DESTDIR=\(folder.path)", "PROGRAM_PREFIX=\(prefix)",
      "BUILD=\(Executable.buildFolder)", "TOOLS=\(documented.joined(separator: " "))",
    ])
  }

  func files() -> [String] {
    let found = Executable("/usr/bin/find").run([folder.path, "-type", "f", "-printf", "%P %m\n"]).outputText
    return found.split(separator: "\n").map(String.init).sorted()
  }

  @Test(.enabled(if: !documented.isEmpty, "no tool has its pages yet"), arguments: ["", "mr-"])
  func installsAndRemovesTheSameFiles(prefix: String) throws {
    let own = "opt/millrace/bin/own"
    Executable("/bin/mkdir").run(["-p", folder("opt/millrace/bin")])
    folder.write(own, "not ours to remove")
    let before = files()
    let installed = make("install-files", prefix: prefix)
    #expect(installed.status == 0, "\(installed.errorText)")
    let share = "opt/millrace/share"
    for tool in documented {
      let name = prefix + tool
      for file in [
        "opt/millrace/bin/\(name) 755", "\(share)/man/man1/\(name).1 644",
        "\(share)/bash-completion/completions/\(name) 644", "\(share)/zsh/site-functions/_\(name) 644",
        "\(share)/fish/vendor_completions.d/\(name).fish 644",
      ] {
        #expect(files().contains(file))
      }
      let program = Executable(folder("opt/millrace/bin/\(name)"))
      #expect(program.run(["--help"]).outputText.contains("USAGE: \(name)"))
      #expect(folder.text("\(share)/man/man1/\(name).1")?.contains("\n.Nm \(name)\n") == true)
      #expect(folder.text("\(share)/bash-completion/completions/\(name)")?.contains(" \(name)\n") == true)
    }
    #expect(make("uninstall", prefix: prefix).status == 0)
    #expect(files() == before)
  }
}

@Suite struct PackageListTests {
  let folder = TemporaryFolder()

  /// Runs scripts/install-packages where dpkg knows of no installed package.
  func run(_ environment: [String: String?]) -> Outcome {
    folder.write("dpkg-query", "#!/bin/sh\nexit 1\n")
    unsafe chmod(folder("dpkg-query"), 0o755)
    let path = environmentVariable("PATH") ?? "/usr/bin:/bin"
    return Executable("\(root)/scripts/install-packages").run(
      environment: environment.merging(["PATH": "\(folder.path):\(path)"]) { one, _ in one })
  }

  @Test func saysWhatIsMissingAndInstallsNothing() {
    let outcome = run(["NO_INSTALL": "1"])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.hasPrefix("Missing packages: binutils g++ git "))
    #expect(outcome.errorText.contains("apt-get install --no-install-recommends binutils "))
  }

  @Test func refusesAnOldSwift() {
    folder.write("swift", "#!/bin/sh\necho 'Swift version 6.1.2 (swift-6.1.2-RELEASE)'\n")
    unsafe chmod(folder("swift"), 0o755)
    let outcome = Executable("\(root)/scripts/check-swift").run(environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.hasPrefix("Swift 6.1 is too old. Install 6.2 or later: "))
  }
}
