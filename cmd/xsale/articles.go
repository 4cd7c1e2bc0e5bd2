package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/wire"
)

func newArticlesCommand(a *app) *cobra.Command {
	return newGroup("articles", "Read and write article data",
		newGroup("translations", "Read and write the translations of an article",
			newTranslationsGetCommand(a), newTranslationsSetCommand(a)))
}

func newTranslationsGetCommand(a *app) *cobra.Command {
	return prints(&cobra.Command{
		Use:     "get ARTICLE",
		Short:   "List the translations of an article",
		Example: "  xsale articles translations get 16519",
		Args:    takes("ARTICLE"),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
				return err
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				translations := organization.Articles.ListTranslations(ctx, article)
				return printReceived(command, a.output, translations, output.Rows[xsale.Translation]{
					Heading: []string{"LANGUAGE", "NAME", "DESCRIPTION"},
					Row: func(translation xsale.Translation) []any {
						name, _ := translation.Name.Get()
						description, _ := translation.Description.Get()
						return []any{translation.LanguageID, name, description}
					},
				})
			})
		},
	})
}

func newTranslationsSetCommand(a *app) *cobra.Command {
	var file, name, description string
	var language int64
	command := &cobra.Command{
		Use:   "set ARTICLE (--language ID [--name NAME] | --file FILE)",
		Short: "Change the translation of an article in one language",
		Long: `Change the translation of an article in one language. Fields that are not passed keep their values:
the translation is read, changed and written back as a whole. Empty values erase, such as
--description "" or null in the file. A language that the article does not have yet is written with
what is passed.

The API has no conditional writes: what another program changes between the read and the write is
lost.`,
		Example: `  xsale articles translations set 16519 --language 9 --name "Oak desk"
  xsale articles translations set 16519 --file translation.json`,
		Args: takes("ARTICLE"),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
				return err
			}
			if err := fileOrFlags(command, "language", "name", "description"); err != nil {
				return err
			}
			change := xsale.Translation{LanguageID: language}
			if command.Flags().Changed("name") {
				change.Name = wire.Some(name)
			}
			if command.Flags().Changed("description") {
				change.Description = wire.Some(description)
			}
			if file != "" {
				if err := readBody(command, "setTranslation", file, &change); err != nil {
					return err
				}
				if change.LanguageID <= 0 {
					return usagef("%s: LanguageId is %d: want the id of the language, from 1 up", inputName(file), change.LanguageID)
				}
			} else if language <= 0 {
				return usagef("--language %d: want an id from 1 up", language)
			}
			if change.Name.IsZero() && change.Description.IsZero() && change.Len() == 0 {
				return usagef("nothing to change in language %d: pass --name, --description or a --file with fields", change.LanguageID)
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				return changeTranslation(ctx, organization.Articles, article, change)
			})
		},
	}
	flags := command.Flags()
	flags.StringVarP(&file, "file", "f", "", "`FILE` with the fields to change and LanguageId as JSON, - for standard input")
	flags.Int64Var(&language, "language", 0, "`ID` of the language, such as 2 for English")
	flags.StringVar(&name, "name", "", "`NAME` of the product")
	flags.StringVar(&description, "description", "", "description of the product, as `HTML`")
	mayBeEmpty(flags, "name", "description")
	return command
}

// changeTranslation reads the translations of an article and writes one back with the fields of
// change. A list that cannot be read to its end writes nothing: it may be missing the language.
func changeTranslation(ctx context.Context, articles *xsale.ArticlesService, article int64, change xsale.Translation) error {
	translations, err := call.Collect(articles.ListTranslations(ctx, article))
	if err != nil {
		return err
	}
	for i, translation := range translations {
		if translation.LanguageID <= 0 { // it may be the one to change
			return fmt.Errorf("article %d: translation %d of the list has no LanguageId: use 'xsale api' to write one", article, i+1)
		}
	}
	same := func(t xsale.Translation) bool { return t.LanguageID == change.LanguageID }
	i := slices.IndexFunc(translations, same)
	if i < 0 {
		return articles.SetTranslation(ctx, article, change)
	}
	if slices.ContainsFunc(translations[i+1:], same) {
		return fmt.Errorf("article %d has several translations in language %d: use 'xsale api' to write one", article, change.LanguageID)
	}
	changed := translations[i]
	for name := range changed.All() {
		for _, known := range []string{"LanguageId", "Name", "Description"} {
			if strings.EqualFold(name, known) {
				return fmt.Errorf("article %d: the translation has both %s and %s: use 'xsale api' to write it", article, known, name)
			}
		}
	}
	if !change.Name.IsZero() {
		changed.Name = change.Name
	}
	if !change.Description.IsZero() {
		changed.Description = change.Description
	}
	for name, value := range change.All() {
		if err := changed.Set(name, value); err != nil {
			return err
		}
	}
	return articles.SetTranslation(ctx, article, changed)
}

func parseID(name, value string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id <= 0 {
		return 0, usagef("%s %q: want an id, a whole number from 1 up", name, value)
	}
	return id, nil
}
