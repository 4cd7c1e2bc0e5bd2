package wire

import "github.com/xsale-go/xsale/wire/codec"

// UnknownFields contains the fields of an object that the spec does not list, in the order the server sent them, with
// their exact JSON. Generated types keep them in AdditionalProperties and write them back.
//
// Get, Set and Delete work on one field, All iterates over all of them, Len counts them. The zero value is empty. A copy
// is independent of the original; concurrent reads are safe.
type UnknownFields = codec.UnknownFields
