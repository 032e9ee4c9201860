package report

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// markup is a piece of XML in the making, laid out as Nmap does: an element a
// line. Values are cleaned and escaped here and nowhere else.
type markup struct{ bytes.Buffer }

type attr struct {
	name, value string
	lines       bool // line feeds in the value are ours and stay
}

func str(name, value string) attr { return attr{name: name, value: value} }

func num(name string, n int) attr { return str(name, strconv.Itoa(n)) }

func lines(name, value string) attr { return attr{name, value, true} }

// optional is an attribute that is left out if it has no value.
func optional(name, value string) attr {
	if value == "" {
		return attr{}
	}
	return str(name, value)
}

// empty writes an element without content.
func (m *markup) empty(name string, attrs ...attr) { m.tag(name, attrs, "/>\n") }

// open begins an element with elements in it.
func (m *markup) open(name string, attrs ...attr) { m.tag(name, attrs, ">\n") }

// leaf writes an element with text in it.
func (m *markup) leaf(name, text string, attrs ...attr) {
	m.tag(name, attrs, ">")
	m.escape(Clean(text))
	m.close(name)
}

func (m *markup) close(name string) { m.WriteString("</" + name + ">\n") }

func (m *markup) tag(name string, attrs []attr, end string) {
	m.WriteString("<" + name)
	for _, a := range attrs {
		if a.name == "" {
			continue
		}
		m.WriteString(" " + a.name + `="`)
		if a.lines {
			m.escape(cleanLines(a.value))
		} else {
			m.escape(Clean(a.value))
		}
		m.WriteByte('"')
	}
	m.WriteString(end)
}

func (m *markup) escape(text string) {
	xml.EscapeText(m, []byte(text)) // a buffer does not fail
}
