package osdb

import "strings"

// skim reads a file of records that was checked before, without their tests: these stay text
// until somebody asks for them.
func (d *decoder) skim(file string) {
	d.words = nil // all strings are parts of the file
	begin := 0    // of the record
	for at := 0; at < len(file); {
		text, _, _ := strings.Cut(file[at:], "\n")
		next := min(at+len(text)+1, len(file))
		d.line++
		switch s := strings.TrimRight(text, " \t\r"); {
		case isTest(s):
			if d.section == record {
				d.entry.unread.text = file[begin:next]
			}
		case s == "MatchPoints": // only who compares tests wants them
			d.end()
			d.section = skipped
		default:
			if d.other(s); strings.HasPrefix(s, "Fingerprint") {
				begin = next
			}
		}
		at = next
	}
	d.end()
}

// isTest reports whether a line is a test, and not a keyword with something behind it.
func isTest(s string) bool {
	i := strings.IndexAny(s, "( #")
	return i > 0 && s[i] == '(' || strings.HasPrefix(s, mark)
}
