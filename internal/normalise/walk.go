package normalise

import "github.com/xsale-go/xsale/internal/spec"

// contents yields the content objects of an operation's body and responses with their places.
func contents(operation spec.Operation, visit func(pointer string, content spec.Object, isRequest bool, owner spec.Object)) {
	if body := spec.ObjectAt(operation.Object, "requestBody"); body != nil {
		if content := spec.ObjectAt(body, "content"); content != nil {
			visit(spec.Join(operation.Pointer, "requestBody", "content"), content, true, body)
		}
	}
	for status, value := range spec.Members(operation.Object["responses"]) {
		response, _ := value.(spec.Object)
		if content := spec.ObjectAt(response, "content"); content != nil {
			visit(spec.Join(operation.Pointer, "responses", status, "content"), content, false, response)
		}
	}
}
