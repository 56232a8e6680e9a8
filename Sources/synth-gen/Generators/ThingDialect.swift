/// Names that other tools, and language models, have for the generators of things.
extension GeneratorDialect {
  /// With their provider: those of faker-js.
  static let qualifiedThingNames: [String: String] = [
    "commerce.product": "product", "commerce.price": "price", "commerce.product_description": "sentence",
    "commerce.product_adjective": "product_adjective", "commerce.brand": "brand",
    "color.rgb": "hex_color", "color.css_supported_function": "color_name", "internet.color": "hex_color",
    "vehicle.color": "color_name", "vehicle.manufacturer": "vehicle_make", "vehicle.model": "vehicle_model",
    "vehicle.type": "vehicle_type", "vehicle.vehicle": "vehicle", "vehicle.vrm": "license_plate",
    "system.common_file_name": "file_name", "system.common_file_ext": "file_extension",
    "system.file_ext": "file_extension", "system.file_path": "file_path",
    "science.chemical_element": "chemical_element",
    "airline.airport": "airport", "airline.airline": "airline", "airline.flight_number": "flight_number",
    "food.dish": "dish", "food.ingredient": "ingredient", "food.ethnic_category": "cuisine", "food.fruit": "ingredient",
    "food.meat": "ingredient", "food.spice": "ingredient", "food.vegetable": "ingredient", "animal.type": "animal",
    "music.genre": "music_genre", "book.genre": "book_genre", "internet.emoji": "emoji",
    "person.job_area": "company_department", "name.job_area": "company_department",
    "person.job_descriptor": "job_level",
    "company.department": "company_department", "helpers.from_reg_exp": "regex", "string.from_reg_exp": "regex",
    "location.language": "language_name", "car.make": "vehicle_make", "car.model": "vehicle_model",
    "car.type": "vehicle_type", "movie.genre": "film_genre", "medicine.name": "medication",
    "app.log_level": "log_level",
  ]

  /// Whoever uses them: labels of Mockaroo, gofakeit's names, and what language models make up.
  static let thingNames: [String: String] = [
    // Shops.
    "product_noun": "product", "item": "product_name", "item_name": "product_name", "product_title": "product_name",
    "product_grocery": "product_name", "product_category": "department", "product_department": "department",
    "department_retail": "department", "product_material": "material", "product_price": "price", "unit_price": "price",
    "retail_price": "price", "stock_keeping_unit": "sku", "product_sku": "sku", "product_code": "sku",
    "article_number": "sku", "star_rating": "rating", "stars": "rating", "review_rating": "rating",
    "review_score": "rating", "product_rating": "rating", "review_headline": "review_title", "brand_name": "brand",
    "product_brand": "brand", "order_state": "order_status", "delivery_status": "order_status",
    "payment_type": "payment_method", "pay_method": "payment_method", "shipping_type": "shipping_method",
    "delivery_method": "shipping_method", "shipment_method": "shipping_method",
    // Health and science.
    "icd10": "icd10_code", "icd_10": "icd10_code", "icd_code": "icd10_code", "icd_10_code": "icd10_code",
    "diagnosis_code": "icd10_code", "icd10_diagnosis_code": "icd10_code", "icd9_diagnosis_code": "icd10_code",
    "disease": "diagnosis", "medical_condition": "diagnosis", "diagnosis_name": "diagnosis",
    "icd10_dx_desc_long": "diagnosis", "icd10_dx_desc_short": "diagnosis", "drug": "medication",
    "drug_name": "medication", "drug_name_generic": "medication", "drug_name_brand": "medication",
    "medicine": "medication", "medication_name": "medication", "generic_drug_name": "medication", "dose": "dosage",
    "drug_dosage": "dosage", "medication_dosage": "dosage", "medication_strength": "dosage", "allergen": "allergy",
    "blood_group": "blood_type", "laboratory_test": "lab_test", "lab_test_name": "lab_test", "lab_result": "lab_value",
    "gene_symbol": "gene", "gene_name": "gene", "species": "animal_species", "scientific_name": "organism",
    "element": "chemical_element", "element_symbol": "chemical_symbol", "chemical_element_symbol": "chemical_symbol",
    "animal_name": "animal", "animal_common_name": "animal", "animal_scientific_name": "animal_species",
    "animal_type": "animal",
    // Travel and transport.
    "airport_name": "airport", "airport_iata": "airport_code", "airport_iata_code": "airport_code",
    "iata_code": "airport_code", "airport_municipality": "airport_city", "airline_name": "airline",
    "airline_iata_code": "airline_code", "airline_flight_number": "flight_number", "flight_airline_name": "airline",
    "flight_airline_code": "airline_code", "flight_departure_airport": "airport", "flight_arrival_airport": "airport",
    "flight_departure_airport_code": "airport_code", "flight_arrival_airport_code": "airport_code",
    "car": "vehicle", "car_make": "vehicle_make", "car_maker": "vehicle_make", "car_manufacturer": "vehicle_make",
    "vehicle_manufacturer": "vehicle_make", "car_model": "vehicle_model", "car_type": "vehicle_type",
    "room_type": "hotel_room_type", "hotel_room": "hotel_room_type",
    // Money, work, services.
    "ticker": "stock_ticker", "ticker_symbol": "stock_ticker", "stock_symbol": "stock_ticker",
    "stock_name": "stock_company", "department_of_company": "company_department",
    "department_corporate": "company_department", "corporate_department": "company_department",
    "employee_department": "company_department", "department_name": "company_department", "seniority": "job_level",
    "seniority_level": "job_level", "academic_degree": "degree", "education_level": "degree",
    "school_subject": "subject", "course_subject": "subject", "policy_type": "insurance_type",
    "real_estate_type": "property_type", "energy_type": "energy_source", "fuel_source": "energy_source",
    // Culture, food, nature.
    "movie_genre": "film_genre", "movie_genres": "film_genre", "song_genre": "music_genre", "food": "dish",
    "meal": "dish", "dinner": "dish", "lunch": "dish", "weather": "weather_condition", "sensor": "sensor_type",
    "sensor_name": "sensor_type", "sensor_reading": "sensor_value", "measurement_unit": "sensor_unit",
    // Software and files.
    "bug_title": "issue_title", "ticket_title": "issue_title", "os": "operating_system", "browser_name": "browser",
    "web_browser": "browser", "log_severity": "log_level", "content_type": "mime_type", "media_type": "mime_type",
    "file_mime_type": "mime_type", "file_ext": "file_extension", "path": "file_path", "safe_color": "safe_color_name",
    "colour_name": "color_name", "rgb_colour": "rgb_color", "hexadecimal_color": "hex_color", "locale_code": "locale",
    "iso_639_1": "language_code", "lang_code": "language_code",
  ]
}
