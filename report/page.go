package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// page is text for people in the making. All that is put on it is cleaned, so
// only the page itself can end a line or change a colour.
type page struct {
	bytes.Buffer
	color bool
}

// style is an ANSI select graphic rendition (ECMA-48, 8.3.117).
type style string

const (
	normal style = ""
	bold   style = "1"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// cell is text in a style.
type cell struct {
	text  string
	style style
}

func plainCells(texts ...string) []cell {
	row := make([]cell, len(texts))
	for i, t := range texts {
		row[i].text = t
	}
	return row
}

// line puts a line on the page. Arguments for %s are strings or cells.
func (p *page) line(format string, args ...any) {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			args[i] = Clean(v)
		case cell:
			args[i] = p.paint(v.style, Clean(v.text))
		}
	}
	fmt.Fprintf(p, format+"\n", args...)
}

// textWidth is how wide lines of words get, in characters.
const textWidth = 80

// fold puts words on the page after a lead, in as many lines as they need; those after
// the first are indented by four more than the lead is.
func (p *page) fold(lead, words string) {
	indent := len(lead) - len(strings.TrimLeft(lead, " ")) + 4
	p.WriteString(lead)
	column, first := utf8.RuneCountInString(lead), true
	for word := range strings.FieldsSeq(Clean(words)) {
		width := utf8.RuneCountInString(word)
		switch {
		case first:
			first = false
		case column+1+width <= textWidth:
			p.WriteByte(' ')
			column++
		default:
			p.WriteByte('\n')
			p.spaces(indent)
			column = indent
		}
		p.WriteString(word)
		column += width
	}
	p.WriteByte('\n')
}

func (p *page) spaces(n int) {
	for range n {
		p.WriteByte(' ')
	}
}

// block puts several lines on the page, as they are but for the cleaning.
func (p *page) block(lines string) {
	p.WriteString(cleanLines(lines))
	p.WriteByte('\n')
}

// gap ends a paragraph with one empty line.
func (p *page) gap() {
	if !bytes.HasSuffix(p.Bytes(), []byte("\n\n")) {
		p.WriteByte('\n')
	}
}

// maxWidth is how far a cell pushes its neighbours, in characters. Longer ones
// disturb only their own row.
const maxWidth = 48

// table puts rows on the page in columns, each line after the indent.
func (p *page) table(indent string, rows [][]cell) {
	var width []int
	for _, row := range rows {
		for i := range row {
			row[i].text = Clean(row[i].text)
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], min(utf8.RuneCountInString(row[i].text), maxWidth))
		}
	}
	for _, row := range rows {
		p.WriteString(indent)
		for i, c := range row {
			p.WriteString(p.paint(c.style, c.text))
			if i < len(row)-1 {
				p.spaces(max(0, width[i]-utf8.RuneCountInString(c.text)) + 1)
			}
		}
		p.Truncate(len(bytes.TrimRight(p.Bytes(), " ")))
		p.WriteByte('\n')
	}
}

func (p *page) paint(s style, text string) string {
	if !p.color || s == normal || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
