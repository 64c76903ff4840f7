internal import CommandLineOptions
internal import HTTPServer

/// What somebody sees who opens the exporter's address in a browser: one document, which asks nobody but the exporter.
///
/// It is written in `Resources`, apart from its style and its script, and the build makes the three files part of the
/// program.
struct StatusPage {
  private let telemetryPath: String

  /// Makes the page of an exporter.
  ///
  /// - Parameter telemetryPath: The path of the metrics, which the page links to; of letters, digits and `-._~/`.
  init(telemetryPath: String) {
    self.telemetryPath = telemetryPath
  }

  /// The page, with a policy that allows nothing but what is in it.
  ///
  /// - Returns: The answer.
  func response() -> HTTPResponse {
    let nonce = Self.makeNonce()
    return HTTPResponse(
      contentType: "text/html; charset=utf-8",
      fields: [
        .notStored,
        HTTPResponse.Field(name: "Content-Security-Policy", value: Self.policy(nonce: nonce)),
        HTTPResponse.Field(name: "Referrer-Policy", value: "no-referrer"),
      ],
      body: document(nonce: nonce)
    )
  }

  /// Content Security Policy Level 3. Of what the policy names only what bears the answer's own nonce is run, images
  /// are part of the page, and no script can make markup of text.
  private static func policy(nonce: String) -> String {
    """
    default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; img-src data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'
    """
  }

  /// 128 bits that nobody can guess, new for each answer, as the policy's specification asks (§8.1).
  private static func makeNonce() -> String {
    var generator = SystemRandomNumberGenerator()
    let bits = [generator.next() as UInt64, generator.next()]
    return bits.map { String($0, radix: 16) }.joined(separator: "-")
  }

  /// Puts together what the files in `Resources` hold.
  ///
  /// - Parameter nonce: What the policy knows the style and the script by.
  /// - Returns: The document.
  func document(nonce: String) -> [UInt8] {
    Self.fill(PackageResources.status_html) { name in
      switch name {
      case "nonce": Array(nonce.utf8)
      case "style": PackageResources.status_css
      case "script": PackageResources.status_js
      case "version": Array(productVersion.utf8)
      case "metrics": Array(telemetryPath.utf8)
      default: nil
      }
    }
  }

  /// Replaces each `{{name}}` of a template.
  ///
  /// - Parameters:
  ///   - template: The template.
  ///   - value: What stands for a name; nil leaves the template's text.
  /// - Returns: The text, in which the values are not looked at again.
  static func fill(_ template: [UInt8], value: (String) -> [UInt8]?) -> [UInt8] {
    let brace = UInt8(ascii: "{")
    var output: [UInt8] = []
    var rest = template[...]
    while let start = rest.firstIndex(of: brace) {
      output += rest[..<start]
      rest = rest[start...]
      guard rest.starts(with: [brace, brace]), let end = rest.firstIndex(of: UInt8(ascii: "}")),
        let value = value(String(decoding: rest[(start + 2)..<end], as: UTF8.self))
      else {
        output.append(rest.removeFirst())
        continue
      }
      output += value
      rest = rest[end...].dropFirst(2)
    }
    return output + rest
  }
}
