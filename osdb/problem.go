package osdb

import "fmt"

// Problem is something in a database that could not be used, or looks wrong.
type Problem struct {
	File string
	Line int    // 0: the file as a whole
	Text string // what, and what to do
}

// Error gives file, line and text as compilers do.
func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("osdb: %s: %s", p.File, p.Text)
	}
	return fmt.Sprintf("osdb: %s:%d: %s", p.File, p.Line, p.Text)
}

func (d *decoder) problem(format string, args ...any) { d.problemAt(d.line, format, args...) }

func (d *decoder) problemAt(line int, format string, args ...any) {
	switch len(d.problems) {
	case MaxProblems:
		return
	case MaxProblems - 1:
		line, format, args = 0, "more problems than %d, the others are not listed", []any{MaxProblems - 1}
	}
	d.problems = append(d.problems, Problem{d.db.File, line, fmt.Sprintf(format, args...)})
}
