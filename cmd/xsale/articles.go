package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"
)

func newArticlesCommand(a *app) *cobra.Command {
	return newGroup("articles", "Read and write what belongs to articles",
		newGroup("translations", "Read and write the translations of an article",
			newTranslationsGetCommand(a), newTranslationsSetCommand(a)))
}

func newTranslationsGetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "get ARTICLE",
		Short: "List the translations of an article",
		Args:  cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
				return err
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				translations := client.Organization("").Articles.ListTranslations(ctx, article)
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
		Use:   "set ARTICLE (--language ID [--name TEXT] [--description HTML] | --file FILE)",
		Short: "Write the translation of an article in one language",
		Args:  cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			article, err := parseID("ARTICLE", arguments[0])
			if err != nil {
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
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				return client.Organization("").Articles.SetTranslation(ctx, article, translation)
			})
		},
	}
	flags := command.Flags()
	flags.StringVarP(&file, "file", "f", "", "file with the JSON of the translation, - for standard input")
	flags.Int64Var(&language, "language", 0, "id of the language, for example 2 for English")
	flags.StringVar(&name, "name", "", "name of the product")
	flags.StringVar(&description, "description", "", "description of the product, as HTML")
	command.MarkFlagsMutuallyExclusive("file", "language")
	command.MarkFlagsMutuallyExclusive("file", "name")
	command.MarkFlagsMutuallyExclusive("file", "description")
	command.MarkFlagsOneRequired("file", "language")
	return command
}

func parseID(name, text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, usagef("%s %q is not an id: use a whole number from 1 on", name, text)
	}
	return id, nil
}
