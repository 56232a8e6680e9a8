import Testing
@testable import MillraceCore
@Test func t() { #expect(ByteBuffer().count == 0) }
