package codegen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Names of parameters and fields in the common conventions of paging, in the form of foldedName.
var (
	pageNames   = []string{"page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage"}
	offsetNames = []string{"offset", "skip", "skipcount"}
	eitherNames = []string{"pageoffset", "start", "startindex", "from"} // the number of a page, or of elements to skip, from 0 or 1
	sizeNames   = []string{"pagesize", "size", "limit", "take", "top", "perpage", "maxresultcount", "maxresults", "itemsperpage", "rowsperpage", "pagelimit"}
	cursorNames = []string{"cursor", "after", "continuationtoken", "continuation", "pagetoken", "nexttoken", "nextcursor", "nextpagetoken", "skiptoken", "marker"}

	listNames     = []string{"items", "value", "data", "results", "result", "records", "content", "entries", "elements", "rows", "list"}
	totalNames    = []string{"total", "totalcount", "totalitems", "totalitemcount", "totalrows", "totalrecords", "totalresults", "totalelements", "totalhits"}
	pagesNames    = []string{"totalpages", "totalpagecount", "pagecount", "numberofpages"}
	moreNames     = []string{"hasmore", "hasnextpage", "hasnext", "hasmoreitems", "hasmoreresults"}
	nextNames     = []string{"nextcursor", "continuationtoken", "nextcontinuationtoken", "nextpagetoken", "nexttoken", "nextmarker", "endcursor", "next"}
	nextLinkNames = []string{"odata.nextlink", "nextlink", "nextpagelink", "nexturl", "nextpageurl"}
)

// foldedName makes the spellings of a name equal: PageSize, page_size, $pageSize and
// Filter.PageSize.
func foldedName(name string) string {
	name = strings.ToLower(name)
	if at := strings.LastIndexByte(name, '.'); at >= 0 && !strings.HasPrefix(name, "@") {
		name = name[at+1:]
	}
	return strings.NewReplacer("_", "", "-", "", "$", "", "@", "", "[", "", "]", "").Replace(strings.TrimPrefix(name, "x-"))
}

// proposal is the paging that an operation seems to have.
type proposal struct {
	*pagingOf
	paging   tree.Object
	question string // what the spec leaves open
}

// proposePaging returns the paging that an operation seems to have, and what the spec leaves open;
// nil if it has none.
func (p *preparer) proposePaging(operation tree.Operation) (paging tree.Object, question string) {
	c := &proposal{pagingOf: &pagingOf{preparer: p, operation: operation}, paging: tree.Object{}}
	if c.response = c.successSchema(); c.response == nil {
		return nil, ""
	}
	listed := c.findList()
	if !c.findForm(listed) {
		return nil, ""
	}
	if !listed {
		c.ask("which field of the response is the list?")
	}
	if c.question == "" {
		if c.check(c.paging); len(c.Problems) > 0 {
			c.ask(c.Problems[0].Message + "; " + c.Problems[0].Remedy)
		}
	}
	return c.paging, cmp.Or(c.question, wholeList)
}

// ask keeps the first question.
func (c *proposal) ask(question string) { c.question = cmp.Or(c.question, question) }

// set sets a field of the extension, unless the value is empty.
func (c *proposal) set(field, value string) {
	if value != "" {
		c.paging[field] = value
	}
}

// findForm finds how the next page is requested, with what belongs to it.
func (c *proposal) findForm(listed bool) bool {
	page, offset, either := c.parameterLike(pageNames, integerSchema), c.parameterLike(offsetNames, integerSchema), c.parameterLike(eitherNames, integerSchema)
	cursor, size := c.parameterLike(cursorNames, cursorSchema), c.parameterLike(sizeNames, integerSchema)
	get := c.operation.Method == "get"
	link := cmp.Or(c.valueLike(nextLinkNames, textSchema), c.valueLike([]string{"next"}, addressSchema))
	if links := c.innerFields(textSchema); link == "" && slices.Contains(links, "links.next") { // of JSON:API
		link = "links.next"
	}
	next := c.valueLike(nextNames, cursorSchema)
	switch {
	case link != "" && get:
		c.set("nextLink", link)
	case cursor != "" && next != "":
		c.set("cursor", cursor)
		c.set("next", next)
	case c.declares("Link") && get:
		c.paging["linkHeader"] = true
		return true
	case page != "" && offset != "":
		c.set("page", page)
		c.ask(fmt.Sprintf("is the next page requested by %s or by %s? For the latter, write offset", page, offset))
	case page != "" && (listed || size != ""):
		c.set("page", page)
	case offset != "" && (listed || size != ""):
		c.set("offset", offset)
	case either != "" && size != "":
		c.set("page", either)
		c.ask(fmt.Sprintf("is %s the number of a page, or of elements to skip? For the latter, write offset", either))
	case cursor != "" && size != "":
		c.set("cursor", cursor)
		c.ask(fmt.Sprintf("where in the response is the value of %s for the next page? Add it as next", cursor))
	default:
		return false
	}
	c.set("more", c.valueLike(moreNames, booleanSchema))
	if c.paging["page"] != nil {
		c.setFirst()
		c.set("pages", c.valueLike(pagesNames, integerSchema))
	}
	if c.paging["page"] != nil || c.paging["offset"] != nil {
		c.set("size", size)
		c.set("total", c.valueLike(totalNames, integerSchema))
		if c.paging["total"] == nil && c.declares("X-Total-Count") {
			c.set("total", "header:X-Total-Count")
		}
	}
	return true
}

// firstPage matches how descriptions name the number of the first page.
var firstPage = regexp.MustCompile(`(?i)\b(?:start(?:s|ing)? (?:with|at|from)|first page is) ([01])\b|\b([01])-based\b`)

// setFirst takes the number of the first page from the description of the parameter, unless its
// schema has it.
func (c *proposal) setFirst() {
	parameter, _ := c.parameterNamed(tree.String(c.paging["page"]))
	schema := c.schemaOf(parameter)
	found := firstPage.FindStringSubmatch(tree.String(parameter["description"]))
	if found != nil && schema["default"] == nil && schema["minimum"] == nil {
		c.paging["first"] = json.Number(found[1] + found[2])
	}
}

// findList finds the field of the response that is the list, and reports whether there is one.
func (c *proposal) findList() bool {
	if listSchema(c.response) {
		return true
	}
	lists := c.fieldsOf(c.response, listSchema)
	if len(lists) == 0 { // as in {result: {items: [], totalCount: 0}}
		lists = c.innerFields(listSchema)
	}
	if len(lists) > 1 {
		lists = slices.DeleteFunc(lists, func(path string) bool { return !slices.Contains(listNames, foldedName(path)) })
	}
	if len(lists) == 1 {
		c.set("items", lists[0])
	}
	return len(lists) == 1
}

// innerFields returns the paths to the properties that match, of the objects in the response.
func (c *proposal) innerFields(match func(tree.Object) bool) []string {
	var paths []string
	for _, name := range c.fieldsOf(c.response, func(schema tree.Object) bool { return kindOf(schema) == kindObject }) {
		for _, inner := range c.fieldsOf(c.at(c.response, []string{name}), match) {
			paths = append(paths, name+"."+inner)
		}
	}
	return paths
}

// valueLike returns the path to the only field with one of the names, in the response or an object
// in it; empty without one.
func (c *proposal) valueLike(names []string, match func(tree.Object) bool) string {
	found := append(c.fieldsOf(c.response, match), c.innerFields(match)...)
	for _, wanted := range names {
		var like []string
		for _, path := range found {
			if foldedName(path) == wanted {
				like = append(like, path)
			}
		}
		if len(like) > 1 {
			return ""
		}
		if len(like) == 1 {
			return like[0]
		}
	}
	return ""
}

// parameterLike returns the parameter in the query or a header, or the property of the body, with
// the first of the names that is taken; empty without one.
func (c *proposal) parameterLike(names []string, match func(tree.Object) bool) string {
	for _, wanted := range names {
		for _, value := range tree.ListAt(c.operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			name := tree.String(parameter["name"])
			if in := parameter["in"]; (in == "query" || in == "header") && foldedName(name) == wanted && match(c.schemaOf(parameter)) {
				return name
			}
		}
		for _, name := range c.fieldsOf(c.body(), match) {
			if foldedName(name) == wanted {
				return name
			}
		}
	}
	return ""
}

// declares reports whether a success has a header.
func (c *proposal) declares(header string) bool {
	for status, value := range tree.Fields(c.operation.Object["responses"]) {
		response, _ := value.(tree.Object)
		for name := range tree.Fields(response["headers"]) {
			if strings.HasPrefix(status, "2") && strings.EqualFold(name, header) {
				return true
			}
		}
	}
	return false
}

func integerSchema(schema tree.Object) bool { return schema["type"] == "integer" }

func booleanSchema(schema tree.Object) bool { return schema["type"] == "boolean" }

func textSchema(schema tree.Object) bool { return schema["type"] == "string" }

func addressSchema(schema tree.Object) bool {
	return textSchema(schema) && (schema["format"] == "uri" || schema["format"] == "url")
}

// cursorSchema reports whether a value may be a cursor, and not a date or an address.
func cursorSchema(schema tree.Object) bool {
	format := tree.String(schema["format"])
	return (textSchema(schema) || integerSchema(schema)) && !strings.HasPrefix(format, "date") && !addressSchema(schema)
}
