package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
)

func newArticlesCommand(a *app) *cobra.Command {
	return newGroup("articles", "Read and write article data",
		newGroup("translations", "Read and write the translations of an article",
			newTranslationsGetCommand(a), newTranslationsSetCommand(a)))
}

func newTranslationsGetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "get ARTICLE",
		Short: "List the translations of an article",
		Args:  takes("ARTICLE"),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
				return err
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				translations := organization.Articles.ListTranslations(ctx, article)
				return printList(command.OutOrStdout(), a.output, translations, table[xsale.Translation]{
					heading: []string{"LANGUAGE", "NAME", "DESCRIPTION"},
					row: func(translation xsale.Translation) []any {
						name, _ := translation.Name.Get()
						description, _ := translation.Description.Get()
						return []any{translation.LanguageID, name, description}
					},
				})
			})
		},
	}
}

func newTranslationsSetCommand(a *app) *cobra.Command {
	var file, name, description string
	var language int64
	command := &cobra.Command{
		Use:   "set ARTICLE (--language ID [--name NAME] [--description HTML] | --file FILE)",
		Short: "Change the translation of an article in one language",
		Long: `Change the translation of an article in one language. Fields that are not passed keep their values:
the translation is read, changed and written back as a whole. Empty values erase, such as
--description "" or null in the file. A language that the article does not have yet is written with
what is passed.

The API has no condition on a write: what another program changes between the read and the write is
lost.`,
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
			var changes json.RawMessage
			if file != "" {
				if changes, err = readJSON(command, file, &change); err != nil {
					return err
				}
				if change.LanguageID <= 0 {
					return usagef("%s: LanguageId is %d: want the id of the language, from 1 up", inputName(file), change.LanguageID)
				}
				if len(jsonFields(changes)) < 2 {
					return usagef("%s: nothing to change next to LanguageId", inputName(file))
				}
			} else {
				if language <= 0 {
					return usagef("--language %d: want an id from 1 up", language)
				}
				if !change.Name.IsSet() && !change.Description.IsSet() {
					return usagef("nothing to change: pass --name, --description or both")
				}
				if changes, err = json.Marshal(change); err != nil {
					return err
				}
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				return changeTranslation(ctx, organization.Articles, article, change.LanguageID, changes)
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

// changeTranslation reads the translations of an article and writes the one in a language back with
// changes. A list that cannot be read to its end writes nothing: it may be missing the language.
func changeTranslation(ctx context.Context, articles *xsale.ArticlesService, article, language int64, changes json.RawMessage) error {
	translations, err := call.Collect(articles.ListTranslations(ctx, article))
	if err != nil {
		return err
	}
	var changed xsale.Translation
	found := 0
	for _, translation := range translations {
		if translation.LanguageID == language {
			changed = translation
			found++
		}
	}
	switch found {
	case 0:
	case 1:
		whole, err := json.Marshal(changed)
		if err != nil {
			return err
		}
		if changes, err = mergeFields(whole, changes); err != nil {
			return err
		}
	default:
		return fmt.Errorf("article %d has %d translations in language %d: use 'xsale api' to write one of them", article, found, language)
	}
	changed = xsale.Translation{}
	if err := json.Unmarshal(changes, &changed); err != nil {
		return err
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
