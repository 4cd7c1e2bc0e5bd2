package wire

import "github.com/xsale-go/xsale/wire/codec"

// UnknownFields contains the fields of an object that the spec does not list, in the order the
// server sent them, with their exact JSON. Generated types have one as AdditionalProperties and
// write it back after the fields they know.
//
// Get, Set and Delete access one field, All iterates over them, Len counts them. The zero value is
// empty. Changing a copy leaves the original alone; concurrent reads are safe.
type UnknownFields = codec.UnknownFields
