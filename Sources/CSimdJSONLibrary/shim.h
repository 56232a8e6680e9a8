/* simdjson is C++: Swift sees it through CSimdJSON alone. */
