package backoff

import "whorl/method"

// Print is a result: at most one line of a state.
type Print = method.Lines

// Runs are the times of a print. Lines that cannot be read, which Parse would have
// told, are passed over.
func Runs(p Print) (out []Run) {
	for _, l := range p {
		if r, err := ReadRun(l); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line.
func Parse(text string) (Print, error) {
	return method.ParseLines(text, "backoff", func(l method.Line) error {
		_, err := ReadRun(l)
		return err
	})
}
