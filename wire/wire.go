// Package wire holds what generated types need to keep the JSON of the xSale API exact: [Decimal] for money and
// quantities, [DateTime] for the dates that ASP.NET writes, [Nullable] for members in which absent, null and a value
// differ, [UnknownFields] for the members of an object that the API description does not list.
//
// The scalar types hold the JSON literal that was read and write the same literal back: 10.50 stays 10.50, a time
// without a zone stays without one. Their zero value stands for an absent member; with the JSON option omitzero it is
// left out. They are values: copying them is cheap, and concurrent use is safe.
package wire
