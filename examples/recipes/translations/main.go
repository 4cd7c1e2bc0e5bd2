// Program translations translates the names and descriptions of articles. It reads the ids of articles
// from standard input and runs a command for each text, which reads HTML from its standard input and
// writes the translation to its standard output:
//
//	translations -from 9 -to 2 ./deepl-html < ids.txt
//
// A text that is there in the target language is left alone. So the program can be killed and started
// again: it translates only what is missing.
//
// No page of the vendor is about translations. Both operations were seen in the public program
// https://github.com/visionpl/xsale-deepl_product-description. The list of articles and the ids of the
// languages are not public: take both from the panel or the vendor's Swagger.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
)

var (
	from = flag.Int64("from", 0, "`ID` of the language to translate from")
	to   = flag.Int64("to", 0, "`ID` of the language to translate to")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	if *from < 1 || *to < 1 || *from == *to || flag.NArg() == 0 {
		return errors.New("usage: translations -from ID -to ID COMMAND [ARGUMENT]... < ids.txt")
	}
	if _, err := exec.LookPath(flag.Arg(0)); err != nil {
		return err
	}
	client, err := xsale.New(account.From(""))
	if err != nil {
		return err
	}
	defer client.Close()
	return translateAll(ctx, client.Organization("").Articles, os.Stdin, flag.Args())
}

// translateAll translates several articles at a time. An outage ends the run; one article that always fails
// does not.
func translateAll(ctx context.Context, articles *xsale.ArticlesService, in io.Reader, command []string) error {
	results := call.Map(ctx, words(in), 4, func(ctx context.Context, word string) (error, error) {
		article, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return fmt.Errorf("article %q: want an id, a whole number", word), nil
		}
		if err := translate(ctx, articles, article, command); err != nil {
			return fmt.Errorf("article %d: %w", article, err), nil
		}
		return nil, nil
	})
	failed, outages := 0, 0
	for problem, err := range results {
		if err != nil {
			return err
		}
		if outages++; !outage(problem) {
			outages = 0
		}
		if outages == maxOutages {
			return problem
		}
		if problem != nil {
			log.Print(problem)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("articles that failed: %d", failed)
	}
	return nil
}

// maxOutages is how many articles fail in a row until the others are left to the next run. A single one may
// fail because of its own data.
const maxOutages = 3

// outage reports whether other calls probably fail, too.
func outage(err error) bool {
	_, login := errors.AsType[*authn.Error](err)
	return login || xsale.Temporary(err) || errors.Is(err, xsale.ErrUnauthorized)
}

// words returns the words of a stream, which are separated by white space.
func words(in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		words := bufio.NewScanner(in)
		words.Split(bufio.ScanWords)
		for words.Scan() {
			if !yield(words.Text(), nil) {
				return
			}
		}
		if err := words.Err(); err != nil {
			yield("", err)
		}
	}
}

// translate adds the texts that an article lacks in the target language. Its other fields there are
// written back as they were.
func translate(ctx context.Context, articles *xsale.ArticlesService, article int64, command []string) error {
	var source xsale.Translation
	target := xsale.Translation{LanguageID: *to}
	for translation, err := range articles.ListTranslations(ctx, article) {
		switch {
		case err != nil:
			return err
		case translation.LanguageID == *from:
			source = translation
		case translation.LanguageID == *to:
			target = translation
		}
	}
	if source.LanguageID == 0 {
		return fmt.Errorf("it has nothing in language %d", *from)
	}
	changed := false
	for _, field := range []struct{ from, to *wire.Nullable[string] }{{&source.Name, &target.Name}, {&source.Description, &target.Description}} {
		text, _ := field.from.Get()
		if old, _ := field.to.Get(); strings.TrimSpace(text) == "" || strings.TrimSpace(old) != "" {
			continue
		}
		translated, err := runTranslator(ctx, command, text)
		if err != nil {
			return err
		}
		*field.to, changed = wire.Some(translated), true
	}
	if !changed {
		return nil
	}
	return articles.SetTranslation(ctx, article, target)
}

func runTranslator(ctx context.Context, command []string, text string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	translator := exec.CommandContext(ctx, command[0], command[1:]...)
	translator.Stdin, translator.Stderr, translator.WaitDelay = strings.NewReader(text), os.Stderr, time.Second
	translated, err := translator.Output()
	if err == nil && len(bytes.TrimSpace(translated)) == 0 {
		err = errors.New("it wrote nothing")
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", command[0], err)
	}
	return strings.TrimRight(string(translated), "\r\n"), nil
}
