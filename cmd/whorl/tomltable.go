package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// tomlDoc is a TOML file on its way into values. Whatever is wrong is noted with its line,
// and the rest is read.
type tomlDoc struct {
	name  string
	lines tomlLines
	wrong []tomlProblem
}

type tomlProblem struct {
	line int
	err  error
}

// tomlFields are the keys that a table may have, and what is done with their values.
type tomlFields map[string]func(any) error

// parseTOML reads a file as far as syntax goes.
func parseTOML(name, text string) (d *tomlDoc, top map[string]any, err error) {
	if _, err := toml.Decode(text, &top); err != nil {
		var p toml.ParseError
		if errors.As(err, &p) {
			err = fmt.Errorf("%s:%d: %s", name, p.Position.Line, p.Message)
		}
		return nil, nil, err
	}
	return &tomlDoc{name: name, lines: findLines(text)}, top, nil
}

// table hands the values of a table to its fields.
func (d *tomlDoc) table(path string, values map[string]any, fields tomlFields) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		at := strings.TrimPrefix(path+"."+key, ".")
		set, known := fields[key]
		if !known {
			d.bad(at, fmt.Errorf("unknown key %q; there are %s", key, strings.Join(slices.Sorted(maps.Keys(fields)), ", ")))
			continue
		}
		if err := set(values[key]); err != nil {
			d.bad(at, fmt.Errorf("%s: %w", key, err))
		}
	}
}

// each hands the tables of an array to f with their paths.
func (d *tomlDoc) each(path string, v any, f func(path string, values map[string]any)) error {
	var tables []map[string]any
	switch v := v.(type) {
	case []map[string]any:
		tables = v
	case []any:
		for _, x := range v {
			m, ok := x.(map[string]any)
			if !ok {
				return fmt.Errorf("%v: want tables", x)
			}
			tables = append(tables, m)
		}
	default:
		return fmt.Errorf("%v: want tables, as [[%s]]", v, path)
	}
	for i, m := range tables {
		f(fmt.Sprintf("%s.%d", path, i), m)
	}
	return nil
}

func (d *tomlDoc) bad(path string, err error) {
	d.wrong = append(d.wrong, tomlProblem{d.lines.of(path), err})
}

// err is all that is wrong, in the order of lines.
func (d *tomlDoc) err() error {
	slices.SortStableFunc(d.wrong, func(a, b tomlProblem) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, p := range d.wrong {
		all = append(all, fmt.Errorf("%s:%d: %w", d.name, p.line, p.err))
	}
	return errors.Join(all...)
}

// The values that keys can have.

func tomlString(into *string) func(any) error {
	return func(v any) error {
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("%v: want a text in quotes", v)
		}
		*into = s
		return nil
	}
}

// tomlStrings takes a text or several.
func tomlStrings(f func(string) error) func(any) error {
	return func(v any) error {
		list, several := v.([]any)
		if !several {
			list = []any{v}
		}
		if len(list) == 0 {
			return errors.New("an empty list")
		}
		for _, x := range list {
			s, ok := x.(string)
			if !ok {
				return fmt.Errorf("%v: want a text in quotes", x)
			}
			if err := f(s); err != nil {
				return err
			}
		}
		return nil
	}
}

func tomlBool(into *bool) func(any) error {
	return func(v any) error {
		b, ok := v.(bool)
		if !ok {
			return fmt.Errorf("%v: want true or false", v)
		}
		*into = b
		return nil
	}
}

func tomlNumber(into *float64, least, most float64) func(any) error {
	return func(v any) error {
		n, ok := v.(float64)
		if i, whole := v.(int64); whole {
			n, ok = float64(i), true
		}
		if !ok || !(n >= least && n <= most) {
			return fmt.Errorf("%v: want a number from %v to %v", v, least, most)
		}
		*into = n
		return nil
	}
}

// tomlCount takes a whole number.
func tomlCount(into *uint8, most uint8) func(any) error {
	return func(v any) error {
		n, ok := v.(int64)
		if !ok || n < 0 || n > int64(most) {
			return fmt.Errorf("%v: want a whole number from 0 to %d", v, most)
		}
		*into = uint8(n)
		return nil
	}
}

func tomlTime(into *time.Duration) func(any) error {
	return func(v any) error {
		s, _ := v.(string)
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return fmt.Errorf("%v: want a time in quotes, as \"2ms\"", v)
		}
		*into = d
		return nil
	}
}

func tomlPort(into *uint16) func(any) error {
	return func(v any) error {
		n, ok := v.(int64)
		if !ok || n < 1 || n > 65535 {
			return fmt.Errorf("%v: want a port, 1 to 65535", v)
		}
		*into = uint16(n)
		return nil
	}
}

// tomlPorts takes a list of numbers, or a text as --open has it.
func tomlPorts(into *[]uint16) func(any) error {
	return func(v any) (err error) {
		if s, ok := v.(string); ok {
			*into, err = tcpPorts(s)
			return err
		}
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%v: want ports, as [22, 80] or \"22,80-90\"", v)
		}
		for _, x := range list {
			var p uint16
			if err := tomlPort(&p)(x); err != nil {
				return err
			}
			*into = append(*into, p)
		}
		return nil
	}
}
