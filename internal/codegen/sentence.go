package codegen

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// sentence turns what a spec has about name into a doc comment. It rewrites the start only if the
// grammar is certain: "The id of the buyer." becomes "BuyerID is the id of the buyer."
// Anything else, such as Polish, follows "BuyerID: " unchanged. Without a letter or digit, the
// result is empty.
func sentence(name, description string) string {
	description = strings.TrimSpace(description)
	if !strings.ContainsFunc(description, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	if markdownBlock.MatchString(description) {
		return name + ":\n\n" + description
	}
	return terminated(subject(name, description))
}

// markdownBlock matches the start of a list, heading, quote, table or code block.
var markdownBlock = regexp.MustCompile("^(?:[-*+] |\\d+[.)] |#+ |>|\\||```|~~~)")

// subject makes name the subject of the first sentence.
func subject(name, description string) string {
	rest, named := strings.CutPrefix(description, name)
	named = named && rest != "" && !startsWithLetter(rest) && !unicode.IsDigit([]rune(rest)[0])
	switch {
	case named && predicate.MatchString(strings.TrimLeft(rest, " ")):
		return description
	case predicate.MatchString(description):
		return name + " " + lowerFirst(description)
	}
	if rest, ok := cutMatch(description, accessor); ok && determiners[firstSentence(rest)[0]] {
		if condition, ok := cutMatch(rest, condition); ok {
			return name + " reports whether " + condition
		}
		if phrase := complement(rest); phrase != "" {
			return name + " " + phrase
		}
		return name + " " + lowerFirst(description)
	}
	if condition, ok := cutMatch(description, condition); ok {
		return name + " reports whether " + condition
	}
	if truth.MatchString(description) {
		return name + " is " + lowerFirst(description)
	}
	if phrase := complement(description); phrase != "" {
		return name + " " + phrase
	}
	if named {
		return description
	}
	return name + ": " + description
}

var (
	// predicate matches a verb at the start, without its subject.
	predicate = regexp.MustCompile(`^(?:(?:is|are|has|contains|reports) |(?i:indicates|specifies|contains|defines|represents|describes|identifies|determines) (?:the|a|an|how|what|which|whether|if|that|when|where|who|this|all|each|one) )`)
	accessor  = regexp.MustCompile(`^(?i:gets (?:or|and) sets|gets/sets|gets|sets) `)
	condition = regexp.MustCompile(`^(?i:whether|(?:an? |the )?(?:value|flag|boolean)(?: value)? (?:indicating|(?:that|which) indicates) (?:whether|if)) `)
	truth     = regexp.MustCompile(`^(?i:true (?:if|when|unless)|one of) `)
)

func startsWithLetter(text string) bool { return unicode.IsLetter([]rune(text)[0]) }

// cutMatch returns the rest after a match of the pattern, and whether there is a match and a rest.
func cutMatch(description string, pattern *regexp.Regexp) (string, bool) {
	match := pattern.FindString(description)
	rest := description[len(match):]
	return rest, match != "" && len(firstSentence(rest)) > 0
}

// complement adds a verb in front of a noun phrase with an article, or returns "" if the text
// may be something else.
func complement(description string) string {
	words := firstSentence(description)
	if len(words) < 2 || foreign(words) || clause(words) {
		return ""
	}
	if words[0] != "a" && words[0] != "an" && words[0] != "the" || words[1] == "and" || words[1] == "or" || !startsWithLetter(words[1]) {
		return "" // "A or B" lists values
	}
	if plural(words) {
		return "contains " + lowerFirst(description)
	}
	return "is " + lowerFirst(description)
}

var (
	aside       = regexp.MustCompile("\\([^()]*\\)|`[^`]*`|\"[^\"]*\"")
	sentenceEnd = regexp.MustCompile(`[.!?](?:\s|$)|\n\s*\n`)
)

// firstSentence returns the words of the first sentence in lower case, with punctuation as words
// of their own. Asides in parentheses and quotes become "…".
func firstSentence(description string) []string {
	description = aside.ReplaceAllString(description, " … ")
	if end := sentenceEnd.FindStringIndex(description); end != nil {
		description = description[:end[0]]
	}
	description = strings.NewReplacer(",", " , ", ";", " ; ", ":", " : ").Replace(strings.ToLower(description))
	words := strings.Fields(description)
	return slices.DeleteFunc(words, func(word string) bool { return word == "…" })
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

var (
	determiners  = wordSet("a an the this that these those its their his her your our each every all any some no")
	pronouns     = wordSet("it they he she we you i them him us there")
	prepositions = wordSet("of for in from to by on with at as per without under over between within behind before after during about")
	conjunctions = wordSet("that which who whose whom where when whether if unless because while until how what")
	// verbs are forms that make a clause of a phrase.
	verbs = wordSet(`is are was were be been has have had do does did can cannot could may might must shall should will would isn't
		aren't can't don't doesn't won't needs need requires require includes include contains contain returns uses means depends
		applies gives indicates specifies defines identifies determines represents describes exists works allows belongs comes
		goes refers becomes remains stays starts ends happens matters varies follows gets takes makes keeps sends receives
		accepts rejects ignores supports consists corresponds equals`)
	foreignWords = wordSet("i w z na dla lub nie oraz przez od jest się czy po za ze ich jego der die das und für mit le la les des et")
)

// foreign reports whether the words may not be English.
func foreign(words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return foreignWords[word] || strings.ContainsFunc(word, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
	})
}

// clause reports whether the words have, or may have, a main verb. Each subordinate clause
// accounts for one verb.
func clause(words []string) bool {
	budget, head := 0, true
	for i, word := range words {
		switch {
		case conjunctions[word]:
			budget++
			head = false
			if rest := words[i+1:]; len(rest) > 2 && (word == "that" || word == "which" || word == "who") &&
				!determiners[rest[0]] && !pronouns[rest[0]] && !verbs[rest[0]] {
				return true // its verb is unknown, so a second one might be too
			}
		case verbs[word]:
			if budget--; budget < 0 {
				return true
			}
		case prepositions[word]:
			head = false
		case head && i > 0 && (pronouns[word] || determiners[word] && words[i-1] != "and" && words[i-1] != "or" && words[i-1] != ","):
			return true // an object follows a verb
		}
	}
	return false
}

// plural reports whether the phrase may be about more than one thing: its words up to the first
// preposition, conjunction or punctuation end in a plural, or are joined.
func plural(words []string) bool {
	end := slices.IndexFunc(words, func(word string) bool {
		return prepositions[word] || conjunctions[word] || strings.Contains(",;:", word)
	})
	if end > 0 {
		words = words[:end]
	}
	if slices.Contains(words, "and") || slices.Contains(words, "or") {
		return true
	}
	last := words[len(words)-1]
	return last == "data" || strings.HasSuffix(last, "s") && last != "series" &&
		!strings.HasSuffix(last, "ss") && !strings.HasSuffix(last, "us") && !strings.HasSuffix(last, "is")
}

// lowerFirst lowers the first letter, unless the word is an acronym.
func lowerFirst(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if len(word) > 1 && strings.ContainsFunc(word[1:], unicode.IsUpper) {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

var unterminated = regexp.MustCompile(`(?:^|\s)[\pL\d'()-]*[\pL)]$`)

// terminated adds a period to a single sentence without one.
func terminated(text string) string {
	if !strings.Contains(text, "\n") && unterminated.MatchString(text) {
		return text + "."
	}
	return text
}

// actions are verbs that begin the summaries of operations, in the imperative or not, with the form
// that follows a name.
var actions = func() map[string]string {
	forms := map[string]string{}
	for verb := range wordSet(`adds assigns calculates cancels confirms creates defines deletes downloads finds generates gets
		lists removes replaces restores retrieves returns saves sends sets submits updates uploads writes`) {
		forms[verb], forms[strings.TrimSuffix(verb, "s")] = verb, verb
	}
	return forms
}()

// action turns the summary of an operation into a sentence, or returns "" if the grammar is
// uncertain.
func action(name, summary string) string {
	summary = strings.TrimSpace(summary)
	words := firstSentence(summary)
	if len(words) < 2 || strings.Contains(summary, "\n") || foreign(words) || prepositions[words[1]] || verbs[words[1]] {
		return ""
	}
	text, joint := name, "and"
	for joint == "and" || joint == "or" { // as in "Create or replace"
		first, rest, _ := strings.Cut(summary, " ")
		verb := actions[strings.ToLower(first)]
		if verb == "" || rest == "" {
			return ""
		}
		text += " " + verb
		joint, summary, _ = strings.Cut(rest, " ")
		text += " " + joint
	}
	words = firstSentence(summary)
	for i, word := range words[min(1, len(words)):] {
		if (words[i] == "and" || words[i] == "or") && actions[word] != "" && actions[word] != word {
			return "" // another verb in the imperative
		}
	}
	return terminated(strings.TrimSpace(text + " " + summary))
}
