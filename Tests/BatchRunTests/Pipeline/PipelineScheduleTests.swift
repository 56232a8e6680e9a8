import MillraceCore
import Support
import Testing

@testable import batch_run

/// Schedules, with commands in PATH that stand in for the schedulers' own and keep what they get in files.
@Suite struct PipelineScheduleTests {
  private let desk = PipelineDesk()

  init() throws {
    desk.write("- {name: a, command: \"true\"}", head: "schedule: \"@daily\"\n")
    for (command, file) in [("crontab", "table"), ("scrontab", "stable")] {
      let path = desk.folder(file)
      try desk.program(
        command,
        """
        case "$1" in
        -l) if test -e \(path); then cat \(path); else echo "no crontab for me" >&2; exit 1; fi;;
        -r) rm \(path);;
        -) cat > \(path).new && mv \(path).new \(path);;
        *) cp "$1" \(path);;
        esac
        """)
    }
    try desk.program("systemctl", "echo \"$@\" >> \(desk.folder("systemctl.log")); test ! -e \(desk.folder("broken"))")
  }

  private var variables: String {
    "PATH=\(desk.programs):/usr/local/bin:/usr/bin:/bin MILLRACE_STATE_DIR=\(desk.folder("state")) MILLRACE_PROVENANCE_DIR=\(desk.folder("prov"))"
  }
  private var entry: String {
    "0 0 * * * /usr/bin/env \(variables) \(PipelineDesk.program.path) pipeline run --quiet \(desk.folder("p.yaml"))"
  }

  @Test func cronGetsTheLinesAndLosesThemAgain() throws {
    let others = "# mine\nMAILTO=me\n\n5 4 * * *  echo 100\\% \t\n# END pipeline other"
    desk.folder.write("table", others)
    let first = desk.run(["activate", "p.yaml"])
    #expect(first.status == 0, "\(first.errorText)")
    #expect(first.errorText == "batch-run: note: cron runs the pipeline \"p\" at 0 0 * * *\n")
    let block =
      "# BEGIN pipeline p (batch-run pipeline deactivate removes these lines)\n\(entry)\n# END pipeline p\n"
    #expect(desk.folder.text("table") == others + "\n" + block)
    // Again, and the table stays; after a change, the lines are replaced where they stand.
    #expect(desk.run(["activate", "p.yaml"]).status == 0)
    #expect(desk.folder.text("table") == others + "\n" + block)
    desk.folder.write("table", others + "\n" + block + "# below\n")
    desk.write("- {name: a, command: \"true\"}", head: "schedule: \"5 3 * * mon\"\n")
    #expect(desk.run(["activate", "p.yaml"]).status == 0)
    let changed = block.split(separator: "0 0 * * *").joined(separator: "5 3 * * 1")
    #expect(desk.folder.text("table") == others + "\n" + changed + "# below\n")
    let dry = desk.run(["deactivate", "--dry-run", "p.yaml"])
    #expect(dry.errorText == "batch-run: note: cron would no longer run the pipeline \"p\"\n")
    let off = desk.run(["deactivate", "p.yaml"])
    #expect(off.errorText == "batch-run: note: cron no longer runs the pipeline \"p\"\n")
    #expect(desk.folder.text("table") == others + "\n# below\n")
    let again = desk.run(["deactivate", "p"])
    #expect(again.status == 0)
    #expect(again.errorText == "batch-run: note: the pipeline \"p\" is not scheduled\n")
  }

  @Test func aTableThatWasNotThereGoesAgain() throws {
    #expect(desk.run(["activate", "p.yaml"]).status == 0)
    #expect(desk.folder.names.contains("table"))
    #expect(desk.run(["deactivate", "p.yaml"]).status == 0)
    #expect(!desk.folder.names.contains("table"))
  }

  @Test func percentSignsAndSpacesInPaths() throws {
    desk.folder.write("my 50% file's.yaml", desk.folder.text("p.yaml") ?? "")
    let outcome = desk.run(["activate", "--dry-run", "my 50% file's.yaml"])
    #expect(outcome.status == 0)
    #expect(outcome.outputText.hasSuffix(" pipeline run --quiet '\(desk.folder.path)/my 50\\% file'\\''s.yaml'\n"))
    #expect(!desk.folder.names.contains("table"))
    let units = desk.run(["activate", "--dry-run", "--scheduler", "systemd", "my 50% file's.yaml"])
    #expect(units.outputText.contains(" \"--quiet\" \"\(desk.folder.path)/my 50%% file's.yaml\"\n"))
    desk.folder.write("back\\slash.yaml", desk.folder.text("p.yaml") ?? "")
    let refused = desk.run(["activate", "back\\slash.yaml"])
    #expect(refused.status == 65)
    #expect(refused.errorText.hasSuffix("back\\slash.yaml\" cannot be handed to a scheduler (rename it)\n"))
  }

  @Test func twoFilesWithOneName() throws {
    #expect(desk.run(["activate", "p.yaml"]).status == 0)
    desk.folder.write("q.yaml", desk.folder.text("p.yaml") ?? "")
    let outcome = desk.run(["activate", "q.yaml"])
    #expect(outcome.status == 73)
    #expect(
      try desk.plain(outcome.errorText)
        == "batch-run: a pipeline \"p\" is scheduled from another file: p.yaml (deactivate that one, or give this one another name)\n"
    )
  }

  @Test func aTableThatSomebodyHasCut() throws {
    desk.folder.write("table", "# BEGIN pipeline p (batch-run pipeline deactivate removes these lines)\n0 0 * * * x\n")
    for command in ["activate", "deactivate"] {
      let outcome = desk.run([command, "p.yaml"])
      #expect(outcome.status == 65)
      #expect(
        outcome.errorText
          == "batch-run: the crontab has a line \"# BEGIN pipeline p (batch-run pipeline deactivate removes these lines)\", and no \"# END pipeline p\" behind it (crontab -e: remove the pipeline's lines, or put the last one back)\n"
      )
    }
  }

  @Test func aSchedulerThatFails() throws {
    try desk.program("crontab", "echo 'you may not use cron' >&2; exit 1")
    let outcome = desk.run(["activate", "p.yaml"])
    #expect(outcome.status == 69)
    #expect(outcome.errorText == "batch-run: crontab -l failed: you may not use cron\n")
    try desk.program("crontab", "test \"$1\" = -l")
    let deaf = desk.run(["activate", "p.yaml"])
    #expect(deaf.status == 69)
    #expect(deaf.errorText == "batch-run: crontab - failed: status 1 (see whether it works by itself)\n")
    try desk.program("crontab", "cat > /dev/null")
    let forgetful = desk.run(["activate", "p.yaml"])
    #expect(forgetful.errorText == "batch-run: crontab took the lines, and does not show them again\n")
  }

  @Test func systemdGetsATimerAndAService() throws {
    let outcome = desk.run(["activate", "--scheduler", "systemd", "p.yaml"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let service = desk.folder.text("home/.config/systemd/user/millrace-p.service") ?? ""
    let timer = desk.folder.text("home/.config/systemd/user/millrace-p.timer") ?? ""
    #expect(
      service == """
        # Written by batch-run pipeline activate for \(desk.folder("p.yaml"))
        [Unit]
        Description=Pipeline p

        [Service]
        Type=oneshot
        Environment="PATH=\(desk.programs):/usr/local/bin:/usr/bin:/bin"
        Environment="MILLRACE_STATE_DIR=\(desk.folder("state"))"
        Environment="MILLRACE_PROVENANCE_DIR=\(desk.folder("prov"))"
        ExecStart="\(PipelineDesk.program.path)" "pipeline" "run" "--quiet" "\(desk.folder("p.yaml"))"

        """)
    #expect(timer.contains("\nOnCalendar=*-*-* 00:00:00\nAccuracySec=1s\n"))
    #expect(
      desk.folder.text("systemctl.log")
        == "--user daemon-reload\n--user enable --now millrace-p.timer\n")
    let off = desk.run(["deactivate", "p.yaml"])
    #expect(off.errorText == "batch-run: note: systemd no longer runs the pipeline \"p\"\n")
    #expect(desk.folder.names(in: "home/.config/systemd/user") == [])
  }

  /// What systemd itself says about the units.
  @Test(.enabled(if: readFile("/usr/bin/systemd-analyze") != nil, "systemd-analyze is not here"))
  func systemdTakesTheUnits() throws {
    desk.write("- {name: a, command: \"true\"}", head: "schedule: \"*/20 4 1,15 * 5\"\n")
    #expect(desk.run(["activate", "--scheduler", "systemd", "p.yaml"]).status == 0)
    let folder = desk.folder("home/.config/systemd/user")
    let outcome = Executable("/usr/bin/systemd-analyze").run(
      ["verify", "--user", "\(folder)/millrace-p.timer", "\(folder)/millrace-p.service"],
      environment: ["XDG_RUNTIME_DIR": desk.folder.path])
    #expect(!outcome.errorText.contains("millrace-p"), "\(outcome.errorText)")
  }

  @Test func unitsThatCannotBeEnabledAreRemoved() throws {
    desk.folder.write("broken", "")
    let outcome = desk.run(["activate", "--scheduler", "systemd", "p.yaml"])
    #expect(outcome.status == 69)
    #expect(
      outcome.errorText
        == "batch-run: systemctl --user daemon-reload failed: status 1 (see whether it works by itself)\n")
    #expect(desk.folder.names(in: "home/.config/systemd/user") == [])
  }

  @Test func slurmGetsOptionsWithTheLine() throws {
    desk.folder.write("stable", "#SCRON -p short\n1 1 * * * mine\n")
    let outcome = desk.run(
      ["activate", "--scheduler", "slurm", "--slurm-options", "--partition=long --time=4:00:00", "p.yaml"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(
      desk.folder.text("stable") == """
        #SCRON -p short
        1 1 * * * mine
        # BEGIN pipeline p (batch-run pipeline deactivate removes these lines)
        #SCRON --job-name=pipeline-p
        #SCRON --partition=long --time=4:00:00
        \(entry)
        # END pipeline p

        """)
    #expect(desk.run(["deactivate", "--scheduler", "slurm", "p.yaml"]).status == 0)
    #expect(desk.folder.text("stable") == "#SCRON -p short\n1 1 * * * mine\n")
    let wrong = desk.run(["activate", "--slurm-options", "-p x", "p.yaml"])
    #expect(wrong.status == 64)
    #expect(wrong.errorText == "batch-run: --slurm-options is for --scheduler slurm\n")
  }

  @Test func whatCannotBeScheduled() throws {
    desk.write("- {name: a, command: \"true\"}")
    let outcome = desk.run(["activate", "p.yaml"])
    #expect(outcome.status == 65)
    #expect(
      try desk.plain(outcome.errorText)
        == "batch-run: p.yaml: the pipeline has no schedule (add a line such as schedule: \"0 3 * * 1\")\n")
    desk.write(
      "- {name: a, command: \"true\"}", head: "schedule: \"@daily\"\nenvironment: {A: \"${SECRET}\", B: \"${HOME}\"}\n")
    let asking = desk.run(["activate", "p.yaml"], environment: ["SECRET": "x"])
    #expect(asking.status == 0)
    #expect(asking.errorText.hasPrefix("batch-run: warning: cron must set what the file asks for: SECRET\n"))
    let long = String(repeating: "/some/long/folder/", count: 5)
    let path = (0..<20).map { "\(long)\($0)" }.joined(separator: ":")
    let refused = desk.run(["activate", "p.yaml"], environment: ["PATH": "\(desk.programs):/usr/bin:/bin:\(path)"])
    #expect(refused.status == 65)
    #expect(refused.errorText.contains(" bytes long, and cron reads 990 (activate with a shorter PATH: "))
  }
}
