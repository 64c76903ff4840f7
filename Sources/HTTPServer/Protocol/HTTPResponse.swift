/// An answer: what a route's handler returns.
package struct HTTPResponse {
  /// One more header field.
  package struct Field {
    /// The field's name.
    package let name: String
    /// The field's value; control characters in it are sent as spaces.
    package let value: String

    /// Makes a field.
    ///
    /// - Parameters:
    ///   - name: The field's name: a literal, so that no client has a say in it.
    ///   - value: The field's value.
    package init(name: StaticString, value: String) {
      self.name = "\(name)"
      self.value = value
    }
  }

  /// The status code.
  package var status: HTTPStatus
  /// The body's media type.
  package var contentType: String
  /// Fields beside Date, Content-Type, Content-Length, Connection and X-Content-Type-Options, which are always sent.
  package var fields: [Field]
  /// What is sent after the head, unless the request's method was HEAD.
  package let body: HTTPBody

  /// An answer with a body that other answers may share.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - contentType: The body's media type.
  ///   - fields: Further header fields.
  ///   - body: The body.
  package init(status: HTTPStatus = .ok, contentType: String, fields: [Field] = [], body: HTTPBody) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }

  /// An answer with a body of any type.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - contentType: The body's media type.
  ///   - fields: Further header fields.
  ///   - body: The body.
  package init(status: HTTPStatus = .ok, contentType: String, fields: [Field] = [], body: [UInt8]) {
    self.init(status: status, contentType: contentType, fields: fields, body: HTTPBody(body))
  }

  /// An answer in plain text.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - text: The body.
  ///   - fields: Further header fields.
  package init(status: HTTPStatus = .ok, text: String, fields: [Field] = []) {
    self.init(status: status, contentType: "text/plain; charset=utf-8", fields: fields, body: Array(text.utf8))
  }
}

extension HTTPResponse {
  private static var allow: Field { Field(name: "Allow", value: "GET, HEAD, OPTIONS") }

  /// The answer to a method that no path takes.
  static var methodNotAllowed: HTTPResponse {
    HTTPResponse(status: .methodNotAllowed, text: "This server takes GET, HEAD and OPTIONS.\n", fields: [allow])
  }

  /// The answer to OPTIONS (RFC 9110 §9.3.7), with which some load balancers check.
  static var options: HTTPResponse { HTTPResponse(status: .noContent, contentType: "", fields: [allow], body: []) }
}
