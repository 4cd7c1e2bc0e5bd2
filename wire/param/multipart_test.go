package param_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/param"
)

type form struct {
	Note    *string           `form:"note"`
	Count   int64             `form:"count,required"`
	Price   *wire.Decimal     `form:"price"`
	Tags    []string          `form:"tags"`
	IDs     []int64           `form:"ids,json"`
	Address *filter           `form:"address"`
	Labels  map[string]string `form:"labels"`
	Main    param.File        `form:"main,required"`
	Spare   *param.File       `form:"spare"`
	Files   []param.File      `form:"files"`
}

func partsOf(t *testing.T, body *param.Multipart) (parts []string) {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(body.MediaType)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(body.Reader())
	if err != nil || body.Size() >= 0 && int64(len(data)) != body.Size() {
		t.Fatalf("%d bytes instead of %d, %v", len(data), body.Size(), err)
	}
	reader := multipart.NewReader(bytes.NewReader(data), parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, strings.Join([]string{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), string(content)}, "|"))
	}
}

func TestEncodeMultipart(t *testing.T) {
	for _, test := range []struct {
		name       string
		form       form
		repeatable bool
		want       string // parts, or a part of the error
	}{
		{"little", form{Main: param.File{Content: strings.NewReader("x")}}, true, "count|||0 main|main|application/octet-stream|x"},
		{"everything", form{
			Note: new("a\r\n--b"), Count: 7, Price: new(wire.MustDecimal("1.50")), Tags: []string{"", "b"}, IDs: []int64{1, 2},
			Address: &filter{City: "ż"}, Labels: map[string]string{"a": "b"},
			Main:  param.File{Name: `fa"ktura ż.pdf`, Type: "application/pdf", Content: strings.NewReader("\x00\r\n--")},
			Spare: &param.File{Name: "s", Content: bytes.NewBufferString("spare")},
			Files: []param.File{{Name: "1", Content: bytes.NewReader([]byte("one"))}, {Name: "2", Content: strings.NewReader("")}},
		}, true, "note|||a\r\n--b count|||7 price|||1.50 tags||| tags|||b ids||application/json|[1,2] " +
			`address||application/json|{"city":"ż"} labels||application/json|{"a":"b"} main|fa"ktura ż.pdf|application/pdf|` + "\x00\r\n--" +
			" spare|s|application/octet-stream|spare files|1|application/octet-stream|one files|2|application/octet-stream|"},
		{"a stream", form{Main: param.File{Content: iotest.OneByteReader(strings.NewReader("x"))}}, false, "count|||0 main|main|application/octet-stream|x"},
		{"without a file", form{}, true, "form parameter main: it has no value"},
		{"with an empty file", form{Main: param.File{Content: strings.NewReader("")}, Files: []param.File{{}}}, true, "form parameter files: element 0: it has no value"},
		{"with a header in a type", form{Main: param.File{Type: "a/b\r\nX: y", Content: strings.NewReader("")}}, true, "line break"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body, err := param.EncodeMultipart(&test.form)
			if err != nil {
				if _, ok := errors.AsType[*param.Error](err); !ok || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := strings.Join(partsOf(t, body), " "); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if repeatable := body.Size() >= 0; repeatable != test.repeatable {
				t.Fatalf("the body can be repeated: %v", repeatable)
			}
			if test.repeatable {
				if got := strings.Join(partsOf(t, body), " "); got != test.want {
					t.Errorf("the second time %q", got)
				}
			}
		})
	}
}
