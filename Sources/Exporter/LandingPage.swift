internal import CommandLineOptions

/// What somebody sees who opens the exporter's address in a browser.
enum LandingPage {
  static let contentType = "text/html; charset=utf-8"

  /// Writes the page.
  ///
  /// - Parameter links: Each address's path and what is found there, in the order shown.
  /// - Returns: A whole HTML document that asks for nothing from outside.
  static func render(links: [(path: String, meaning: String)]) -> [UInt8] {
    let items = links.map { "<li><a href=\"\($0.path)\">\($0.path)</a>: \($0.meaning)</li>" }
    let page = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>ETL exporter</title>
      <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
      </head>
      <body>
      <h1>ETL exporter</h1>
      <p>Version \(productVersion). Tails the JSON log of an ETL job and serves its numbers to Prometheus.</p>
      <ul>
      \(items.joined(separator: "\n"))
      </ul>
      </body>
      </html>

      """
    return Array(page.utf8)
  }
}
