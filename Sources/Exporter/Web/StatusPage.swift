internal import CommandLineOptions
internal import HTTPServer

/// What somebody sees who opens the exporter's address in a browser: one document, which asks nobody but the exporter.
///
/// It is written in `Resources`, apart from its style and the parts of its script, and the build makes these files part of
/// the program.
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

  /// The parts of the script in the order in which they build on each other; the last one starts it.
  private static let scriptParts = [
    PackageResources.words_js, PackageResources.elements_js, PackageResources.pipelines_js,
    PackageResources.judgement_js, PackageResources.minutes_js, PackageResources.scales_js,
    PackageResources.runs_js, PackageResources.present_js, PackageResources.exporter_js, PackageResources.plots_js,
    PackageResources.polling_js,
  ]

  /// One function of all parts, so that what they declare is not in the document's own scope.
  private static var script: [UInt8] {
    Array("(() => {\n\"use strict\";\n\n".utf8) + scriptParts.joined(separator: "\n".utf8) + Array("})();\n".utf8)
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
      case "script": Self.script
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
