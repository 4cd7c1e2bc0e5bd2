package surface_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/surface"
)

func example() surface.Surface {
	root := &cobra.Command{Use: "shop", Short: "Sell things", Version: "1.2"}
	root.PersistentFlags().StringP("output", "o", "table", "output `FORMAT`")
	sell := &cobra.Command{
		Use:   "sell ITEM [PRICE] (--file FILE | --all)",
		Short: "Sell an item",
		Long: `Sell an item, <b> and *, with --all and 'shop sell ITEM'.

Codes:
  0  sold
.dot 'quote' \ back`,
		Example: "  shop sell chair --all",
		Run:     func(*cobra.Command, []string) {},
	}
	sell.Flags().Int("workers", 4, "`N` at a time")
	sell.Flags().Bool("all", false, "everything | nothing")
	sell.Flags().Bool("secret", false, "")
	sell.Flags().MarkHidden("secret")
	hidden := &cobra.Command{Use: "hidden", Hidden: true, Run: sell.Run}
	root.AddCommand(sell, hidden)
	return surface.Surface{Root: root, ExitCodes: []surface.ExitCode{{Code: 0, Meaning: "success"}, {Code: 2, Meaning: "wrong"}}}
}

func TestSnapshot(t *testing.T) {
	const want = `argument shop sell ITEM [PRICE]
command shop
command shop sell
exit 0 success
exit 2 wrong
flag shop --output string default table
flag shop sell --all bool
flag shop sell --workers int default 4
short shop -o --output
`
	if got := string(example().Snapshot()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRemoved(t *testing.T) {
	const before = "command a\ncommand b\nflag a --x int default 1\n"
	const now = "command a\ncommand c\nflag a --x int default 2\n"
	for stated, want := range map[string]string{
		"":                   "command b, flag a --x int default 1",
		"command b":          "command b, flag a --x int default 1", // says nothing
		"command b: \n":      "command b, flag a --x int default 1",
		"command b: use c\n": "flag a --x int default 1",
		"command b: use c\nflag a --x int default 1: the default is 2\n": "",
	} {
		if got := strings.Join(surface.Removed([]byte(before), []byte(now), []byte(stated)), ", "); got != want {
			t.Errorf("%q: got %s, want %s", stated, got, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	page := string(example().Markdown())
	for _, part := range []string{
		"| [`shop sell`](#shop-sell) | Sell an item |\n",
		"Sell an item, \\<b> and \\*, with `--all` and `shop sell ITEM`.\n\nCodes:\n\n```text\n  0  sold\n```\n",
		"```text\nshop sell ITEM [PRICE] (--file FILE | --all)\n```\n",
		"```sh\nshop sell chair --all\n```\n",
		"| `--workers N` | N at a time (default 4) |\n",
		"| `--all` | everything \\| nothing |\n",
		"| `-o, --output FORMAT` | output FORMAT (default table) |\n",
		"| 2 | wrong |\n",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks\n%s\n%s", part, page)
		}
	}
	if strings.Contains(page, "hidden") || strings.Contains(page, "secret") {
		t.Error("the page has what is hidden")
	}
}

func TestManPagesAreValid(t *testing.T) {
	pages := example().Man(time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC))
	if len(pages) != 2 || pages[1].Name != "shop-sell.1" {
		t.Fatalf("%d pages, %v", len(pages), pages)
	}
	for _, part := range []string{`.TH SHOP\-SELL 1 2026-11-27 "shop 1.2"`, "\n\\&.dot \\(aqquote\\(aq \\e back\n", ".B \\-\\-workers N\nN at a time (default 4)\n"} {
		if text := string(pages[1].Roff); !strings.Contains(text, part) {
			t.Errorf("the page lacks %q:\n%s", part, text)
		}
	}
	lint, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("mandoc is not installed")
	}
	for _, page := range pages {
		command := exec.Command(lint, "-T", "lint", "-W", "warning")
		command.Stdin = strings.NewReader(string(page.Roff))
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s\n%s", page.Name, err, output, page.Roff)
		}
	}
}
