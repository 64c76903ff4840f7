/// The version of this package, which both executables show.
package let productVersion = "0.1.0"
