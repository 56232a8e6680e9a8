import Support

/// A way in which the server misbehaves.
public enum ChatFault: String, ServerFault {
  case tooMany = "429"
  case tooManySeconds = "429-retry-after"
  case tooManyDate = "429-date"
  case tooManyMilliseconds = "429-ms"
  case tooManyForLong = "429-long"
  case quota = "429-quota"
  case requestTimeout = "408"
  case conflict = "409"
  case internalError = "500"
  case badGateway = "502"
  case unavailable = "503"
  case loading = "503-loading"
  case overloaded = "529"
  case hopeless = "503-hopeless"
  case retriable = "400-retriable"
  case badRequest = "400"
  case unauthorized = "401"
  case forbidden = "403"
  case notFound = "404"
  case errorIn200 = "error-200"
  case reset
  case resetMidway = "reset-midway"
  case stall
  case cut
  case cutAgreeing = "cut-agreeing"
  case endless
  case htmlIn200 = "html-200"
  case emptyIn200 = "empty-200"
  case jsonIn200 = "json-200"
  case deepBody = "deep-body"
  case hugeBody = "huge-body"
  case noChoices = "no-choices"
  case noContent = "no-content"
  case emptyContent = "empty-content"
  case contentInParts = "content-parts"
  case refusal
  case contentFilter = "content-filter"
  case length
  case cutContent = "cut-content"
  case fenced
  case thinking
  case endlessThinking = "endless-thinking"
  case surrounded
  case prose
  case deepContent = "deep-content"
  case unknownGenerator = "unknown-generator"
  case badArgument = "bad-argument"
  case duplicateNames = "duplicate-names"
  case noFields = "no-fields"
  case listOfArguments = "argument-list"
  case injected
  case keyInError = "key-in-error"
  case slow

  public var explanation: String {
    switch self {
    case .tooMany: "429 rate_limit_exceeded"
    case .tooManySeconds: "429 with Retry-After: 1"
    case .tooManyDate: "429 with a Retry-After date one to two seconds ahead"
    case .tooManyMilliseconds: "429 with retry-after-ms: 120, and Retry-After: 100"
    case .tooManyForLong: "429 with Retry-After: 1200"
    case .quota: "429 insufficient_quota"
    case .requestTimeout: "408"
    case .conflict: "409"
    case .internalError: "500 with an error of the service"
    case .badGateway: "502 with an HTML page"
    case .unavailable: "503 with an HTML page"
    case .loading: "503 as llama.cpp sends it while a model is loaded, with a code that is a number"
    case .overloaded: "529"
    case .hopeless: "503 with x-should-retry: false"
    case .retriable: "400 with x-should-retry: true"
    case .badRequest: "400 that names no parameter"
    case .unauthorized: "401 invalid_api_key, with the key's ends"
    case .forbidden: "403"
    case .notFound: "404 model_not_found"
    case .errorIn200: "an error object with status 200"
    case .reset: "the connection is reset before any byte"
    case .resetMidway: "the connection is reset in the middle of the body"
    case .stall: "no byte comes, and the connection stays open"
    case .cut: "half of the body, Content-Length names the whole"
    case .cutAgreeing: "half of the body, whole as a transfer"
    case .endless: "a body without end"
    case .htmlIn200: "a proxy's login page with status 200"
    case .emptyIn200: "no body, status 200"
    case .jsonIn200: "JSON that is no completion, with status 200"
    case .deepBody: "a body of ten thousand nested lists"
    case .hugeBody: "a body of 2 MiB"
    case .noChoices: "an empty list of choices"
    case .noContent: "content: null"
    case .emptyContent: "content of white space"
    case .contentInParts: "the right content, as a list of parts"
    case .refusal: "the model refuses, in the field for that"
    case .contentFilter: "finish_reason content_filter"
    case .length: "finish_reason length, and JSON that is cut"
    case .cutContent: "finish_reason stop, and JSON that is cut"
    case .fenced: "the right content between fences of Markdown"
    case .thinking: "the right content behind <think>…</think> with braces in it"
    case .endlessThinking: "content that begins with <think> and never comes to an end"
    case .surrounded: "the right content with sentences before and behind it"
    case .prose: "sentences without JSON"
    case .deepContent: "content of a thousand nested lists"
    case .unknownGenerator: "a generator that nobody has"
    case .badArgument: "an argument that its generator does not have"
    case .duplicateNames: "two fields of one name"
    case .noFields: "a table without fields"
    case .listOfArguments: "arguments as a list of names and values"
    case .injected: "generators and arguments that try to read files and to run commands"
    case .keyInError: "400 that repeats the key"
    case .slow: "the right answer, late"
    }
  }

  public func applies(to subjects: [String]) -> Bool { true }
}
