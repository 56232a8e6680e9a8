/// Names that other tools have for people, places, companies and what is on the internet.
extension GeneratorDialect {
  /// Those that need their provider.
  static let qualifiedPeopleNames: [String: String] = [
    "person.gender": "gender", "person.middle_name": "first_name", "name.gender": "gender", "image.url": "image_url",
    "image.avatar": "image_url", "internet.avatar": "image_url", "internet.port": "port_number",
    "internet.domain_suffix": "tld", "internet.example_email": "safe_email", "company.name": "company",
    "company.company_name": "company", "company.suffix": "company_suffix", "location.street": "street_name",
    "location.county": "state", "address.county": "state", "location.nearby_gpscoordinate": "latlng",
    "address.nearby_gpscoordinate": "latlng", "company.buzz_noun": "bs", "company.buzz_verb": "bs",
    "phone.mobile": "mobile_number", "phone.cell": "mobile_number", "internet.host": "hostname",
  ]

  /// Those that mean one thing whoever uses them.
  static let peopleNames: [String: String] = [
    "mobile": "mobile_number", "mobile_phone": "mobile_number", "cell_phone": "mobile_number", "cell": "mobile_number",
    "phone_number_mobile": "mobile_number", "gender_abbrev": "sex", "gender_binary": "gender",
    "male_name": "name_male",
    "female_name": "name_female", "male_first_name": "first_name_male", "female_first_name": "first_name_female",
    "middle_name": "first_name", "name_prefix": "prefix", "name_suffix": "suffix", "honorific": "prefix",
    "salutation": "prefix", "postal": "postcode", "plz": "postcode", "zip_postcode": "postcode", "eircode": "postcode",
    "county": "state", "state_province": "state", "state_name": "state", "state_abbrev": "state_abbr",
    "state_code": "state_abbr", "region_code": "state_abbr", "province_code": "state_abbr", "stateabr": "state_abbr",
    "street_number": "building_number", "house_number": "building_number", "streetnumber": "building_number",
    "address_line_1": "street_address", "address_line1": "street_address", "address1": "street_address",
    "address_line_2": "secondary_address", "address_line2": "secondary_address", "address2": "secondary_address",
    "apartment": "secondary_address", "full_address": "address", "postal_address": "address",
    "mailing_address": "address", "iso_country_code": "country_code", "countryabr": "country_code",
    "calling_code": "country_calling_code", "dialing_code": "country_calling_code",
    "geo_coordinate": "latlng", "coordinates": "latlng", "lat_lng": "latlng", "latlong": "latlng", "lat_long": "latlng",
    "geo_point": "latlng", "work_email": "company_email", "business_email": "company_email", "slogan": "catch_phrase",
    "tagline": "catch_phrase", "buzz_phrase": "bs", "buzzword": "bs", "employer": "company", "organization": "company",
    "organisation": "company", "business_name": "company", "job_position": "job", "nickname": "user_name",
    "screen_name": "user_name", "display_name": "name", "mac_addr": "mac_address", "port": "port_number",
    "top_level_domain": "tld", "domain_suffix": "tld", "web_site": "url", "web_address": "url", "link": "url",
    "http_url": "url", "host": "hostname", "browser_user_agent": "user_agent", "http_status": "http_status_code",
    "status_code": "http_status_code", "request_method": "http_method", "picture_url": "image_url",
    "photo_url": "image_url", "avatar_url": "image_url",
  ]
}
