package osdb

import "strings"

// head takes title and date out of a comment at the head of a file.
func (d *DB) head(s string) {
	if d.Title == "" {
		d.Title = strings.TrimSpace(withoutModes(s))
	}
	if d.Date == "" {
		d.Date = dateIn(s)
	}
}

// withoutModes leaves out what editors are told, as Nmap's file does: -*- mode: fundamental; -*-.
func withoutModes(s string) string {
	const mark = "-*-"
	first, last := strings.Index(s, mark), strings.LastIndex(s, mark)
	if first < 0 || last < first+len(mark) {
		return s
	}
	return s[:first] + s[last+len(mark):]
}

// dateIn is the first date in a text, YYYY-MM-DD; empty if there is none.
func dateIn(s string) string {
	const form = "0000-00-00"
	for i := 0; i+len(form) <= len(s); i++ {
		if isDate(s[i:i+len(form)], form) && (i == 0 || !isWord(s[i-1])) && (i+len(form) == len(s) || !isWord(s[i+len(form)])) {
			return s[i : i+len(form)]
		}
	}
	return ""
}

// isDate reports whether a text of the length of the form has digits and dashes where the
// form has.
func isDate(s, form string) bool {
	for i := range len(form) {
		if digit := isDigit(s[i]); digit != (form[i] == '0') || !digit && s[i] != form[i] {
			return false
		}
	}
	return true
}
