package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// contents calls visit with the content of an operation's body and responses and their pointers.
func contents(operation tree.Operation, visit func(pointer string, content tree.Object, request bool, owner tree.Object)) {
	if body := tree.ObjectAt(operation.Object, "requestBody"); body != nil {
		if content := tree.ObjectAt(body, "content"); content != nil {
			visit(tree.Join(operation.Pointer, "requestBody", "content"), content, true, body)
		}
	}
	for status, value := range tree.Fields(operation.Object["responses"]) {
		response, _ := value.(tree.Object)
		if content := tree.ObjectAt(response, "content"); content != nil {
			visit(tree.Join(operation.Pointer, "responses", status, "content"), content, false, response)
		}
	}
}
