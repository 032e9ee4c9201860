package report

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"whorl"
)

// NewJSON writes JSON Lines: one [whorl.Host] a line, with its schema. There is
// neither head nor foot, so streams can be joined with cat. A host that JSON
// cannot hold (a number that is not finite) is an error and leaves no line.
func NewJSON(w io.Writer) Writer { return newJSONLines(w, "json") }

func newJSONLines(w io.Writer, form string) *jsonLines {
	j := &jsonLines{sink: sink{w: w, form: form}}
	j.encoder = json.NewEncoder(&j.line)
	j.encoder.SetEscapeHTML(false)
	return j
}

type jsonLines struct {
	sink
	encoder *json.Encoder // into line
	line    bytes.Buffer  // the record at hand; its memory serves the next one
}

func (j *jsonLines) Begin(Run) error   { return j.err }
func (j *jsonLines) End(Summary) error { return j.err }

func (j *jsonLines) Host(h *whorl.Host) error {
	record := *h
	record.Schema = whorl.Schema
	return j.record(&record)
}

// record writes one value as a line.
func (j *jsonLines) record(v any) error {
	j.line.Reset()
	if err := j.encoder.Encode(v); err != nil {
		j.keep(err)
		return j.err
	}
	return j.write(append(escapeUnprintable(bytes.TrimSuffix(j.line.Bytes(), []byte("\n"))), '\n'))
}

// escapeUnprintable writes as \u what encoding/json leaves as it is though a
// terminal would obey it: DEL, the C1 controls, marks of reading direction. Such
// characters stand in JSON only within strings.
func escapeUnprintable(line []byte) []byte {
	if plain(line) {
		return line
	}
	var b []byte
	for _, r := range string(line) {
		switch {
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		case r < 0x10000:
			b = appendEscape(b, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, hi), lo)
		}
	}
	return b
}

// appendEscape writes a UTF-16 code unit as \uXXXX.
func appendEscape(b []byte, unit rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[unit>>12&15], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
}
