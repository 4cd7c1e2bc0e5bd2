package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
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
		Short: "Write the translation of an article in one language",
		Args:  takes("ARTICLE"),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
				return err
			}
			if err := fileOrFlags(command, "language", "name", "description"); err != nil {
				return err
			}
			translation := xsale.Translation{LanguageID: language}
			if command.Flags().Changed("name") {
				translation.Name = wire.Some(name)
			}
			if command.Flags().Changed("description") {
				translation.Description = wire.Some(description)
			}
			if file != "" {
				if err := readJSON(command, file, &translation); err != nil {
					return err
				}
			} else if language <= 0 {
				return usagef("--language %d: want an id from 1 up", language)
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				return organization.Articles.SetTranslation(ctx, article, translation)
			})
		},
	}
	flags := command.Flags()
	flags.StringVarP(&file, "file", "f", "", "`FILE` with the translation as JSON, - for standard input")
	flags.Int64Var(&language, "language", 0, "`ID` of the language, such as 2 for English")
	flags.StringVar(&name, "name", "", "`NAME` of the product")
	flags.StringVar(&description, "description", "", "description of the product, as `HTML`")
	return command
}

func parseID(name, value string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id <= 0 {
		return 0, usagef("%s %q: want an id, a whole number from 1 up", name, value)
	}
	return id, nil
}
