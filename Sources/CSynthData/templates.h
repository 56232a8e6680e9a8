// Schemas that stand in for a language model's.
static const unsigned char template_admissions[] = {
#embed "../synth-gen/Resources/templates/admissions.yaml" suffix(, PADDING)
};
static const unsigned char template_calls[] = {
#embed "../synth-gen/Resources/templates/calls.yaml" suffix(, PADDING)
};
static const unsigned char template_campaigns[] = {
#embed "../synth-gen/Resources/templates/campaigns.yaml" suffix(, PADDING)
};
static const unsigned char template_clinical_trial[] = {
#embed "../synth-gen/Resources/templates/clinical_trial.yaml" suffix(, PADDING)
};
static const unsigned char template_crop_yields[] = {
#embed "../synth-gen/Resources/templates/crop_yields.yaml" suffix(, PADDING)
};
static const unsigned char template_customers[] = {
#embed "../synth-gen/Resources/templates/customers.yaml" suffix(, PADDING)
};
static const unsigned char template_employees[] = {
#embed "../synth-gen/Resources/templates/employees.yaml" suffix(, PADDING)
};
static const unsigned char template_flights[] = {
#embed "../synth-gen/Resources/templates/flights.yaml" suffix(, PADDING)
};
static const unsigned char template_gene_expression[] = {
#embed "../synth-gen/Resources/templates/gene_expression.yaml" suffix(, PADDING)
};
static const unsigned char template_general[] = {
#embed "../synth-gen/Resources/templates/general.yaml" suffix(, PADDING)
};
static const unsigned char template_hotel_bookings[] = {
#embed "../synth-gen/Resources/templates/hotel_bookings.yaml" suffix(, PADDING)
};
static const unsigned char template_insurance_claims[] = {
#embed "../synth-gen/Resources/templates/insurance_claims.yaml" suffix(, PADDING)
};
static const unsigned char template_inventory[] = {
#embed "../synth-gen/Resources/templates/inventory.yaml" suffix(, PADDING)
};
static const unsigned char template_invoices[] = {
#embed "../synth-gen/Resources/templates/invoices.yaml" suffix(, PADDING)
};
static const unsigned char template_lab_results[] = {
#embed "../synth-gen/Resources/templates/lab_results.yaml" suffix(, PADDING)
};
static const unsigned char template_library_loans[] = {
#embed "../synth-gen/Resources/templates/library_loans.yaml" suffix(, PADDING)
};
static const unsigned char template_loans[] = {
#embed "../synth-gen/Resources/templates/loans.yaml" suffix(, PADDING)
};
static const unsigned char template_matches[] = {
#embed "../synth-gen/Resources/templates/matches.yaml" suffix(, PADDING)
};
static const unsigned char template_meter_readings[] = {
#embed "../synth-gen/Resources/templates/meter_readings.yaml" suffix(, PADDING)
};
static const unsigned char template_movie_ratings[] = {
#embed "../synth-gen/Resources/templates/movie_ratings.yaml" suffix(, PADDING)
};
static const unsigned char template_orders[] = {
#embed "../synth-gen/Resources/templates/orders.yaml" suffix(, PADDING)
};
static const unsigned char template_patients[] = {
#embed "../synth-gen/Resources/templates/patients.yaml" suffix(, PADDING)
};
static const unsigned char template_payroll[] = {
#embed "../synth-gen/Resources/templates/payroll.yaml" suffix(, PADDING)
};
static const unsigned char template_products[] = {
#embed "../synth-gen/Resources/templates/products.yaml" suffix(, PADDING)
};
static const unsigned char template_quality_inspections[] = {
#embed "../synth-gen/Resources/templates/quality_inspections.yaml" suffix(, PADDING)
};
static const unsigned char template_real_estate[] = {
#embed "../synth-gen/Resources/templates/real_estate.yaml" suffix(, PADDING)
};
static const unsigned char template_restaurant_menu[] = {
#embed "../synth-gen/Resources/templates/restaurant_menu.yaml" suffix(, PADDING)
};
static const unsigned char template_reviews[] = {
#embed "../synth-gen/Resources/templates/reviews.yaml" suffix(, PADDING)
};
static const unsigned char template_security_events[] = {
#embed "../synth-gen/Resources/templates/security_events.yaml" suffix(, PADDING)
};
static const unsigned char template_sensor_readings[] = {
#embed "../synth-gen/Resources/templates/sensor_readings.yaml" suffix(, PADDING)
};
static const unsigned char template_server_logs[] = {
#embed "../synth-gen/Resources/templates/server_logs.yaml" suffix(, PADDING)
};
static const unsigned char template_shipments[] = {
#embed "../synth-gen/Resources/templates/shipments.yaml" suffix(, PADDING)
};
static const unsigned char template_social_posts[] = {
#embed "../synth-gen/Resources/templates/social_posts.yaml" suffix(, PADDING)
};
static const unsigned char template_stock_prices[] = {
#embed "../synth-gen/Resources/templates/stock_prices.yaml" suffix(, PADDING)
};
static const unsigned char template_students[] = {
#embed "../synth-gen/Resources/templates/students.yaml" suffix(, PADDING)
};
static const unsigned char template_survey_responses[] = {
#embed "../synth-gen/Resources/templates/survey_responses.yaml" suffix(, PADDING)
};
static const unsigned char template_tickets[] = {
#embed "../synth-gen/Resources/templates/tickets.yaml" suffix(, PADDING)
};
static const unsigned char template_transactions[] = {
#embed "../synth-gen/Resources/templates/transactions.yaml" suffix(, PADDING)
};
static const unsigned char template_vehicles[] = {
#embed "../synth-gen/Resources/templates/vehicles.yaml" suffix(, PADDING)
};
static const unsigned char template_weather[] = {
#embed "../synth-gen/Resources/templates/weather.yaml" suffix(, PADDING)
};
static const unsigned char template_web_events[] = {
#embed "../synth-gen/Resources/templates/web_events.yaml" suffix(, PADDING)
};

#define TEMPLATES \
  RESOURCE("templates/admissions.yaml", template_admissions), \
  RESOURCE("templates/calls.yaml", template_calls), \
  RESOURCE("templates/campaigns.yaml", template_campaigns), \
  RESOURCE("templates/clinical_trial.yaml", template_clinical_trial), \
  RESOURCE("templates/crop_yields.yaml", template_crop_yields), \
  RESOURCE("templates/customers.yaml", template_customers), \
  RESOURCE("templates/employees.yaml", template_employees), \
  RESOURCE("templates/flights.yaml", template_flights), \
  RESOURCE("templates/gene_expression.yaml", template_gene_expression), \
  RESOURCE("templates/general.yaml", template_general), \
  RESOURCE("templates/hotel_bookings.yaml", template_hotel_bookings), \
  RESOURCE("templates/insurance_claims.yaml", template_insurance_claims), \
  RESOURCE("templates/inventory.yaml", template_inventory), \
  RESOURCE("templates/invoices.yaml", template_invoices), \
  RESOURCE("templates/lab_results.yaml", template_lab_results), \
  RESOURCE("templates/library_loans.yaml", template_library_loans), \
  RESOURCE("templates/loans.yaml", template_loans), \
  RESOURCE("templates/matches.yaml", template_matches), \
  RESOURCE("templates/meter_readings.yaml", template_meter_readings), \
  RESOURCE("templates/movie_ratings.yaml", template_movie_ratings), \
  RESOURCE("templates/orders.yaml", template_orders), \
  RESOURCE("templates/patients.yaml", template_patients), \
  RESOURCE("templates/payroll.yaml", template_payroll), \
  RESOURCE("templates/products.yaml", template_products), \
  RESOURCE("templates/quality_inspections.yaml", template_quality_inspections), \
  RESOURCE("templates/real_estate.yaml", template_real_estate), \
  RESOURCE("templates/restaurant_menu.yaml", template_restaurant_menu), \
  RESOURCE("templates/reviews.yaml", template_reviews), \
  RESOURCE("templates/security_events.yaml", template_security_events), \
  RESOURCE("templates/sensor_readings.yaml", template_sensor_readings), \
  RESOURCE("templates/server_logs.yaml", template_server_logs), \
  RESOURCE("templates/shipments.yaml", template_shipments), \
  RESOURCE("templates/social_posts.yaml", template_social_posts), \
  RESOURCE("templates/stock_prices.yaml", template_stock_prices), \
  RESOURCE("templates/students.yaml", template_students), \
  RESOURCE("templates/survey_responses.yaml", template_survey_responses), \
  RESOURCE("templates/tickets.yaml", template_tickets), \
  RESOURCE("templates/transactions.yaml", template_transactions), \
  RESOURCE("templates/vehicles.yaml", template_vehicles), \
  RESOURCE("templates/weather.yaml", template_weather), \
  RESOURCE("templates/web_events.yaml", template_web_events),
