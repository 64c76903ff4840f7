import Testing

@testable import LinuxIO

@Suite("Keys of logs' paths")
struct PathTests {
  @Test(
    "all spellings of a path have one key",
    arguments: [
      ("x.log", "/home/me/x.log"), ("./x.log", "/home/me/x.log"), ("a/../x.log", "/home/me/x.log"),
      ("../me/x.log", "/home/me/x.log"), ("/home//me/./x.log", "/home/me/x.log"), ("../../../../x.log", "/x.log"),
      ("/../x.log", "/x.log"), ("-", "-"), ("", "/home/me"), ("/", "/"),
    ]
  )
  func keys(path: String, key: String) {
    #expect(Path.normalized(path, from: "/home/me") == key)
  }

  @Test("where nothing is known of the current directory, a relative path stays one")
  func noDirectory() {
    #expect(Path.normalized("./a/../../x.log", from: nil) == "../x.log")
    #expect(Path.normalized("/a/./x.log", from: nil) == "/a/x.log")
  }
}
