package codegen

import "testing"

func TestSentence(t *testing.T) {
	for _, test := range []struct{ name, description, want string }{
		{"Name", "", ""},
		{"Name", " \n ", ""},
		{"Name", "…", ""},
		{"Name", "---", ""},

		{"CreateIntegration", "A new integration.", "CreateIntegration is a new integration."},
		{"Me", "A user of xSale.", "Me is a user of xSale."},
		{"Status", "A status (status) of orders and payments.", "Status is a status (status) of orders and payments."},
		{"Item", "An order line (pozycja zamówienia). Known only in part.", "Item is an order line (pozycja zamówienia). Known only in part."},
		{"Value", "The value of `is` in paths.", "Value is the value of `is` in paths."},
		{"Items", "The order lines (pozycje zamówienia), that is, the products bought.", "Items contains the order lines (pozycje zamówienia), that is, the products bought."},
		{"Organizations", "The organizations that the user may work for.", "Organizations contains the organizations that the user may work for."},
		{"Translation", "The name and the weight of an article.", "Translation contains the name and the weight of an article."},
		{"Rows", "The addresses", "Rows contains the addresses."},

		{"BuyerID", "The id of the contractor (kontrahent) who buys (nabywca).", "BuyerID is the id of the contractor (kontrahent) who buys (nabywca)."},
		{"Name", "The name of the integration.", "Name is the name of the integration."},
		{"Name", "Full name of the user", "Name: Full name of the user."},
		{"Count", "number of items", "Count: number of items."},
		{"Link", "The URL of the image", "Link is the URL of the image."},
		{"Names", "The names of all statuses", "Names contains the names of all statuses."},
		{"Sync", "The settings for the export of orders to an ERP.", "Sync contains the settings for the export of orders to an ERP."},
		{"Series", "The default series (seria) of the documents that are created.", "Series is the default series (seria) of the documents that are created."},

		{"IsActive", "Whether active offers can be made.", "IsActive reports whether active offers can be made."},
		{"Paid", "True if the order is paid", "Paid is true if the order is paid."},
		{"Paid", "Indicates whether the order is paid.", "Paid indicates whether the order is paid."},
		{"Paid", "Gets or sets a value indicating whether the order is paid.", "Paid reports whether the order is paid."},
		{"Paid", "Flag indicating if it is paid.", "Paid reports whether it is paid."},
		{"Number", "Gets or sets the number of the order.", "Number is the number of the order."},
		{"Names", "Gets or sets the names.", "Names contains the names."},
		{"Sets", "Gets or sets this", "Sets gets or sets this."},
		{"Sets", "Sets of offers", "Sets of offers."},
		{"Sets", "Gets or sets `", "Sets: Gets or sets `"},
		{"Kind", "One of the values below.", "Kind is one of the values below."},

		// A name at the start is the subject already.
		{"Order", "Order is an order.", "Order is an order."},
		{"Quantity", "Quantity (ilość), a decimal.", "Quantity (ilość), a decimal."},
		{"Order", "Orders of a shop.", "Order: Orders of a shop."},

		// Clauses, other languages and everything doubtful stay as they are.
		{"Price", "The vendor ignores this field.", "Price: The vendor ignores this field."},
		{"Price", "The price of the offer is net.", "Price: The price of the offer is net."},
		{"Price", "The price includes VAT.", "Price: The price includes VAT."},
		{"Price", "The field that matters is ignored.", "Price: The field that matters is ignored."},
		{"Price", "The field that was sent last is used.", "Price: The field that was sent last is used."},
		{"Sort", "Sorted in the order of ids.", "Sort: Sorted in the order of ids."},
		{"Part", "Used for the export.", "Part: Used for the export."},
		{"Part", "Regardless of the status.", "Part: Regardless of the status."},
		{"Part", "Short name, for people.", "Part: Short name, for people."},
		{"Part", "Allegro id of the offer.", "Part: Allegro id of the offer."},
		{"Part", "If true, the order is locked", "Part: If true, the order is locked."},
		{"Part", "see https://example.test/a", "Part: see https://example.test/a"},
		{"OrderID", "Identyfikator zamówienia", "OrderID: Identyfikator zamówienia."},
		{"OrderID", "Id zamówienia", "OrderID: Id zamówienia."},
		{"List", "A lista ofert dla sklepu", "List: A lista ofert dla sklepu."},
		{"Status", "Status zamówienia: 0 - nowe, 1 - opłacone", "Status zamówienia: 0 - nowe, 1 - opłacone."},
		{"Flag", "Czy zamówienie jest opłacone?", "Flag: Czy zamówienie jest opłacone?"},
		{"Code", "42", "Code: 42"},
		{"Code", "A, B or C", "Code: A, B or C."},
		{"Code", "A or B", "Code: A or B."},
		{"Code", "A = new, B = old", "Code: A = new, B = old."},

		// Further paragraphs and Markdown stay as they are.
		{"Order", "An order.\n\nIt has lines.\n\n- a\n- b", "Order is an order.\n\nIt has lines.\n\n- a\n- b"},
		{"Kind", "- 0: new\n- 1: paid", "Kind:\n\n- 0: new\n- 1: paid"},
		{"Kind", "# Kinds\n\nText", "Kind:\n\n# Kinds\n\nText"},
		{"Kind", "`a` or `b`.", "Kind: `a` or `b`."},
		{"Kind", "**Required** id", "Kind: **Required** id."},
		{"Kind", "0 = new\n1 = paid", "Kind: 0 = new\n1 = paid"},
	} {
		if got := sentence(test.name, test.description); got != test.want {
			t.Errorf("%s, %q:\ngot  %q\nwant %q", test.name, test.description, got, test.want)
		}
	}
}

func TestAction(t *testing.T) {
	for summary, want := range map[string]string{
		"":                          "",
		"List orders":               "Do lists orders.",
		"Lists orders.":             "Do lists orders.",
		"Update one translation":    "Do updates one translation.",
		"Download the file":         "Do downloads the file.",
		"Create an order (draft)":   "Do creates an order (draft).",
		"List of orders":            "",
		"Get":                       "",
		"Get (all)":                 "",
		"Get `order`":               "",
		"Get. All orders":           "",
		"Order status":              "",
		"Zwraca listę zamówień":     "",
		"Get lista zamówień":        "",
		"Update\nmore":              "",
		"Set is replaced":           "",
		"Get the user's addresses":  "Do gets the user's addresses.",
		"Create or Replace an item": "Do creates or replaces an item.",
		"Get and list":              "",
		"Get and log items":         "",
		"Get an item and delete it": "",
		"Get items and updates":     "Do gets items and updates.",
	} {
		if got := action("Do", summary); got != want {
			t.Errorf("%q: got %q, want %q", summary, got, want)
		}
	}
}
