package main

import (
	"fmt"
	"regexp"
	"strings"
)

// tomlLines tells where in a TOML file a key stands: by its path, in which the tables of an
// array have numbers from 0, as in host.2.service.0.port. The library tells of arrays the
// last place only.
type tomlLines map[string]int

// findLines reads the lines of a file that is known to be TOML.
func findLines(text string) tomlLines {
	header := regexp.MustCompile(`^\s*(\[\[?)\s*([^\]]+?)\s*\]`)
	key := regexp.MustCompile(`^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*[=.]`)
	l := tomlLines{}
	counts := map[string]int{}    // tables of an array so far, by its path
	last := map[string]string{}   // path of the latest table of an array, by its name
	path, no, quoted := "", 0, "" // quoted is what ends a text of several lines
	for line := range strings.Lines(text) {
		no++
		if quoted != "" {
			if strings.Contains(line, quoted) {
				quoted = ""
			}
			continue
		}
		if m := header.FindStringSubmatch(line); m != nil {
			name := m[2]
			if path = name; strings.Contains(name, ".") {
				parent, child, _ := cutLastDot(name)
				if p, ok := last[parent]; ok {
					path = p + "." + child
				}
			}
			if m[1] == "[[" {
				n := counts[path]
				counts[path]++
				path = fmt.Sprintf("%s.%d", path, n)
				last[name] = path
			}
			l.note(path, no)
			continue
		}
		if m := key.FindStringSubmatch(line); m != nil {
			l.note(strings.TrimPrefix(path+"."+strings.Trim(m[1], `"'`), "."), no)
		}
		quoted = opens(line)
	}
	return l
}

// opens is the mark of a text that begins on a line and does not end there.
func opens(line string) string {
	for _, mark := range []string{`"""`, `'''`} {
		if strings.Count(line, mark)%2 == 1 {
			return mark
		}
	}
	return ""
}

func (l tomlLines) note(path string, line int) {
	if _, known := l[path]; !known {
		l[path] = line
	}
}

// of is the line of a path, or of what it stands in; 1 if nothing is known.
func (l tomlLines) of(path string) int {
	for {
		if n, ok := l[path]; ok {
			return n
		}
		parent, _, ok := cutLastDot(path)
		if !ok {
			return 1
		}
		path = parent
	}
}

func cutLastDot(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
