package verdict

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/method/expr"
	"whorl/method/gen2"
)

// inWords says a value, or an expression of a record. What has no reading stays as it is.
func inWords(test, attr, text string) string {
	r, ok := readingOf(test + "." + attr)
	if _, isGen2 := gen2.TestNamed(test); !isGen2 {
		r, ok = deepReading(test + "." + attr)
	} else if !ok {
		r, ok = readingOf(readAs(attr))
	}
	if !ok {
		return text
	}
	e, err := expr.Parse(text)
	if err != nil {
		return text
	}
	return r.all(e)
}

// readAs is the name that an attribute shares with others: O1 to O6 are options, W1 to
// W6 windows.
func readAs(attr string) string {
	if len(attr) == 2 && strings.ContainsRune("OW", rune(attr[0])) && attr[1] >= '1' && attr[1] <= '6' {
		return attr[:1]
	}
	return attr
}

// maxSaid is how many alternatives of an expression are said.
const maxSaid = 3

// all says the alternatives of an expression, the numbers among them in one phrase.
func (r reading) all(e expr.Expr) string {
	alts := e.Alternatives()
	if len(alts) == 0 {
		alts = []expr.Alt{{}}
	}
	var list, numbers []string
	for i, alt := range alts {
		if i == maxSaid {
			break
		}
		words, number := r.one(alt.Text)
		if number {
			numbers = append(numbers, words)
		} else {
			list = append(list, words)
		}
	}
	more := len(alts) > maxSaid
	if len(numbers) > 0 {
		list = append(list, fmt.Sprintf(r.number, either(numbers, more)))
		more = false
	}
	return either(list, more)
}

// one says one alternative; number is true if it has yet to be put into the phrase.
func (r reading) one(text string) (words string, number bool) {
	if words, ok := r.codes[text]; ok {
		return words, false
	}
	if r.say != nil {
		if words, ok := r.say(text); ok {
			return words, false
		}
	}
	if n, ok := decimal(text); ok && r.number != "" {
		return n, true
	}
	return text, false
}

// either lists as a person does: a, b or c.
func either(list []string, more bool) string {
	if more {
		list = append(list, "others")
	}
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " or " + list[last]
}

// decimal says a hexadecimal number or range in decimal: FE88, 3B-45, >A.
func decimal(text string) (string, bool) {
	for sign, word := range map[string]string{">": "over ", "<": "under "} {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			n, ok := decimal(rest)
			return word + n, ok
		}
	}
	var ends []string
	for end := range strings.SplitSeq(text, "-") {
		n, err := strconv.ParseUint(end, 16, 64)
		if err != nil {
			return "", false
		}
		ends = append(ends, strconv.FormatUint(n, 10))
	}
	return strings.Join(ends, " to "), len(ends) <= 2
}

// placed adds to words which answer they are of.
func placed(words, test string) string {
	if place := placeOf(test); place != "" && words != "" {
		return words + " (" + place + ")"
	}
	return words
}
