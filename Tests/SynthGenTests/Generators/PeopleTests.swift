import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct PeopleTests {
  private let desk = SchemaDesk()

  @Test(arguments: LocaleData.names) func fieldsShowOnePerson(locale: String) {
    let lists = LocaleLists(locale)
    let women = lists.names("first_names.female")
    let men = lists.names("first_names.male")
    let families = lists.names("last_names")
    let familiesOfWomen = lists.names("last_names.female").isEmpty ? families : lists.names("last_names.female")
    var isWoman: Set<Bool> = []
    let rows = desk.rows(
      "name: name", "first_name: first_name", "last_name: last_name", "sex: sex", "user_name: user_name",
      "email: email", "gender: gender", count: 400, ["--locale", locale])
    for row in rows {
      #expect(row[0].contains(row[1]) && row[0].contains(row[2]), "\(row)")
      #expect((row[3] == "F" ? women : men).contains(row[1]), "\(row)")
      #expect((row[3] == "F" ? familiesOfWomen : families).contains(row[2]), "\(row)")
      #expect(row[6] == (row[3] == "F" ? "Female" : "Male"))
      let parts = row[5].split(separator: "@")
      #expect(parts.count == 2 && String(parts[0]) == row[4])
      #expect(["example.com", "example.org", "example.net"].contains(String(parts[1])))
      #expect(row[4].allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "._-".contains($0)) }, "\(row)")
      isWoman.insert(row[3] == "F")
    }
    #expect(isWoman.count == 2)
  }

  @Test func userNamesComeOfTheName() {
    for row in desk.rows("f: first_name", "l: last_name", "user_name: user_name", count: 500) {
      let (first, last) = (row[0].lowercased().filter(\.isLetter), row[1].lowercased().filter(\.isLetter))
      let letters = row[2].filter(\.isLetter)
      let (f, l) = (String(first.prefix(1)), String(last.prefix(1)))
      #expect([first + last, f + last, last + first, last + f, first, first + l].contains(letters), "\(row)")
    }
  }

  @Test func namesOfOtherScriptsAreWrittenInLatinLetters() {
    let spellings = Dictionary(LocaleLists("ja_JP").rows("last_names").map { ($0[0], $0[2]) }) { first, _ in first }
    // Some addresses show the first name alone, or one letter of the family.
    let rows = desk.rows("last: last_name", "email: email", count: 200, ["--locale", "ja_JP"])
    #expect(rows.filter { $0[1].contains(spellings[$0[0]] ?? "?") }.count > 120)
  }

  @Test func lettersWithMarksAreWrittenWithout() {
    let emails = Set(desk.rows("last: last_name", "email: email", count: 3000, ["--locale", "de_DE"]).map { $0 })
    let withMarks = emails.filter { $0[0] == "Müller" && $0[1].contains("mueller") }
    #expect(!withMarks.isEmpty)
  }

  @Test func polishFamiliesHaveAFormForWomen() {
    let rows = desk.rows("sex: sex", "last: last_name", "name: name", count: 2000, ["--locale", "pl_PL"])
    #expect(rows.contains { $0[0] == "F" && $0[1].hasSuffix("ska") })
    #expect(rows.contains { $0[0] == "M" && $0[1].hasSuffix("ski") })
    for row in rows {
      #expect(!(row[0] == "F" && row[1].hasSuffix("ski")), "\(row)")
      #expect(!(row[0] == "M" && row[1].hasSuffix("ska")), "\(row)")
      #expect(row[2].hasSuffix(row[1]))
    }
  }

  @Test func aNameOfOneSexMakesThePersonThatSex() {
    let rows = desk.rows("email: email", "sex: sex", "prefix: prefix", "full_name: name_male", "job: job")
    #expect(rows.allSatisfy { $0[1] == "M" && ["Mr.", "Dr."].contains($0[2]) })
    let men = LocaleLists("en_US").names("first_names.male")
    #expect(rows.allSatisfy { row in men.contains { row[3].contains($0) } })
    #expect(desk.rows("s: sex", "n: last_name_female").allSatisfy { $0[0] == "F" })
  }

  @Test func aWomansNameAndAMansAreTwoPeople() {
    let lists = LocaleLists("en_US")
    let (women, men) = (lists.names("first_names.female"), lists.names("first_names.male"))
    for row in desk.rows("mother: first_name_female", "father: first_name_male", "x: name_male", "y: name") {
      #expect(women.contains(row[0]) && men.contains(row[1]))
      #expect(row[2] != row[3])
    }
  }

  @Test func namesOfAllSexesAreOfTheirOwnList() {
    let names = LocaleLists("en_US").names("first_names.nonbinary")
    let rows = desk.rows("n: first_name_nonbinary", "name: name")
    #expect(rows.allSatisfy { names.contains($0[0]) && $0[1].contains($0[0]) })
  }

  @Test func peopleOfDifferentRolesAreDifferent() {
    let rows = desk.rows("doctor_name: name", "doctor_email: email", "patient_name: name", "patient_email: email")
    #expect(rows.filter { $0[0] != $0[2] }.count > 190)
    for row in rows {
      let letters = row[1].prefix { $0.isLetter }
      let own = row[0].lowercased().filter { $0.isLetter || $0 == " " }.split(separator: " ")
      #expect(own.contains { $0.hasPrefix(letters.prefix(1)) }, "\(row)")
    }
  }

  @Test func frequentNamesAreFrequent() {
    let rows = LocaleLists("en_US").rows("last_names")
    let all = rows.reduce(0.0) { $0 + (Double($1[1]) ?? 1) }
    let expected = (Double(rows[0][1]) ?? 1) / all
    let found = desk.values("last_name", count: 100_000).filter { $0 == rows[0][0] }.count
    #expect(abs(Double(found) / 100_000 - expected) < expected / 5)
  }

  @Test func secondFamiliesAreOthers() {
    for row in desk.rows("n: name", "l: last_name", count: 500, ["--locale", "es_ES"]) {
      #expect(!row[0].hasSuffix("\(row[1]) \(row[1])"), "\(row)")
    }
  }

  // MARK: E-mail

  @Test func emailsHaveTheDomainAskedFor() {
    #expect(desk.values("email(domain=\"acme.test\")").allSatisfy { $0.hasSuffix("@acme.test") })
    let free = LocaleLists("en_US").names("free_email_domains")
    for generator in ["email(safe=false)", "free_email", "ascii_email"] {
      let domains = Set(desk.values(generator).compactMap { $0.split(separator: "@").last.map(String.init) })
      #expect(domains.isSubset(of: free) && domains.count > 1)
    }
    for generator in ["safe_email", "ascii_safe_email"] {
      #expect(desk.values(generator).allSatisfy { $0.contains("@example.") })
    }
    #expect(
      desk.refusal(ofField: "email(domain=\"no domain\")")
        == "synth-gen: s.yaml:2: field \"x\": email: domain=\"no domain\" is no domain (it is email(safe=true, domain))"
    )
  }

  @Test func companyEmailsAreAtTheCompanysDomain() {
    for row in desk.rows("company: company", "work_email: company_email", "website: url", "d: domain_name") {
      #expect(row[1].hasSuffix("@" + row[3]))
      #expect(row[2].contains(row[3]))
    }
  }

  // MARK: Unique

  @Test(arguments: LocaleData.names) func namesAndAddressesAreUnique(locale: String) {
    let count = 20_000
    let rows = desk.rows(
      "name: {generator: name, unique: true}", "email: {generator: email, unique: true}",
      "user_name: {generator: user_name, unique: true}", "first: first_name", count: count, ["--locale", locale])
    for column in 0..<3 { #expect(Set(rows.map { $0[column] }).count == count) }
    #expect(rows.allSatisfy { $0[0].contains($0[3]) })
    #expect(rows.allSatisfy { $0[1].split(separator: "@")[0] == $0[2] })
  }

  @Test func uniqueEmailsAreThoseOfTheFirstRows() {
    let few = desk.values("{generator: email, unique: true}", count: 1500)
    #expect(Array(desk.values("{generator: email, unique: true}", count: 3000).prefix(1500)) == few)
    #expect(Set(few).count == 1500)
  }

  @Test func firstAndLastNamesCanBeUnique() {
    let rows = desk.rows(
      "f: {generator: first_name, unique: true}", "l: {generator: last_name, unique: true}", "name: name", count: 700)
    #expect(Set(rows.map { $0[0] }).count == 700)
    #expect(Set(rows.map { $0[1] }).count == 700)
    #expect(rows.allSatisfy { $0[2].contains($0[0]) && $0[2].contains($0[1]) })
  }

  @Test func tooManyUniqueNamesAreRefused() {
    let text = desk.refusal(ofField: "{generator: first_name, unique: true}", ["-n", "100000"])
    #expect(text.hasPrefix("synth-gen: s.yaml:2: field \"x\": first_name: it has "))
    #expect(text.contains(" different values, and 100000 rows are to be unique"))
    #expect(
      desk.refusal(ofField: "{generator: prefix, unique: true}")
        == "synth-gen: s.yaml:2: field \"x\": prefix: its values cannot be made unique "
        + "(use a sequence, uuid4, a regex or a template with one of them, or leave unique out)")
  }

  // MARK: Profiles

  @Test func profilesAreOfTheRowsPerson() throws {
    let schema = "fields:\n  p: simple_profile\n  name: name\n  user_name: user_name\n  sex: sex\n"
    let outcome = desk.run(schema, ["-n", "50", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for line in outcome.outputText.split(separator: "\n") {
      let row = try JSONValue.parse(String(line))
      let profile = try #require(row["p"])
      #expect(profile["name"]?.text == row["name"]?.text)
      #expect(profile["username"]?.text == row["user_name"]?.text)
      #expect(profile["sex"]?.text == row["sex"]?.text)
      #expect(profile["mail"]?.text?.hasPrefix((row["user_name"]?.text ?? "?") + "@") == true)
      #expect(profile["address"]?.text?.contains("\n") == true)
    }
  }

  @Test func profilesHaveTheFieldsAskedFor() throws {
    let profile = desk.json("profile(fields=[\"name\", \"job\", \"blood_group\"], sex=\"M\")", count: 1)[0]
    guard case .object(let members) = profile else {
      Issue.record("no object: \(profile.json)")
      return
    }
    #expect(members.map(\.name) == ["job", "blood_group", "name"])
    #expect(
      desk.refusal(ofField: "profile(fields=[\"shoe_size\"])")
        == "synth-gen: s.yaml:2: field \"x\": profile: fields: there is no \"shoe_size\" (there are job, company, ssn, "
        + "residence, current_location, blood_group, website, username, name, sex, address, mail, birthdate)")
    #expect(
      desk.refusal(ofField: "profile(sex=\"X\")")
        == "synth-gen: s.yaml:2: field \"x\": profile: sex=\"X\", where F and M are possible "
        + "(it is profile(fields, sex))")
  }

  // MARK: Jobs and companies

  @Test func jobsHaveTheFormForTheSex() {
    let rows = LocaleLists("de_DE").rows("jobs")
    let (men, women) = (Set(rows.map { $0[0] }), Set(rows.map { $0[1] }))
    for row in desk.rows("sex: sex", "job: job", "w: job_female", "m: job_male", count: 200, ["--locale", "de_DE"]) {
      #expect((row[0] == "F" ? women : men).contains(row[1]), "\(row)")
      #expect(women.contains(row[2]) && men.contains(row[3]))
    }
  }

  @Test func companiesCanBeUnique() {
    let values = desk.values("{generator: company, unique: true}", count: 50_000)
    #expect(Set(values).count == 50_000)
    #expect(Set(desk.values("{generator: job, unique: true}", count: 120)).count == 120)
  }

  @Test func sloganBeginWithACapital() {
    #expect(desk.values("catch_phrase").allSatisfy { $0.first?.isUppercase == true || $0.first?.isNumber == true })
    #expect(desk.values("bs").allSatisfy { $0.split(separator: " ").count >= 3 })
  }
}
