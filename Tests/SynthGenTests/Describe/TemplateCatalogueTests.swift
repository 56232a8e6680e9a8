import MillraceCore
import Testing

@testable import synth_gen

@Suite struct TemplateCatalogueTests {
  @Test(arguments: [
    ("orders", "order"), ("Bestellungen", "Bestellung"), ("Kunden", "Kunde"), ("categories", "category"),
    ("movies", "movie"), ("clientes", "client"), ("employees", "employee"), ("taxes", "tax"), ("pazienti", "paziente"),
    ("patiënten", "patients"), ("addresses", "address"), ("Flüge", "Flug"), ("ventas", "venta"), ("sensores", "sensor"),
    ("ÉTUDIANTS", "etudiant"),
  ])
  func formsOfAWordHaveOneStem(one: String, other: String) {
    #expect(DescriptionWords.stem(one[...]) == DescriptionWords.stem(other[...]))
  }

  @Test(arguments: [
    ("order", "orbit"), ("sale", "salary"), ("port", "sport"), ("student", "study"), ("car", "care plan"),
  ])
  func differentWordsHaveOthers(one: String, other: String) {
    #expect(DescriptionWords.stem(one[...]) != DescriptionWords.stem(other[...]))
  }

  @Test(arguments: [
    ("e-commerce product data", "product"), ("1,000 rows of product reviews", "reviews"),
    ("reviews of products", "reviews"),
    ("a dataset with patients of a hospital", "patients"), ("Daten von Kunden", "Kunden"),
    ("données de ventes", "ventes"),
    ("42", ""), ("data", ""), ("table", ""),
  ])
  func theHeadIsFound(text: String, head: String) {
    #expect(DescriptionWords(text).words.filter(\.isHead).map(\.text) == (head.isEmpty ? [] : [head]))
  }

  private let catalogue = TemplateCatalogue([
    BuiltInTemplate(name: "general", document: "# Anything.\nschema: 1\n# keywords: not in the head\n"),
    BuiltInTemplate(name: "orders", document: "# keywords: order, purchase, shop\n# keywords: Bestellung, 订单\n"),
    BuiltInTemplate(name: "reviews", document: "# keywords: review, product review, rating, shop\n"),
    BuiltInTemplate(name: "products", document: "# keywords: product, shop, sku, Produkt\n"),
  ])

  private func choice(_ text: String) throws -> (String, [String]) {
    let choice = catalogue.choose(for: try TableDescription(text))
    return (choice.name, choice.words)
  }

  @Test(arguments: [
    ("orders", "orders", ["orders"]), ("product data of a shop", "products", ["product", "shop"]),
    ("product reviews of a shop", "reviews", ["product", "reviews", "shop"]),
    ("reviews of products", "reviews", ["reviews"]),
    ("Produktdaten", "products", ["Produktdaten"]), ("Meine Bestellungen", "orders", ["Bestellungen"]),
    ("网店订单数据", "orders", ["订单"]), ("moon phases", "general", []), ("123 456", "general", []), ("the", "general", []),
    ("keywords in the head", "general", []),
  ])
  func theTemplateIsChosenByItsWords(text: String, name: String, words: [String]) throws {
    let choice = try choice(text)
    #expect(choice.0 == name && choice.1 == words, "\(choice)")
  }
}
