// Package wire contains the value types of the xSale API. They keep JSON exact: [Decimal] for
// money and quantities, [DateTime] for the dates ASP.NET writes, [Nullable] for fields where
// absent, null and a value differ, and [UnknownFields] for the fields the spec does not list.
//
// Decimal and DateTime keep the JSON literal they were read from and write it back unchanged: 10.50
// stays 10.50, and a time without a zone stays without one. Their zero value is an absent field;
// the JSON option omitzero leaves it out. Copies are cheap, and concurrent reads are safe.
package wire
