import MillraceCore
import Support
import Testing

@testable import batch_run

/// What is read from pipeline files, and all that can be wrong in one.
@Suite struct PipelineFileTests {
  static let head = "version: 1\nname: genes\n"

  /// A pipeline of these steps; the first one stands on line 4.
  private func plan(_ steps: String, head: String = head, environment: [String: String] = [:]) -> PipelinePlan {
    PipelinePlan(
      file: "p.yaml", path: "/nowhere/p.yaml", text: Array((head + "steps:\n" + steps).utf8), environment: environment)
  }

  @Test func aWholePipeline() throws {
    let text = """
      version: 1
      name: nightly-genes
      schedule: "0 3 * * mon"
      overlap: allow
      directory: /
      environment: {A: "x ${HOME} $$5", B: }
      notify:
        url: ${HOOK}
        mail: [a@example.org, b@example.org]
        command: logger -t 'two words'
      steps:
        - name: fetch
          command: [curl, -sS, "https://example.org/?a=$b"]
          output: raw.csv
          timeout: 10m
          retries: 2
        - name: annotate
          needs: fetch
          command: tr a-z 'A-Z'
          output: out/../annotated.csv
          options: {workers: 4, --on-failure: continue, split-on-oom: true, no-provenance: false}
        - name: check
          needs: [annotate]
          rows: {min: 1, same-as: fetch}
          required: [pmid, title]
          types: {price: number, day: date}
          ranges: {price: {min: 0, max: 1e6}, day: {max: 2026-12-31}}
          unique: [pmid, [chromosome, position]]
          max-failures: 3
        - name: tell
          needs: check
          message: done
      """
    let plan = PipelinePlan(
      file: "p.yaml", path: "/nowhere/p.yaml", text: Array(text.utf8), environment: ["HOME": "/h", "HOOK": "http://x/"])
    #expect(plan.errors.map(\.description) == [])
    #expect(plan.pipeline.name == "nightly-genes")
    #expect(plan.pipeline.schedule?.text == "0 3 * * 1")
    #expect(plan.pipeline.allowsOverlap)
    #expect(plan.environment["A"] == "x /h $5")
    #expect(plan.environment["B"] == "")
    #expect(plan.pipeline.notify.commands == [["logger", "-t", "two words"]])
    #expect(plan.steps.map(\.step.kind) == [.command, .batch, .validate, .notify])
    #expect(plan.steps.map(\.needs) == [[], [0], [1], [2]])
    #expect(plan.steps[1].input == "/raw.csv")
    #expect(plan.steps[1].output == "/annotated.csv")
    #expect(plan.steps[2].input == "/annotated.csv")
    #expect(plan.steps[2].compared == "/raw.csv")
    #expect(plan.steps[3].channels.urls == ["http://x/"])
    guard case .command(let fetch) = plan.steps[0].step.work, case .batch(let batch) = plan.steps[1].step.work,
      case .validate(let check) = plan.steps[2].step.work
    else {
      Issue.record("other kinds of steps")
      return
    }
    #expect(fetch.command == ["curl", "-sS", "https://example.org/?a=$b"])
    #expect(fetch.timeout == 600)
    #expect(fetch.retries == 2)
    #expect(batch.command == ["tr", "a-z", "A-Z"])
    #expect(batch.options == ["--workers=4", "--on-failure=continue", "--split-on-oom"])
    #expect(check.rows == .init(minimum: 1, maximum: nil, sameAs: "fetch"))
    #expect(check.checks.unique == [[FieldName("pmid")], [FieldName("chromosome"), FieldName("position")]])
    #expect(check.checks.maximumFailures == 3)
    #expect(check.checks.ranges[1].maximum == CalendarDay("2026-12-31").map { .day($0) })
  }

  @Test(arguments: [
    ("a: [1", "p.yaml:2: not YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
    (
      "a: *x",
      "p.yaml:1: an alias (*x), which a pipeline file does not have (write the value out, or put the text in quotes)"
    ),
    (
      "a:\n\t- b",
      "p.yaml:2: not YAML: while scanning for the next token, found character that cannot start any token (indent with spaces, not tabs; text that begins with @, ` or % stands in quotes)"
    ),
    (
      "a: !include b",
      "p.yaml:1: a tag (!include), which a pipeline file does not have (remove it, or put the text in quotes)"
    ),
    ("---\na: 1\n---\nb: 2", "p.yaml:3: a second document begins here (a pipeline file holds one: remove the ---)"),
    ("# nothing", "p.yaml: the file is empty (a pipeline has version, name and steps)"),
    ("[a]: b", "p.yaml:1: a key must be a word"),
    ("a: \"\\0\"", "p.yaml:1: a text holds a zero byte"),
    (
      "a: b: c",
      "p.yaml:1: not YAML: mapping values are not allowed in this context (text that has a colon and a space in it stands in quotes; see whether the lines above are indented alike)"
    ),
    ("just text", "p.yaml:1: the pipeline: expected keys with values, found \"just text\""),
    (String(repeating: "[", count: 65), "p.yaml:1: nested more than 64 levels deep"),
    (String(repeating: "[", count: 100_000), "p.yaml:1: nested more than 64 levels deep"),
    (
      String(repeating: " ", count: 1 << 20) + "a",
      "p.yaml: 1048577 bytes, where a pipeline file has 1048576 at most"
    ),
  ])
  func whatIsNoPipelineAtAll(text: String, message: String) {
    let plan = PipelinePlan(file: "p.yaml", path: "/p.yaml", text: Array(text.utf8), environment: [:])
    #expect(plan.errors.map(\.description) == [message])
    #expect(plan.errors.map(\.status) == [.badData])
  }

  @Test func bytesThatAreNoText() {
    let plan = PipelinePlan(file: "p.yaml", path: "/p.yaml", text: [0x61, 0x3a, 0x20, 0xff], environment: [:])
    #expect(plan.errors.map(\.description) == ["p.yaml: byte 3: not YAML: invalid leading UTF-8 octet"])
  }

  @Test(arguments: [
    (
      "name: a\nsteps: [{name: s, command: x}]",
      "p.yaml:1: the key \"version\" is missing (begin the file with version: 1)"
    ),
    (
      "version: 2\nname: a\nsteps: [{name: s, command: x}]",
      "p.yaml:1: version: expected 1, found \"2\" (this batch-run knows version 1 alone)"
    ),
    (
      "version: 1\nsteps: [{name: s, command: x}]",
      "p.yaml:1: the key \"name\" is missing (its runs and its schedule go by the pipeline's name)"
    ),
    (
      "version: 1\nname: a/b\nsteps: [{name: s, command: x}]",
      "p.yaml:2: name: \"a/b\" is no name (names have up to 64 letters, digits, -, _ and ., and begin with a letter or a digit)"
    ),
    ("version: 1\nname: a", "p.yaml:1: the key \"steps\" is missing (a pipeline has at least one step)"),
    (
      "version: 1\nname: a\nsteps: []",
      "p.yaml:3: steps: expected a list of steps, found an empty list (each step begins with a dash: - name: …)"
    ),
    (
      "version: 1\nname: a\nstep: []\nsteps: [{name: s, command: x}]",
      "p.yaml:3: the pipeline: unknown key \"step\" (did you mean \"steps\"?)"
    ),
    (
      "version: 1\nname: a\nzebra: []\nsteps: [{name: s, command: x}]",
      "p.yaml:3: the pipeline: unknown key \"zebra\" (known are version, name, schedule, overlap, directory, environment, notify, steps)"
    ),
    (
      "version: 1\nname: a\nname: b\nsteps: [{name: s, command: x}]",
      "p.yaml:3: the pipeline: the key \"name\" is there twice"
    ),
    (
      "version: 1\nname: a\noverlap: forbidden\nsteps: [{name: s, command: x}]",
      "p.yaml:3: overlap: expected forbid or allow, found \"forbidden\" (did you mean \"forbid\"?)"
    ),
    (
      "version: 1\nname: a\nschedule: 0 25 * * *\nsteps: [{name: s, command: x}]",
      "p.yaml:3: schedule: hour: expected 0-23, found \"25\""
    ),
    (
      "version: 1\nname: a\ndirectory: /no/such\nsteps: [{name: s, command: x}]",
      "p.yaml: directory: there is no folder /no/such (mkdir -p /no/such)"
    ),
    (
      "version: 1\nname: a\nenvironment: [A]\nsteps: [{name: s, command: x}]",
      "p.yaml:3: environment: expected names with values, found a list"
    ),
    (
      "version: 1\nname: a\nenvironment: {A-B: x}\nsteps: [{name: s, command: x}]",
      "p.yaml:3: environment: \"A-B\" is no name of a variable"
    ),
    (
      "version: 1\nname: a\nenvironment: {A: x, A: y}\nsteps: [{name: s, command: x}]",
      "p.yaml:3: environment: \"A\" is there twice"
    ),
    (
      "version: 1\nname: a\nenvironment: {A: $HOME}\nsteps: [{name: s, command: x}]",
      "p.yaml:3: environment: A: a dollar sign that begins no ${NAME} ($$ stands for a dollar sign)"
    ),
    (
      "version: 1\nname: a\nnotify: {web: x}\nsteps: [{name: s, command: x}]",
      "p.yaml:3: notify: unknown key \"web\" (known are url, mail, command)"
    ),
  ])
  func whatIsWrongInTheHead(text: String, message: String) {
    let plan = PipelinePlan(file: "p.yaml", path: "/p.yaml", text: Array(text.utf8), environment: [:])
    #expect(plan.errors.map(\.description) == [message])
  }

  @Test(arguments: [
    ("- 5", "p.yaml:4: a step: expected keys with values, found \"5\""),
    ("- command: x", "p.yaml:4: a step: the key \"name\" is missing"),
    (
      "- {name: a b, command: x}",
      "p.yaml:4: the step's name: \"a b\" is no name (names have up to 64 letters, digits, -, _ and ., and begin with a letter or a digit)"
    ),
    (
      "- {name: s, comand: x}",
      "p.yaml:4: step \"s\": what is it to do? Expected command, message, or a check such as rows (did you mean \"command\" with \"comand\"?)"
    ),
    (
      "- {name: s, kind: comand, command: x}",
      "p.yaml:4: step \"s\": kind: expected batch, command, validate or notify, found \"comand\" (did you mean \"command\"?)"
    ),
    ("- {name: s, command: x, inptu: y}", "p.yaml:4: step \"s\": unknown key \"inptu\" (did you mean \"input\"?)"),
    (
      "- {name: s, command: x, rows: 5, input: i}",
      "p.yaml:4: step \"s\": \"command\" is for steps of kind command or batch, and this one is of kind validate"
    ),
    ("- {name: s, kind: batch, input: x}", "p.yaml:4: step \"s\": the key \"command\" is missing"),
    ("- {name: s, kind: notify}", "p.yaml:4: step \"s\": the key \"message\" is missing"),
    ("- {name: s, kind: command, command: []}", "p.yaml:4: step \"s\": command: names no program"),
    ("- {name: s, command: [[a]]}", "p.yaml:4: step \"s\": command: expected words, found a list"),
    (
      "- {name: s, command: a | b}",
      "p.yaml:4: step \"s\": command: \"|\" means something to a shell, and no shell is called (put it in quotes, or write command: [sh, -c, '…'])"
    ),
    ("- {name: s, command: a 'b}", "p.yaml:4: step \"s\": command: the quote ' stands alone in the command: a 'b"),
    (
      "- {name: s, command: a, timeout: soon}",
      "p.yaml:4: step \"s\": timeout: expected a time such as 90s, 30m, 12h, 7d, or forever"
    ),
    ("- {name: s, command: a, timeout: 0}", "p.yaml:4: step \"s\": timeout: expected a time above 0, found \"0\""),
    ("- {name: s, command: a, retries: -1}", "p.yaml:4: step \"s\": retries: expected a whole number, found \"-1\""),
    (
      "- {name: s, command: a, input: i, options: {worker: 2}}",
      "p.yaml:4: step \"s\": options: unknown option \"worker\" (did you mean \"workers\"?)"
    ),
    (
      "- {name: s, command: a, input: i, options: {job: x}}",
      "p.yaml:4: step \"s\": options: \"job\" is not for a step to say (the run keeps it in its own folder)"
    ),
    (
      "- {name: s, command: a, input: i, options: {split-on-oom: yes}}",
      "p.yaml:4: step \"s\": options: split-on-oom: expected true or false, found \"yes\""
    ),
    (
      "- {name: s, command: a, input: i, options: {workers: many}}",
      "p.yaml:4: step \"s\": options: The value 'many' is invalid for '--workers <number|auto>'. Please provide one of 'auto' and 'N'."
    ),
    (
      "- {name: s, command: a, input: i, options: [workers]}",
      "p.yaml:4: step \"s\": options: expected options with values, found a list"
    ),
    (
      "- {name: s, kind: validate, input: i}",
      "p.yaml:4: step \"s\": nothing is checked (name rows, required, types, ranges or unique)"
    ),
    ("- {name: s, input: i, rows: {min: 5, max: 2}}", "p.yaml:4: step \"s\": rows: min is 5, and max only 2"),
    (
      "- {name: s, input: i, rows: {least: 5}}",
      "p.yaml:4: step \"s\": rows: unknown key \"least\" (known are min, max, same-as)"
    ),
    (
      "- {name: s, input: i, types: {a: numbr}}",
      "p.yaml:4: step \"s\": types: a: expected integer, number, string, boolean or date, found \"numbr\" (did you mean \"number\"?)"
    ),
    ("- {name: s, input: i, types: [a]}", "p.yaml:4: step \"s\": types: expected fields with values, found a list"),
    ("- {name: s, input: i, ranges: {a: {}}}", "p.yaml:4: step \"s\": ranges: a: expected min, max or both"),
    (
      "- {name: s, input: i, ranges: {a: {min: low}}}",
      "p.yaml:4: step \"s\": ranges: a: min: expected a number or a date (YYYY-MM-DD), found \"low\""
    ),
    ("- {name: s, input: i, ranges: {a: {min: 5, max: 1}}}", "p.yaml:4: step \"s\": ranges: a: min lies above max"),
    (
      "- {name: s, input: i, ranges: {a: {min: 5, max: 2026-01-01}}}",
      "p.yaml:4: step \"s\": ranges: a: one end is a number, the other a date"
    ),
    ("- {name: s, message: [a]}", "p.yaml:4: step \"s\": message: expected a text, found a list"),
  ])
  func whatIsWrongInAStep(step: String, message: String) {
    #expect(plan(step).errors.map(\.description) == [message])
  }

  @Test(arguments: [
    (
      "- {name: a, command: x}\n- {name: a, command: y}",
      "p.yaml:5: two steps are called \"a\"; the first is on line 4"
    ),
    (
      "- {name: fetch, command: x}\n- {name: b, needs: fecth, command: y}",
      "p.yaml:5: step \"b\" needs \"fecth\", and there is no such step (did you mean \"fetch\"?)"
    ),
    (
      "- {name: a, needs: c, command: x}\n- {name: b, needs: a, command: x}\n- {name: c, needs: [b], command: x}",
      "p.yaml:4: steps need each other in a circle: a -> c -> b -> a"
    ),
    ("- {name: a, needs: a, command: x}", "p.yaml:4: steps need each other in a circle: a -> a"),
    (
      "- {name: a, command: x, output: o.csv}\n- {name: b, command: y, output: ./o.csv}",
      "p.yaml:5: the steps \"a\" and \"b\" both write /nowhere/o.csv"
    ),
    (
      "- {name: a, command: x, input: /etc/passwd, output: /etc/passwd}",
      "p.yaml:4: step \"a\" writes /etc/passwd, which it reads"
    ),
    (
      "- {name: a, command: x, output: o.csv}\n- {name: b, command: y, input: o.csv}",
      "p.yaml:5: step \"b\" reads /nowhere/o.csv, which \"a\" writes, and does not need that step (add needs: [a])"
    ),
    (
      "- {name: a, kind: batch, command: x}",
      "p.yaml:4: step \"a\": what does it read? It names no input, and no step that it needs writes an output (add input: FILE)"
    ),
    (
      "- {name: a, command: x, output: a}\n- {name: b, command: x, output: b}\n- {name: c, needs: [a, b], rows: 1}",
      "p.yaml:6: step \"c\": what does it read? It names no input, and the steps that it needs write several (add input: FILE)"
    ),
    (
      "- {name: a, command: x, output: a}\n- {name: c, needs: [a], rows: {same-as: aa}}",
      "p.yaml:5: step \"c\": rows: same-as: there is no step \"aa\" (did you mean \"a\"?)"
    ),
    (
      "- {name: a, command: x}\n- {name: c, needs: [a], input: /etc/passwd, rows: {same-as: a}}",
      "p.yaml:5: step \"c\": rows: same-as: step \"a\" has no output"
    ),
    (
      "- {name: a, command: x, output: a}\n- {name: c, input: /etc/passwd, rows: {same-as: a}}",
      "p.yaml:5: step \"c\": rows: same-as: it does not need \"a\", which may not have run by then (add needs: [a])"
    ),
  ])
  func whatIsWrongBetweenSteps(steps: String, message: String) {
    #expect(plan(steps).errors.map(\.description) == [message])
  }

  @Test func anInputThatIsNotThereIsWarnedOf() {
    let plan = plan("- {name: a, command: x, input: missing.csv}")
    #expect(plan.errors.isEmpty)
    #expect(
      plan.warnings.map(\.description) == [
        "p.yaml:4: step \"a\" reads /nowhere/missing.csv, which is not there and no step's output"
      ])
  }

  @Test func aVariableThatIsNotSet() {
    let head = Self.head + "environment: {KEY: \"${NO_KEY}\"}\n"
    let plan = plan("- {name: a, command: x}", head: head)
    #expect(plan.errors.isEmpty)
    #expect(
      plan.missingVariable?.description
        == "p.yaml:3: the variable NO_KEY is not set (export NO_KEY=… before the run)")
    #expect(plan.missingVariable?.status == .badConfiguration)
  }

  @Test(arguments: [
    ("notify: hooks.example.org\n", "notify has what is not the URL of a webhook"),
    ("notify: {mail: a b}\n", "notify-mail has what is no address of mail: \"a b\""),
  ])
  func whatCanBeNoChannel(head: String, message: String) {
    let plan = plan("- {name: a, command: x}", head: Self.head + head)
    #expect(plan.errors.count == 1)
    #expect(plan.errors.first?.description.contains(message) ?? false, "\(plan.errors)")
    #expect(plan.errors.first?.status == .badData)
  }

  @Test func allErrorsAreToldAtOnce() {
    let plan = plan("- {name: a, comand: x}\n- {name: b, command: x, foo: 1, timeout: z}\n- {name: c, rows: x}")
    #expect(plan.errors.count == 4)
  }

  /// A check hands on the table that it has checked.
  @Test func aStepBehindACheckReadsWhatWasChecked() {
    let steps = """
      - {name: a, command: x, output: a.csv}
      - {name: check, needs: a, rows: {min: 1}}
      - {name: b, kind: batch, needs: check, command: cat, output: b.csv}
      """
    let plan = plan(steps)
    #expect(plan.errors.isEmpty)
    #expect(plan.steps[2].input == "/nowhere/a.csv")
  }

  @Test func thousandsOfLettersFarFromAnyKey() {
    let key = String(repeating: "x", count: 100_000)
    let plan = plan("- {name: a, command: x, ? \(key) : y}")
    #expect(plan.errors.count == 1)
  }
}
